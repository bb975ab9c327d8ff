import { execFileSync } from 'node:child_process';
import { waitFor } from '@llmos/testing';
import type { Instance } from './instance.js';

const MINUTE_MS = 60_000;
/** A heartbeat is valid for less. */
const HEARTBEATS_GONE_MS = 15_000;

/** The broker or a service is killed. */
export function recoverySuite(running: () => Instance): void {
  let instance: Instance;
  let brokerKilledAtMs: number;
  beforeAll(() => {
    instance = running();
  });

  it(
    'keeps documents and deletions that were acknowledged before kill -9 of the retrieval service',
    async () => {
      const first = async () => {
        const { body } = await instance.post('/serving/process', {
          name: 'search_documents',
          query: 'When does the otter show start?',
        });
        return (body.details?.['passages'] as { document: string }[] | undefined)?.[0]?.document;
      };
      const pidOfRetrieval = () => instance.state().services.find(({ name }) => name === 'retrieval')?.pid;
      const kill = async () => {
        const pid = pidOfRetrieval()!;
        process.kill(pid, 'SIGKILL');
        const isBack = () => pidOfRetrieval() !== undefined && pidOfRetrieval() !== pid;
        await waitFor('retrieval to be back', isBack, MINUTE_MS);
      };
      const document = { id: 'otters', title: 'The otter show', text: 'The otter show starts at 11:00 every day.' };
      expect((await instance.post('/serving/process', { name: 'upsert_document', document })).status).toBe(200);
      await kill();
      await waitFor('the document to be found', async () => (await first()) === 'otters', MINUTE_MS);
      expect((await instance.post('/serving/process', { name: 'delete_document', id: 'otters' })).status).toBe(200);
      await kill();
      expect(await waitFor('an answer', first, MINUTE_MS)).not.toBe('otters');
    },
    5 * MINUTE_MS,
  );

  it(
    'recovers by itself after the broker was killed and lost its memory streams',
    async () => {
      const [broker] = execFileSync('pgrep', ['-f', `^[^ ]*nats-server .*${instance.home}`], { encoding: 'utf8' })
        .trim()
        .split('\n');
      const accepted = await instance.post('/v1/runs', { name: 'customer_service', text: 'How do I change my PIN?' });
      process.kill(Number(broker), 'SIGKILL');
      brokerKilledAtMs = performance.now();
      const record = async () =>
        (await (await fetch(`${instance.url}/v1/runs/${accepted.body.run_id}`)).json()) as { status?: string };
      await waitFor('the accepted run to be completed', async () => (await record()).status === 'completed', MINUTE_MS);
      const isAnswered = async () => (await instance.ask({ text: 'How do I change my PIN?' })).status === 200;
      await waitFor('live answers again', isAnswered, MINUTE_MS);
    },
    5 * MINUTE_MS,
  );

  it(
    'restarts a killed service and completes the runs accepted meanwhile',
    async () => {
      const victim = instance.state().services.find(({ name }) => name === 'generation')!;
      process.kill(victim.pid, 'SIGKILL');
      const accepted = await instance.post('/v1/runs', { name: 'customer_service', text: 'How do I change my PIN?' });
      expect(accepted.status).toBe(202);
      await waitFor(
        'the accepted run to be completed',
        async () =>
          ((await (await fetch(`${instance.url}/v1/runs/${accepted.body.run_id}`)).json()) as { status: string })
            .status === 'completed',
        MINUTE_MS,
      );
      const pid = () => instance.state().services.find(({ name }) => name === 'generation')?.pid;
      await waitFor('its next process', () => pid() !== undefined && pid() !== victim.pid, MINUTE_MS);
      expect(
        await waitFor(
          'live answers again',
          async () => (await instance.ask({ text: 'How do I change my PIN?' })).status === 200,
          MINUTE_MS,
        ),
      ).toBe(true);
    },
    5 * MINUTE_MS,
  );

  it('needs no heartbeat from before the death of the broker', async () => {
    const areGone = () => performance.now() > brokerKilledAtMs + HEARTBEATS_GONE_MS;
    await waitFor('the heartbeats from before to be invalid', areGone);
    expect((await instance.ask({ text: 'How do I change my PIN?' })).status).toBe(200);
    expect((await fetch(`${instance.url}/readyz`)).status).toBe(200);
  });
}
