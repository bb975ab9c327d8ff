import { Bus } from '@llmos/bus';
import { LlmosError, newRunId, type RunContext } from '@llmos/contracts';
import { freeze, natsServerPath, startStopwatch, waitFor } from '@llmos/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from '../src/instance/instance.js';
import { LogFile } from '../src/instance/log-file.js';
import { LocalSupervisor } from '../src/local-supervisor.js';

/** Three brokers elect a leader within 4 to 9 s (the election timeout of nats-server). */
const ELECTION_MS = 60_000;
const ACCEPT_MS = 1_900;

interface Cluster {
  readonly leader?: string;
  readonly replicas?: readonly { readonly name: string }[];
}
interface Config {
  readonly num_replicas: number;
}

describe('a cluster of three brokers on one machine', () => {
  let home: string;
  let instance: Instance;
  let log: LogFile;
  let supervisor: LocalSupervisor;
  let bus: Bus;

  const newSupervisor = (brokers?: 1 | 3) =>
    new LocalSupervisor({
      instance,
      log,
      apps: [],
      server: { command: () => [natsServerPath()], removeLeftover: () => undefined, sharesSockets: true, found: '' },
      paths: { pipelinesDir: 'deploy/pipelines', catalogPath: 'deploy/models.yaml', samplesDir: 'deploy/samples' },
      ...(brokers ? { brokers } : {}),
      encryption: true,
      startedAt: new Date().toISOString(),
      report: () => undefined,
    });
  const connect = () =>
    Bus.connect({
      ...{ url: supervisor.brokerUrl!, user: 'services', password: instance.credentials().services },
      ...{ service: 'test', replicas: 3 },
    });
  const ask = async <T>(subject: string): Promise<T> => (await bus.nc.request(`$JS.API.${subject}`)).json<T>();
  /** The process that leads a stream, and those that follow. */
  const placesOf = async (stream: string): Promise<{ leader: number; followers: number[] } | undefined> => {
    const { cluster } = await ask<{ cluster?: Cluster }>(`STREAM.INFO.${stream}`);
    const pid = (name: string) => instance.state.read()?.brokers[Number(name.at(-1)) - 1]?.pid;
    const [leader, ...followers] = [cluster?.leader ?? '', ...(cluster?.replicas ?? []).map(({ name }) => name)].map(
      pid,
    );
    return leader && followers.every(Boolean) ? { leader, followers: followers as number[] } : undefined;
  };
  const accepted: string[] = [];
  const accept = async (): Promise<void> => {
    const run = newRunId();
    const context: RunContext = {
      ...{ run, tenant: 'acme', lane: 'durable', deadlineMs: Date.now() + 60_000, acceptByMs: Date.now() + ACCEPT_MS },
    };
    await bus.runs.publishTask(context, 'intent.detect', '0', { text: 'hello' }, undefined);
    accepted.push(run);
  };
  const acceptedAgain = () =>
    waitFor(
      'an accepted task',
      () =>
        accept().then(
          () => true,
          () => undefined,
        ),
      ELECTION_MS,
    );

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'llmos-brokers-'));
    instance = new Instance(home, process.cwd());
    log = new LogFile(instance.logFile);
    supervisor = newSupervisor(3);
    await supervisor.start(AbortSignal.timeout(60_000));
    bus = await waitFor('the first leader', () => connect().catch(() => undefined), ELECTION_MS);
  }, 180_000);
  afterAll(async () => {
    await bus.close(0);
    await supervisor.stop();
    log.close();
    rmSync(home, { recursive: true });
  }, 120_000);

  it('keeps three copies of every stream', async () => {
    const copies: number[] = [];
    for (const { config } of (await ask<{ streams: { config: Config }[] }>('STREAM.LIST')).streams)
      copies.push(config.num_replicas);
    expect(copies.length).toBeGreaterThan(5);
    expect(new Set(copies)).toEqual(new Set([3]));
    await accept();
  }, 120_000);

  it('still takes work after it was asked for what it has taken', async () => {
    const run = newRunId();
    const context: RunContext = { run, tenant: 'acme', lane: 'durable', deadlineMs: Date.now() + 10_000 };
    expect(await bus.runs.hasTask(context, 'intent.detect', '0')).toBe(false);
    expect(await bus.runs.hasTerminal(context)).toBe(false);
    await accept();
    await bus.runs.publishTerminal(context, { type: 'cancelled' });
    const { state } = await ask<{ state: { messages: number } }>('STREAM.INFO.ANSWERS');
    expect(state.messages).toBeGreaterThan(0);
  }, 120_000);

  it.each(['leader', 'follower'] as const)(
    'loses nothing when a %s is killed, and takes work again',
    async (which) => {
      await acceptedAgain();
      const places = await waitFor('the places', () => placesOf('TASKS_DURABLE').catch(() => undefined), ELECTION_MS);
      const killed = which === 'leader' ? places.leader : places.followers[0]!;
      process.kill(killed, 'SIGKILL');
      await acceptedAgain();
      const isBack = ({ pid }: { pid?: number | undefined }) => pid !== undefined && pid !== killed;
      await waitFor('all brokers', () => instance.state.read()?.brokers.every(isBack));
      expect(await bus.pending('TASKS_DURABLE')).toBeGreaterThanOrEqual(accepted.length);
    },
    240_000,
  );

  it('refuses within 2 s without a quorum, and never takes what it cannot keep', async () => {
    await acceptedAgain();
    const places = await waitFor('the places', () => placesOf('TASKS_DURABLE').catch(() => undefined), ELECTION_MS);
    const frozen = places.followers;
    try {
      await freeze(...frozen);
      const elapsed = startStopwatch();
      const refusal = await accept().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(LlmosError);
      expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
      expect(elapsed()).toBeLessThan(ACCEPT_MS + 1_000);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
    await acceptedAgain();
    const stored = await waitFor('the stream', () => bus.pending('TASKS_DURABLE').catch(() => undefined), ELECTION_MS);
    expect(stored).toBeGreaterThanOrEqual(accepted.length);
  }, 240_000);

  it('starts again with as many brokers as its data belongs to, and refuses another number', async () => {
    await bus.close(0);
    await supervisor.stop();
    await expect(newSupervisor(1).start(AbortSignal.timeout(60_000))).rejects.toThrow(/belongs to three brokers/);
    supervisor = newSupervisor();
    await supervisor.start(AbortSignal.timeout(60_000));
    bus = await waitFor('the leader', () => connect().catch(() => undefined), ELECTION_MS);
    expect(instance.state.read()?.brokers).toHaveLength(3);
    expect(
      await waitFor('the stream', () => bus.pending('TASKS_DURABLE').catch(() => undefined), ELECTION_MS),
    ).toBeGreaterThanOrEqual(accepted.length);
  }, 240_000);
});
