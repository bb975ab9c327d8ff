// Trains the head that tells English from other languages: node apps/asr/training/train.ts (build first: nx build asr).
// Arguments: paths of further recordings of English. Needs the programs espeak-ng, flite and sox. Takes about fifteen
// minutes on one core.
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { baseConfig, loadConfig } from '@llmos/config';
import { areaUnderRoc, quantileOf } from '@llmos/learning';
import { ModelStore } from '@llmos/models';
import { AudioDecodeAdapter } from '#src/adapters/audio-decoder.adapter.js';
import { Moonshine } from '#src/adapters/moonshine.js';
import { recogniserFiles } from '#src/adapters/recogniser-files.js';
import { SileroAdapter } from '#src/adapters/silero.adapter.js';
import { isUnderstood } from '#src/recognised-speech.js';
import { splitSpeech } from '#src/speech-splitter.js';
import { CONDITIONS, degrade, type Condition } from './conditions.ts';
import { fitHead, type Example, type HeadWeights } from './english-head-fit.ts';
import { makeRecordings, type Recording } from './recordings.ts';
import { wordErrors, wordsOf } from '../test/word-errors.ts';

const MODEL = 'moonshine-tiny';
const HEAD = new URL('../model/english-head.json', import.meta.url);
const FOLDS = 8;
/** Of the English pieces that were heard right, at most this share may be taken for another language, in any condition. */
const MAX_FALSE_SHARE = 0.01;

interface Judged extends Example {
  readonly condition: Condition;
  readonly group: string;
  /** Whether at most half of the words are wrong. */
  readonly isRight: boolean;
}

/** Hears every piece of speech in every recording as the service would. */
async function hearAll(): Promise<Judged[]> {
  const { home, root, catalogPath } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath, root });
  const files = await recogniserFiles(store, MODEL);
  const moonshine = await Moonshine.load(files.moonshine);
  const silero = await SileroAdapter.load(files.silero);
  const decoder = new AudioDecodeAdapter({ maxDurationSeconds: 600 });
  const examples: Judged[] = [];
  const further = process.argv.slice(2).map((path) => [basename(path), path]);
  const real = { ...(await store.ensure('moonshine-samples')), ...Object.fromEntries(further) };
  for await (const recording of makeRecordings(real)) {
    const { samples } = await decoder.decode(recording.bytes);
    for (const condition of CONDITIONS) {
      const heard = await hear(degrade(samples, condition));
      for (const { text, ...piece } of heard.filter((each) => each.text !== ''))
        examples.push({ ...piece, ...labels(recording, text), condition });
    }
  }
  await moonshine.release();
  await silero.release();
  return examples;

  async function hear(samples: Float32Array) {
    const intervals = splitSpeech(await silero.detect(samples), silero.windowSamples, samples.length);
    return moonshine.hear(intervals.map(({ start, end }) => samples.subarray(start, end)));
  }
}

function labels({ isEnglish, group, text }: Recording, heard: string): Pick<Judged, 'isEnglish' | 'group' | 'isRight'> {
  const isRight = isEnglish && (text === undefined || wordErrors(text, heard) <= wordsOf(text).length / 2);
  return { isEnglish, group, isRight };
}

/** Each example's score by a head that was trained without its voice or language. */
function scoresOfOthers(examples: readonly Judged[]): number[] {
  const groups = [...new Set(examples.map(({ group }) => group))];
  const foldOf = new Map(groups.map((group, i) => [group, i % FOLDS]));
  const scores = new Array<number>(examples.length).fill(0);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const head = fitHead(examples.filter(({ group }) => foldOf.get(group) !== fold));
    examples.forEach((example, i) => {
      if (foldOf.get(example.group) === fold) scores[i] = scoreOf(head, example);
    });
  }
  return scores;
}

function scoreOf({ weights, confidenceWeight, bias }: HeadWeights, { state, confidence }: Example): number {
  return weights.reduce(
    (sum, weight, i) => sum + weight * (state[i] as number),
    bias + confidenceWeight * Math.log(confidence),
  );
}

/** The score at which the permitted share of English is reached in the worst condition. */
function limitOf(examples: readonly Judged[], scores: readonly number[]): number {
  const right = (condition: Condition) =>
    scores.filter((_, i) => examples[i]?.isRight && examples[i]?.condition === condition);
  return Math.max(...CONDITIONS.map((condition) => quantileOf(right(condition), 1 - MAX_FALSE_SHARE)));
}

function report(examples: readonly Judged[], scores: readonly number[], limit: number): void {
  const refused = examples.map(({ confidence }, i) => {
    const otherLanguage = 1 / (1 + Math.exp(limit - (scores[i] as number)));
    return !isUnderstood({ text: '', confidence, otherLanguage });
  });
  const share = (name: string, belongs: (example: Judged) => boolean) => {
    const of = refused.filter((_, i) => belongs(examples[i] as Judged));
    if (of.length > 0)
      process.stdout.write(
        `${name.padEnd(34)} ${(of.filter(Boolean).length / of.length).toFixed(3)} of ${of.length}\n`,
      );
  };
  const scoresOf = (english: boolean) => scores.filter((_, i) => examples[i]?.isEnglish === english);
  process.stdout.write(`area under ROC ${areaUnderRoc(scoresOf(false), scoresOf(true)).toFixed(4)}; refused:\n`);
  for (const condition of CONDITIONS) {
    share(`English heard right, ${condition}`, (each) => each.isRight && each.condition === condition);
    share(
      `English heard wrong, ${condition}`,
      (each) => each.isEnglish && !each.isRight && each.condition === condition,
    );
    share(`other, ${condition}`, (example) => !example.isEnglish && example.condition === condition);
  }
  for (const group of new Set(examples.map((example) => example.group)))
    share(group, (example) => example.group === group);
}

const examples = await hearAll();
const scores = scoresOfOthers(examples);
const limit = limitOf(examples, scores);
report(examples, scores, limit);
const { weights, confidenceWeight, bias } = fitHead(examples);
const rounded = (value: number) => Number(value.toPrecision(5));
const head = {
  model: MODEL,
  weights: weights.map(rounded),
  confidenceWeight: rounded(confidenceWeight),
  bias: rounded(bias - limit),
};
await writeFile(HEAD, `${JSON.stringify(head)}\n`);
