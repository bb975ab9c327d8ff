/**
 * How right the intent head is on questions it was not trained on: trains on nine tenths of the questions, and tries
 * the other tenth and a sample of questions that have no intent.
 *
 * Run alone, after a build, with Node 24 (which takes the types off by itself); takes two to four minutes:
 *
 *     node test/bench/intent.bench.ts
 */
const from = (path: string) => new URL(`../../apps/intent/dist/training/${path}`, import.meta.url).href;
type Command = typeof import('../../apps/intent/src/training/train.command.js');
type Dataset = typeof import('../../apps/intent/src/training/dataset.js');
type Embedding = typeof import('../../apps/intent/src/training/embedding-cache.js');

const HELD_OUT_SHARE = 0.1;
const SEED = 7;

export interface IntentFigures {
  readonly heldOut: { readonly n: number; readonly accuracy: number; readonly calibration_error: number };
  /** On the nine tenths: each question predicted by a head that did not see it. The steadier figure: nine times as many. */
  readonly crossValidated: { readonly n: number; readonly accuracy: number };
  readonly oos: { readonly n: number; readonly auroc: number; readonly recall_at_5_percent_false_alarms: number };
}

export async function benchIntent(): Promise<IntentFigures> {
  const { DATA_PATH, startEmbedder, tryOut } = (await import(from('train.command.js'))) as Command;
  const { readQuestions } = (await import(from('dataset.js'))) as Dataset;
  const { embedTexts } = (await import(from('embedding-cache.js'))) as Embedding;
  const embedder = await startEmbedder();
  try {
    const questions = await readQuestions(DATA_PATH);
    const set = { ...questions, vectors: await embedTexts(questions.texts, embedder) };
    const { heldOut, allStrangers, crossValidation } = await tryOut(set, embedder, {
      share: HELD_OUT_SHARE,
      seed: SEED,
    });
    return {
      heldOut: { n: heldOut.n, accuracy: heldOut.accuracy, calibration_error: heldOut.calibrationError },
      crossValidated: { n: set.labels.length - heldOut.n, accuracy: crossValidation.accuracy },
      oos: {
        n: allStrangers.n,
        auroc: allStrangers.auroc,
        recall_at_5_percent_false_alarms: allStrangers.recallAtFivePercentFalseAlarms,
      },
    };
  } finally {
    await embedder.close();
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchIntent(), null, 2)}\n`);
