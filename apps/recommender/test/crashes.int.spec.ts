import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig } from '@llmos/config';
import {
  isTerminal,
  loadCapabilities,
  subjects,
  type Answer,
  type Capability,
  type TerminalAnswer,
} from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { checkInput, parsePipeline } from '@llmos/pipeline';
import {
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';
import { tastes } from './fixtures/replica.js';

const PIPELINES = loadConfig(baseConfig).pipelinesDir;
const TWO_MINUTES_MS = 120_000;
/** The published count has noise; this test needs exact counts. */
const EXACT_COUNTS = `
name: exact_counts
version: 1
description: Counts exactly.
deadlineMs: 20000
steps:
  - id: counted
    uses: recommender.stats
result: done
details: { users: '\${counted.users}', interactions: '\${counted.interactions}' }
`;

/** A durable run with its answers so far. */
interface Followed {
  readonly run: string;
  readonly answers: Answer[];
  /** Resolves with the terminal answer. */
  ended(): Promise<TerminalAnswer>;
}

/** Many items per user and in total, so that EASE^R takes a while. */
function wideShop(): { user: string; item: string }[] {
  return Array.from({ length: 60_000 }, (_, n) => ({ user: `u${n % 300}`, item: `i${(n * 7_919) % 3_001}` }));
}

describe('the recommender and kill -9', () => {
  let nats: TestNatsServer;
  let service: TestServiceProcess;
  let bus: Bus;
  let client: MeshClient;
  let home: string;
  let capabilities: Map<string, Capability>;

  const startService = async (): Promise<void> => {
    const env = { LLMOS_HOME: home, LLMOS_RECOMMENDER_SAMPLE: 'false' };
    service = await startServiceProcess({ app: 'recommender', natsUrl: nats.url, env });
  };
  const start = async (name: string, tenant: string, fields: Record<string, unknown> = {}): Promise<Followed> => {
    const file = join(PIPELINES, `${name}.yaml`);
    const text = name === 'exact_counts' ? EXACT_COUNTS : await readFile(file, 'utf8');
    const pipeline = parsePipeline(text, file, capabilities);
    const run = client.newRun();
    const answers: Answer[] = [];
    // As published: the bus hides answers that a redelivered task publishes again.
    bus.nc.subscribe(subjects.answer(run), { callback: (_, message) => void answers.push(message.json<Answer>()) });
    const context = { run, tenant, lane: 'durable', deadlineMs: Date.now() + TWO_MINUTES_MS } as const;
    await client.start({ ...context, pipeline, input: checkInput(pipeline, fields), traceparent: undefined });
    const ended = () => waitFor(`${name} to end`, () => answers.find(isTerminal), TWO_MINUTES_MS);
    return { run, answers, ended };
  };
  const completed = async (name: string, tenant: string, fields: Record<string, unknown> = {}) => {
    const answer = await (await start(name, tenant, fields)).ended();
    if (answer.type !== 'completed') throw new Error(`${name}: ${JSON.stringify(answer)}\n${service.log()}`);
    return answer.details;
  };
  const importing = (tenant: string, rows: readonly object[]) =>
    start('import_interactions', tenant, {
      file: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
      format: 'jsonl',
    });
  /** The progress of a run, newest first. */
  const progressOf = ({ answers }: Followed): Record<string, unknown>[] =>
    answers.flatMap((answer) => (answer.type === 'delta' ? [answer.delta as Record<string, unknown>] : [])).reverse();

  const checkpoints = () => bus.objects('recommender-checkpoints').names();

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'llmos-recommender-'));
    await symlink(
      join(process.env['LLMOS_HOME'] ?? join(homedir(), '.cache', 'llmos'), 'models'),
      join(home, 'models'),
    );
    [nats, capabilities] = await Promise.all([startNatsServer(), loadCapabilities()]);
    await startService();
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, TWO_MINUTES_MS);

  afterAll(async () => {
    await service?.kill();
    await bus?.close(200);
    await nats?.stop();
    await rm(home, { recursive: true });
  }, 120_000);

  it.each([
    ['ials', 'sweeping', tastes(400, 40), { algorithm: 'ials', factors: 64, sweeps: 12 }],
    ['ease', 'inverting', wideShop(), { algorithm: 'ease' }],
  ] as const)(
    'during a training (%s) keep the serving model, and result in exactly one new version',
    async (tenant, stage, rows, settings) => {
      await (await importing(tenant, rows)).ended();
      const { version: first } = await completed('train_recommender', tenant, {
        algorithm: 'ials',
        factors: 8,
        sweeps: 1,
      });
      const training = await start('train_recommender', tenant, { ...settings, force: true });
      // A new stage is always reported; what is done of it only twice a second, and it may take less.
      const isUnderWay = () => progressOf(training).some((each) => each['stage'] === stage);
      await waitFor(`${tenant} to be ${stage}`, isUnderWay, TWO_MINUTES_MS);
      if (tenant === 'ials') await waitFor('a checkpoint', async () => (await checkpoints()).length > 0);
      await service.kill();
      const before = progressOf(training)[0]!;
      const beforeCrash = training.answers.length;
      await startService();

      const { details } = (await (
        await start('recommendation_system', tenant, { items: [rows[0]!.item] })
      ).ended()) as {
        details: Record<string, unknown>;
      };
      // The serving model, or the new one if it was ready before this answer.
      expect([first, training.run]).toContain(details['model']);

      expect(await training.ended()).toMatchObject({
        type: 'completed',
        details: { version: training.run, algorithm: tenant, replaced: true },
      });
      expect(training.answers).toContainEqual(
        expect.objectContaining({ type: 'step', timing: expect.objectContaining({ attempt: 2 }) as unknown }),
      );
      const again = training.answers.slice(beforeCrash).flatMap((answer) => {
        if (answer.type !== 'delta') return [];
        const { stage: at, done } = answer.delta as { stage: string; done: number };
        return at === stage ? [done] : [];
      });
      process.stdout.write(`${tenant}: died at ${JSON.stringify(before)}, went on from ${again[0]}\n`);
      if (tenant === 'ials') expect(again[0]).toBeGreaterThan(0);
      else expect(again[0]).toBe(0);
      expect(await completed('recommender_models', tenant)).toMatchObject({
        serving: training.run,
        versions: [{ version: training.run }, { version: first }],
      });
      expect(await checkpoints()).toEqual([]);
    },
    4 * 60_000,
  );

  it.each([
    ['nats-server', () => nats.crashAndRestart()],
    ['the recommender', () => service.kill().then(startService)],
  ] as const)(
    'of %s during an import lose no row and store none twice',
    async (who, crash) => {
      const tenant = who.replace(/\W/g, '-');
      const users = 5_000;
      // A row without a time gets the start of the run, so it is the same row when the run is delivered again.
      const rows = Array.from({ length: 2 * users }, (_, n) => ({
        user: `u${n % users}`,
        item: `i${n % 51}`,
        ...(n < users ? { at: '2026-01-01T00:00:00Z' } : {}),
      }));
      const file = await importing(tenant, [...rows, { user: 'nobody' }]);
      const accepted = () => Number(progressOf(file)[0]?.['accepted'] ?? 0);
      await waitFor('a part of the rows to be taken', () => accepted() > 0);
      await crash();
      const atCrash = accepted();
      expect(atCrash).toBeLessThan(rows.length);

      const { details } = (await file.ended()) as { details: Record<string, number> };
      process.stdout.write(`${who}: died at ${atCrash} of ${rows.length}, then ${JSON.stringify(details)}\n`);
      expect(details).toMatchObject({ rows: rows.length + 1, rejected: 1, rejections: [{ row: rows.length + 1 }] });
      expect(details['accepted']! + details['duplicates']!).toBe(rows.length);
      expect(details['duplicates']).toBeGreaterThan(0);
      expect(await completed('exact_counts', tenant)).toMatchObject({ users, interactions: rows.length });
      const { interactions } = await completed('export_user', tenant, { user_id: 'u7' });
      expect(interactions).toMatchObject([{ item: 'i7' }, { item: `i${(users + 7) % 51}` }]);
    },
    4 * 60_000,
  );
});
