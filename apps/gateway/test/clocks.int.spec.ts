import {
  freeze,
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;
/** Each test starts processes, one of them with models. */
const START_LIMIT_MS = 300_000;
const OWN_CLOCK = `--import ${join(import.meta.dirname, 'own-clock.ts')}`;

/** The gateway and a service, each with a clock of its own. */
describe('Processes whose clocks differ', () => {
  let nats: TestNatsServer;
  let keys: string;
  const processes: TestServiceProcess[] = [];

  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'llmos-keys-'));
    nats = await startNatsServer();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.stop()));
  });
  afterAll(async () => {
    await nats.stop();
    await rm(keys, { recursive: true });
  });

  async function start(app: string, aheadMs: number): Promise<TestServiceProcess> {
    const env = {
      LLMOS_MASTER_KEY_FILE: join(keys, 'master.pem'),
      LLMOS_PORT: '0',
      NODE_OPTIONS: OWN_CLOCK,
      TEST_CLOCK_AHEAD_MS: String(aheadMs),
    };
    const started = await startServiceProcess({ app, natsUrl: nats.url, env, readyWithinMs: 120_000 });
    processes.push(started);
    return started;
  }

  async function screen({ url }: TestServiceProcess, deadlineMs = 20_000): Promise<string> {
    const response = await fetch(`${url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-llmos-deadline-ms': String(deadlineMs) },
      body: JSON.stringify({ name: 'encrypt_text', text: 'Write to me.' }),
    });
    const { error } = (await response.json()) as { error?: { code: string } };
    return error ? `${response.status} ${error.code}` : `${response.status}`;
  }

  const known = (gateway: TestServiceProcess) =>
    waitFor('the gateway to know the service', async () => !(await screen(gateway)).startsWith('503'));

  it.each([1, -1])(
    'answer within the deadline if a service is %d h ahead',
    async (hours) => {
      const [gateway] = await Promise.all([start('gateway', 0), start('security', hours * HOUR_MS)]);
      await known(gateway);
      expect(await screen(gateway)).toBe('200');
    },
    START_LIMIT_MS,
  );

  it(
    'answer a call in flight when the clock of its service is set',
    async () => {
      const [gateway, security] = await Promise.all([start('gateway', 0), start('security', 0)]);
      await known(gateway);
      expect(await screen(gateway)).toBe('200');
      // The service first hears that its clock is set, then receives the task.
      await freeze(security.pid);
      const answering = screen(gateway);
      process.kill(security.pid, 'SIGUSR2');
      process.kill(security.pid, 'SIGCONT');
      expect(await answering).toBe('200');
      expect(await screen(gateway)).toBe('200');
    },
    START_LIMIT_MS,
  );

  it(
    'stop at the deadline all the same',
    async () => {
      const [gateway, security] = await Promise.all([start('gateway', 0), start('security', -HOUR_MS)]);
      await known(gateway);
      await freeze(security.pid);
      const answering = screen(gateway, 300);
      expect(await answering).toBe('504 DEADLINE_EXCEEDED');
      process.kill(security.pid, 'SIGCONT');
      await waitFor('an answer', async () => (await screen(gateway)) === '200');
    },
    START_LIMIT_MS,
  );
});
