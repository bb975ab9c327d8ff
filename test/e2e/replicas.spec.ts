import type { ReplicaState } from '@llmos/supervisor';
import { waitFor } from '@llmos/testing';
import { SupervisedSystem } from './supervised-system.js';

const MINUTE_MS = 60_000;
const FROZEN_AFTER_MS = 10_000;
const CALLERS = 6;
const QUESTION = { name: 'detect_intent', text: 'How do I change my PIN?' };
const report = () => undefined;

/** The intent service and the gateway, with two replicas each. */
describe('Replicas on one machine', () => {
  let system: SupervisedSystem;

  beforeAll(async () => {
    system = await SupervisedSystem.start({
      services: ['intent'],
      probe: QUESTION,
      replicas: { intent: 2, gateway: 2 },
      frozenAfterMs: FROZEN_AFTER_MS,
    });
    await system.settled('gateway', 2);
  }, 8 * MINUTE_MS);
  afterAll(() => system.stop(), 3 * MINUTE_MS);

  const replicasOf = (service: string) => system.replicasOf(service);

  /** One live call: its status, or why there was none. */
  async function ask(): Promise<string> {
    const { outcome, result } = await system.send(QUESTION);
    return outcome === '200' && result !== 'change_pin' ? `wrong: ${result}` : outcome;
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
      await system.settled('intent', 2);
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
        await system.supervisor.scale({ intent: 3 }, report);
        expect(replicasOf('intent').map(({ name }) => name)).toEqual(['intent', 'intent-2', 'intent-3']);
        await system.supervisor.scale({ intent: 1 }, report);
      });
      expect({ enough: answers >= 60, failed }).toEqual({ enough: true, failed: [] });
      expect(system.instance.state.read()!.services.filter(({ service }) => service === 'intent')).toMatchObject([
        { name: 'intent', pid: before[0] },
      ]);
      await system.supervisor.scale({ intent: 2 }, report);
    },
    8 * MINUTE_MS,
  );

  it(
    'no call fails while every process is replaced, the gateways too',
    async () => {
      const pids = () => system.instance.state.read()!.services.map(({ pid }) => pid);
      const before = pids();
      const { answers, failed } = await underLoad(60, () => system.supervisor.restart([], report));
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
      expect(system.readLog()).toContain(reason);
      await system.settled('intent', 2);
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
      expect(await ask()).toMatch(/^(200|503)/);
      await waitFor('an answer', async () => (await ask()) === '200', MINUTE_MS);
      await system.settled('gateway', 2);
      const { pid } = replicasOf('gateway')[1]!;
      process.kill(pid!, 'SIGKILL');
      await waitFor('its death to be noticed', () => replicasOf('gateway')[1]!.pid !== pid, MINUTE_MS);
      expect(await ask()).toBe('200');
    },
    5 * MINUTE_MS,
  );
});
