/**
 * How right the intent head is on questions it was not trained on: trains on nine tenths of the questions, and tries
 * the other tenth and a sample of questions that have no intent.
 *
 * Run alone, after a build, with Node 24 (which takes the types off by itself); takes two to four minutes:
 *
 *     node test/bench/intent.bench.ts
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';

const from = (path: string) => new URL(`../../apps/intent/dist/training/${path}`, import.meta.url).href;
type Command = typeof import('../../apps/intent/src/training/train.command.js');
type Dataset = typeof import('../../apps/intent/src/training/dataset.js');
type Embedding = typeof import('../../apps/intent/src/training/embedding-cache.js');
type Evaluation = typeof import('../../apps/intent/src/training/evaluation.js');
type Trainer = typeof import('../../apps/intent/src/training/trainer.js');
type QuestionText = typeof import('../../apps/intent/src/head/question-text.js');

const HELD_OUT_SHARE = 0.1;
const SEED = 7;

export interface IntentFigures {
  readonly heldOut: { readonly n: number; readonly accuracy: number; readonly calibration_error: number };
  /** On the nine tenths: each question predicted by a head that did not see it. The steadier figure: nine times as many. */
  readonly crossValidated: { readonly n: number; readonly accuracy: number };
  readonly oos: { readonly n: number; readonly auroc: number; readonly recall_at_5_percent_false_alarms: number };
}

export async function benchIntent(): Promise<IntentFigures> {
  const { DATA_PATH, STRANGERS_PATH, startEmbedder } = (await import(from('train.command.js'))) as Command;
  const { asStored, holdOut, scoreHeldOut, scoreStrangers } = (await import(from('evaluation.js'))) as Evaluation;
  const { trainHead } = (await import(from('trainer.js'))) as Trainer;
  const { normaliseQuestion } = (await import(from('../head/question-text.js'))) as QuestionText;
  const { readQuestions } = (await import(from('dataset.js'))) as Dataset;
  const { embedTexts } = (await import(from('embedding-cache.js'))) as Embedding;
  const embedder = await startEmbedder();
  try {
    const questions = await readQuestions(DATA_PATH);
    const set = { ...questions, vectors: await embedTexts(questions.texts, embedder) };
    const { training, heldOut } = holdOut(set, HELD_OUT_SHARE, SEED);
    const { weights, crossValidation } = trainHead(training);
    const head = asStored(weights);
    const scores = scoreHeldOut(head, heldOut);
    const texts = Object.values(JSON.parse(await readFile(STRANGERS_PATH, 'utf8')) as Record<string, string[]>)
      .flat()
      .map(normaliseQuestion);
    const strangers = scoreStrangers(head, heldOut, { texts, vectors: await embedTexts(texts, embedder) });
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
        n: strangers.n,
        auroc: strangers.auroc,
        recall_at_5_percent_false_alarms: strangers.recallAtFivePercentFalseAlarms,
      },
    };
  } finally {
    await embedder.close();
  }
}

/** A question with its intent and the one that a head detected which had not seen it. */
export interface Prediction {
  readonly text: string;
  readonly intent: string;
  readonly detected: string;
}

export const PREDICTIONS = 'test-results/held-out-intents.json';

/** The retrieval benchmark searches with these. */
async function keepPredictions(predictions: readonly Prediction[]): Promise<void> {
  await mkdir('test-results', { recursive: true });
  await writeFile(PREDICTIONS, JSON.stringify(predictions));
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchIntent(), null, 2)}\n`);
