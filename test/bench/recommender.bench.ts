/**
 * Measures the recommender at 4,000 items: training with EASE^R, and one list of ten, without the mesh and in
 * the running service. The interactions are synthetic, in the shape of MovieLens-1M (6,040 users, about 165 each).
 *
 * Run alone, after a build, with Node 24; takes about two minutes:
 *
 *     node test/bench/recommender.bench.ts
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantileOf, seededRandom } from '@llmos/learning';
import { startInstance, type Instance } from '../e2e/instance.ts';

const from = (path: string) => new URL(`../../apps/recommender/dist/${path}`, import.meta.url).href;
type TrainingSets = typeof import('../../apps/recommender/src/training/training-set.js');
type Training = typeof import('../../apps/recommender/src/training/trainer.js');
type ModelFile = typeof import('../../apps/recommender/src/model/model-file.js');
type Scoring = typeof import('../../apps/recommender/src/model/scorer.js');

type Details = Record<string, unknown>;

const ITEMS = 4_000;
const USERS = 6_040;
const TASTES = 20;
const WARM_UP = 200;
const REQUESTS = 5_000;
const SERVICE_REQUESTS = 2_000;

const { prepareTrainingSet } = (await import(from('training/training-set.js'))) as TrainingSets;
const { Trainer } = (await import(from('training/trainer.js'))) as Training;
const { encodeModel, openModel } = (await import(from('model/model-file.js'))) as ModelFile;
const { Scorer } = (await import(from('model/scorer.js'))) as Scoring;

/** Each user prefers some items; a few items are popular with all users, most with few. */
function* inventedUsers(): Generator<{ user: string; interactions: { item: string; at: number }[] }> {
  const random = seededRandom(11);
  for (let user = 0; user < USERS; user++) {
    const taste = Math.floor(random() * TASTES);
    const length = Math.max(20, Math.round(60 / (0.05 + random())));
    const interactions = Array.from({ length: Math.min(length, 1_000) }, (_, at) => {
      const popular = Math.floor(ITEMS * random() ** 2.2);
      const own = Math.floor(popular / TASTES) * TASTES + taste;
      return { item: `i${Math.min(ITEMS - 1, random() < 0.6 ? own : popular)}`, at: at * 1_000 };
    });
    yield { user: `u${user}`, interactions };
  }
}

/** Runs a durable pipeline and waits for its end. */
async function finish(
  instance: Instance,
  path: string,
  body: string | object,
  type = 'application/json',
): Promise<Details> {
  const { run_id: id } = (await instance.post(path, body, { 'content-type': type })).body;
  for (;;) {
    const run = (await (await fetch(`${instance.url}/v1/runs/${id}`)).json()) as { status: string; details?: Details };
    if (run.status === 'completed') return run.details ?? {};
    if (!['accepted', 'running'].includes(run.status)) throw new Error(JSON.stringify(run));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Imports the same interactions, trains and recommends over HTTP; reads the handler's time from `timings`. */
async function measureService(): Promise<object> {
  const instance = await startInstance();
  try {
    const lines = [...inventedUsers()].flatMap(({ user, interactions }) =>
      interactions.map(({ item, at }) => `${user},${item},${at}`),
    );
    const imported = await finish(instance, '/v1/interactions', ['user,item,at', ...lines].join('\n'), 'text/csv');
    const trained = await finish(instance, '/v1/runs', { name: 'train_recommender', algorithm: 'ease' });
    const random = seededRandom(2);
    const times: number[] = [];
    for (let request = 0; request < WARM_UP + SERVICE_REQUESTS; request++) {
      const asked = { name: 'recommendation_system', user_id: `u${Math.floor(random() * USERS)}`, limit: 10 };
      const { details } = (await instance.post('/serving/process', asked)).body;
      if (details?.['basis'] !== 'user') throw new Error(`not answered from the model: ${JSON.stringify(details)}`);
      times.push((details['timings'] as { handlerMs: number }[])[0]!.handlerMs);
    }
    const own = times.slice(WARM_UP);
    const { items, seconds } = trained as { items: number; seconds: number };
    const handler = { n: own.length, p50Ms: quantileOf(own, 0.5), p99Ms: quantileOf(own, 0.99) };
    return { accepted: imported['accepted'], items, trainingSeconds: seconds, handler };
  } finally {
    await instance.stop();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'llmos-bench-recommender-'));
try {
  const set = prepareTrainingSet(inventedUsers());
  const startedAt = performance.now();
  const trained = await new Trainer().train(set, { algorithm: 'ease' });
  const trainingSeconds = (performance.now() - startedAt) / 1_000;
  const path = join(folder, 'model');
  writeFileSync(path, encodeModel(trained, { version: 'bench', createdAt: new Date().toISOString() }));
  const model = await openModel(path);
  const scorer = new Scorer(model);
  const random = seededRandom(1);
  const times = Array.from({ length: WARM_UP + REQUESTS }, () => {
    const user = Math.floor(random() * set.users.length);
    const had = [...set.itemsOf.subarray(set.offsets[user], set.offsets[user + 1])].map((item) => set.items[item]!);
    const began = performance.now();
    scorer.recommendFor({ history: had.map((item) => ({ item })), exclude: new Set(had), limit: 10 });
    return performance.now() - began;
  }).slice(WARM_UP);
  model.close();
  process.stdout.write(
    JSON.stringify({
      items: set.items.length,
      users: set.users.length,
      interactions: set.itemsOf.length,
      trainingSeconds,
      serving: { n: times.length, p50Ms: quantileOf(times, 0.5), p99Ms: quantileOf(times, 0.99) },
      service: await measureService(),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
