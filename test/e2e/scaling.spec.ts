import { findServiceApps, Instance, LocalSupervisor, LogFile, waitUntilReady } from '@llmos/supervisor';
import { natsServerPath, waitFor } from '@llmos/testing';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shareModels } from './instance.js';

const MINUTE_MS = 60_000;
const CALLERS = 6;
const APPS = ['gateway', 'intent', 'scheduler'];
const RULES = `
services:
  intent: { max: 2, tuning: { windowSeconds: 10, holdSeconds: 5, gain: 0 } }
`;

/** The scheduler scales the intent service through the supervisor, as `llmos up` runs them with a scaling file. */
describe('Scaling on one machine', () => {
  let home: string;
  let instance: Instance;
  let log: LogFile;
  let supervisor: LocalSupervisor;

  const root = process.cwd();
  const report = () => undefined;
  const replicasOf = (service: string) =>
    instance.state.read()!.services.filter((each) => each.service === service && each.phase === undefined);
  const settled = (count: number) =>
    waitFor(
      `${count} of intent`,
      () =>
        replicasOf('intent').filter(({ pid, url }) => pid && url).length === count &&
        replicasOf('intent').length === count,
      2 * MINUTE_MS,
    );

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'llmos-scaling-'));
    shareModels(home);
    const scalingFile = join(home, 'scaling.yaml');
    writeFileSync(scalingFile, RULES);
    instance = new Instance(home, root);
    log = new LogFile(instance.logFile);
    supervisor = new LocalSupervisor({
      instance,
      log,
      apps: findServiceApps(root).filter(({ name }) => APPS.includes(name)),
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
      encryption: true,
      environmentOf: (): Record<string, string> => ({ LLMOS_SCALING_FILE: scalingFile }),
      startedAt: new Date().toISOString(),
      report,
    });
    const signal = AbortSignal.timeout(2 * MINUTE_MS);
    await supervisor.start(signal);
    const members = {
      crashing: [],
      status: async () => (await supervisor.status()).filter(({ name }) => name !== 'gateway'),
    };
    await waitUntilReady(members, { signal, report, failOnCrashLoop: false, logFile: log.path });
    await waitFor('an answer', async () => (await ask()) === '200', MINUTE_MS);
  }, 3 * MINUTE_MS);

  afterAll(async () => {
    await supervisor.stop();
    log.close();
    const denied = readFileSync(log.path, 'utf8').match(/user:service-.*Violation.*/g) ?? [];
    rmSync(home, { recursive: true });
    expect(denied).toEqual([]);
  }, MINUTE_MS);

  async function call(body: object): Promise<{ status: number; details?: unknown }> {
    const response = await fetch(`${supervisor.gatewayUrl}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { details } = (await response.json()) as { details?: unknown };
    return { status: response.status, details };
  }

  const ask = () =>
    call({ name: 'detect_intent', text: 'How do I change my PIN?' }).then(
      ({ status }) => String(status),
      (error: Error) => String(error.cause ?? error),
    );

  const scaling = async (input: object = {}) => {
    const { status, details } = await call({ name: 'scaling', ...input });
    if (status !== 200) throw new Error(`scaling was answered with ${status}`);
    return details as { services: object[]; decisions: { from: number; to: number; why: string }[] };
  };

  it(
    'the number of processes follows the load, comes down again, and no call fails',
    async () => {
      await settled(1);
      const seen: string[] = [];
      let isOver = false;
      const callers = Array.from({ length: CALLERS }, async () => {
        while (!isOver) seen.push(await ask());
      });
      await settled(2).finally(() => (isOver = true));
      await Promise.all(callers);
      await settled(1);
      expect(seen.filter((outcome) => outcome !== '200')).toEqual([]);
      const { services, decisions } = await scaling();
      expect(services).toMatchObject([{ service: 'intent', min: 1, max: 2, replicas: 1, paused: false }]);
      expect(decisions.at(-1)).toMatchObject({ from: 1, to: 2, why: expect.stringMatching(/\d/) as string });
      expect(decisions[0]).toMatchObject({ from: 2, to: 1, why: expect.stringMatching(/\d/) as string });
    },
    5 * MINUTE_MS,
  );

  it(
    'what a person has pinned stands while the scheduler is dead and after it is back, until it is resumed',
    async () => {
      await scaling({ action: 'pin', service: 'intent', replicas: 2 });
      await settled(2);
      const { pid } = replicasOf('scheduler')[0]!;
      process.kill(pid!, 'SIGKILL');
      await waitFor('its death to be noticed', () => replicasOf('scheduler')[0]!.pid !== pid, MINUTE_MS);
      expect(replicasOf('intent')).toHaveLength(2);
      const pinned = { service: 'intent', pinned: 2, replicas: 2, why: 'pinned by a person' };
      await waitFor(
        'the scheduler to know it again',
        async () => {
          const services = await scaling().then(
            ({ services }) => services,
            () => [],
          );
          return services.some((each) => JSON.stringify({ ...each, ...pinned }) === JSON.stringify(each));
        },
        MINUTE_MS,
      );
      expect(replicasOf('intent')).toHaveLength(2);
      await scaling({ action: 'resume', service: 'intent' });
      await settled(1);
    },
    5 * MINUTE_MS,
  );
});
