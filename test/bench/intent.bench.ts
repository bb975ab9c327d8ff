/**
 * Measures the intent head on questions it was not trained on: trains on nine tenths of the questions, then predicts
 * the other tenth and a sample of questions without an intent.
 *
 * Run alone, after a build, with Node 24; takes two to four minutes:
 *
 *     node test/bench/intent.bench.ts
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { EmbeddingCache } from '@llmos/models';
import { DATA_PATH, OUT_OF_SCOPE_PATH, readQuestions } from '../../apps/intent/training/dataset.ts';
import { asStored, holdOut, scoreHeldOut, scoreOutOfScope } from '../../apps/intent/training/evaluation.ts';
import { startEmbedder } from '../../apps/intent/training/train.ts';
import { trainHead } from '../../apps/intent/training/trainer.ts';

const questionText = new URL('../../apps/intent/dist/head/question-text.js', import.meta.url).href;
type QuestionText = typeof import('../../apps/intent/src/head/question-text.js');

const HELD_OUT_SHARE = 0.1;
const SEED = 7;

export interface IntentFigures {
  readonly heldOut: { readonly n: number; readonly accuracy: number; readonly calibration_error: number };
  /** Cross-validation on the nine tenths: nine times as many questions as held out, so less noise. */
  readonly crossValidated: { readonly n: number; readonly accuracy: number };
  readonly oos: { readonly n: number; readonly auroc: number; readonly recall_at_5_percent_false_alarms: number };
}

export async function benchIntent(): Promise<IntentFigures> {
  const { normaliseQuestion } = (await import(questionText)) as QuestionText;
  const embedder = await startEmbedder();
  try {
    const cache = await EmbeddingCache.open({ embedder, dimensions: 384 });
    const questions = await readQuestions(DATA_PATH);
    const set = { ...questions, vectors: await cache.embed(questions.texts) };
    const { training, heldOut } = holdOut(set, HELD_OUT_SHARE, SEED);
    const { weights, crossValidation } = trainHead(training);
    const head = asStored(weights);
    const scores = scoreHeldOut(head, heldOut);
    const texts = Object.values(JSON.parse(await readFile(OUT_OF_SCOPE_PATH, 'utf8')) as Record<string, string[]>)
      .flat()
      .map(normaliseQuestion);
    const outOfScope = scoreOutOfScope(head, heldOut, { texts, vectors: await cache.embed(texts) });
    await keepPredictions(
      heldOut.texts.map((text, row) => {
        const { probabilities, outOfScopeScore } = head.classify(heldOut.vectors[row]!, text);
        const best = head.labels[probabilities.indexOf(Math.max(...probabilities))]!;
        return {
          text,
          intent: head.labels[heldOut.labels[row]!]!,
          detected: outOfScopeScore > 0.5 ? 'out_of_scope' : best,
        };
      }),
    );
    return {
      heldOut: { n: scores.n, accuracy: scores.accuracy, calibration_error: scores.calibrationError },
      crossValidated: { n: training.labels.length, accuracy: crossValidation.accuracy },
      oos: {
        n: outOfScope.n,
        auroc: outOfScope.auroc,
        recall_at_5_percent_false_alarms: outOfScope.recallAtFivePercentFalseAlarms,
      },
    };
  } finally {
    await embedder.close();
  }
}

/** A question with its true intent and the intent detected by a head that was not trained on it. */
export interface Prediction {
  readonly text: string;
  readonly intent: string;
  readonly detected: string;
}

export const PREDICTIONS = 'test-results/held-out-intents.json';

/** The retrieval benchmark reads these predictions. */
async function keepPredictions(predictions: readonly Prediction[]): Promise<void> {
  await mkdir('test-results', { recursive: true });
  await writeFile(PREDICTIONS, JSON.stringify(predictions));
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchIntent(), null, 2)}\n`);
