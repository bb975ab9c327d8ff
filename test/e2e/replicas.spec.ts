import {
  findServiceApps,
  Instance,
  LocalSupervisor,
  LogFile,
  waitUntilReady,
  type ReplicaState,
} from '@llmos/supervisor';
import { natsServerPath, waitFor } from '@llmos/testing';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shareModels } from './instance.js';

const MINUTE_MS = 60_000;
const FROZEN_AFTER_MS = 10_000;
const CALLERS = 6;

/** The intent service and the gateway, with two replicas each, as `llmos up` runs them. */
describe('Replicas on one machine', () => {
  let home: string;
  let instance: Instance;
  let log: LogFile;
  let supervisor: LocalSupervisor;

  const root = process.cwd();
  const report = () => undefined;
  const replicasOf = (service: string) =>
    instance.state.read()!.services.filter((each) => each.service === service && each.phase === undefined);
  const settled = (service: string, count: number) =>
    waitFor(
      `${count} of ${service}`,
      () => replicasOf(service).filter(({ pid, url }) => pid && url).length === count,
      MINUTE_MS,
    );

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'llmos-replicas-'));
    shareModels(home);
    instance = new Instance(home, root);
    log = new LogFile(instance.logFile);
    supervisor = new LocalSupervisor({
      instance,
      log,
      apps: findServiceApps(root).filter(({ name }) => name === 'intent' || name === 'gateway'),
      server: {
        command: () => [natsServerPath()],
        removeLeftover: () => undefined,
        sharesSockets: true,
        found: 'nats-server',
      },
      paths: {
        pipelinesDir: join(root, 'deploy/pipelines'),
        catalogPath: join(root, 'deploy/models.yaml'),
        samplesDir: join(root, 'deploy/samples'),
      },
      gatewayPort: 0,
      replicas: { intent: 2, gateway: 2 },
      searchPath: process.env['PATH'] ?? '',
      frozenAfterMs: FROZEN_AFTER_MS,
      encryption: true,
      startedAt: new Date().toISOString(),
      report,
    });
    const signal = AbortSignal.timeout(5 * MINUTE_MS);
    await supervisor.start(signal);
    const members = { crashing: [], status: async () => (await supervisor.status()).filter(isIntent) };
    await waitUntilReady(members, { signal, report, failOnCrashLoop: false, logFile: log.path });
    await waitFor('a gateway', async () => (await ask()) === '200', MINUTE_MS);
    await settled('gateway', 2);
  }, 8 * MINUTE_MS);

  afterAll(async () => {
    await supervisor.stop();
    log.close();
    const denied = readFileSync(log.path, 'utf8').match(/user:service-.*Violation.*/g) ?? [];
    rmSync(home, { recursive: true });
    expect(denied).toEqual([]);
  }, 3 * MINUTE_MS);

  const isIntent = ({ name }: { name: string }) => name.startsWith('intent');

  /** One live call: its status, or why there was none. */
  async function ask(): Promise<string> {
    try {
      const response = await fetch(`${supervisor.gatewayUrl}/serving/process`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'detect_intent', text: 'How do I change my PIN?' }),
      });
      const body = (await response.json()) as { result?: string };
      return response.status === 200 && body.result !== 'change_pin' ? `wrong: ${body.result}` : `${response.status}`;
    } catch (error) {
      return String((error as Error).cause ?? error);
    }
  }

  /** Callers ask again and again, at least `calls` times in all, until `during` has happened. */
  async function underLoad(calls: number, during: (answered: () => number) => Promise<unknown>) {
    const seen: string[] = [];
    let isOver = false;
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!isOver || seen.length < calls) seen.push(await ask());
    });
    await during(() => seen.length).finally(() => (isOver = true));
    await Promise.all(callers);
    return { answers: seen.length, failed: seen.filter((outcome) => outcome !== '200') };
  }

  async function completedBy({ url }: ReplicaState): Promise<number> {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^llmos_tasks_total\{.*outcome="completed".*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
  }

  it('share the work, on processors of their own where that is possible', async () => {
    const { failed } = await underLoad(60, () => Promise.resolve());
    expect(failed).toEqual([]);
    const replicas = replicasOf('intent');
    expect(replicas.map(({ name }) => name)).toEqual(['intent', 'intent-2']);
    for (const replica of replicas) expect(await completedBy(replica)).toBeGreaterThan(0);
    const cpus = replicas.map((each) => each.cpus);
    if (cpus[0]) expect(cpus[0]).not.toEqual(cpus[1]);
  });

  it(
    'no call fails of 180 when a replica is killed',
    async () => {
      const victim = replicasOf('intent')[1]!;
      const { answers, failed } = await underLoad(180, async (answered) => {
        await waitFor('the first answers', () => answered() > 40, MINUTE_MS);
        process.kill(victim.pid!, 'SIGKILL');
      });
      expect({ enough: answers >= 180, failed }).toEqual({ enough: true, failed: [] });
      await settled('intent', 2);
      const [, second] = replicasOf('intent');
      expect(second).toMatchObject({
        restarts: 1,
        lastDeath: { reason: expect.stringContaining('SIGKILL') as string },
      });
      expect(second!.pid).not.toBe(victim.pid);
    },
    5 * MINUTE_MS,
  );

  it(
    'no call fails while there are more replicas and then fewer',
    async () => {
      const before = replicasOf('intent').map(({ pid }) => pid);
      const { answers, failed } = await underLoad(60, async () => {
        await supervisor.scale({ intent: 3 }, report);
        expect(replicasOf('intent').map(({ name }) => name)).toEqual(['intent', 'intent-2', 'intent-3']);
        await supervisor.scale({ intent: 1 }, report);
      });
      expect({ enough: answers >= 60, failed }).toEqual({ enough: true, failed: [] });
      expect(instance.state.read()!.services.filter(({ service }) => service === 'intent')).toMatchObject([
        { name: 'intent', pid: before[0] },
      ]);
      await supervisor.scale({ intent: 2 }, report);
    },
    8 * MINUTE_MS,
  );

  it(
    'no call fails while every process is replaced, the gateways too',
    async () => {
      const pids = () => instance.state.read()!.services.map(({ pid }) => pid);
      const before = pids();
      const { answers, failed } = await underLoad(60, () => supervisor.restart([], report));
      expect({ enough: answers >= 60, failed }).toEqual({ enough: true, failed: [] });
      expect(pids()).toHaveLength(4);
      expect(pids().filter((pid) => before.includes(pid))).toEqual([]);
    },
    8 * MINUTE_MS,
  );

  it(
    'one that is frozen is killed and restarted, with the reason in the state and in the log',
    async () => {
      const { pid } = replicasOf('intent')[0]!;
      process.kill(pid!, 'SIGSTOP');
      const { failed } = await underLoad(60, () =>
        waitFor('another process', () => replicasOf('intent')[0]!.lastDeath !== undefined, MINUTE_MS),
      );
      expect(failed).toEqual([]);
      const { reason } = replicasOf('intent')[0]!.lastDeath!;
      expect(reason).toMatch(/^frozen: no sign of life for \d+ s, so it was killed$/);
      expect(readFileSync(log.path, 'utf8')).toContain(reason);
      await settled('intent', 2);
    },
    5 * MINUTE_MS,
  );

  it(
    'calls that come after the death of a gateway are answered, by the other one or by the next',
    async () => {
      const killed = replicasOf('gateway').map(({ pid }) => pid);
      for (const pid of killed) process.kill(pid!, 'SIGKILL');
      const isNoticed = () => replicasOf('gateway').every(({ pid }) => !killed.includes(pid));
      await waitFor('their deaths to be noticed', isNoticed, MINUTE_MS);
      expect(await ask()).toMatch(/^(200|503)$/);
      await waitFor('an answer', async () => (await ask()) === '200', MINUTE_MS);
      await settled('gateway', 2);
      const { pid } = replicasOf('gateway')[1]!;
      process.kill(pid!, 'SIGKILL');
      await waitFor('its death to be noticed', () => replicasOf('gateway')[1]!.pid !== pid, MINUTE_MS);
      expect(await ask()).toBe('200');
    },
    5 * MINUTE_MS,
  );
});
