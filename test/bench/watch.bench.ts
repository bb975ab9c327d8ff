/**
 * Scores the anomaly detector of the scheduler on the Numenta Anomaly Benchmark. After a build, with Node 24:
 *
 *     node test/bench/watch.bench.ts score <checkout of github.com/numenta/NAB>
 *     node test/bench/watch.bench.ts check <checkout>    the scorer against the scores that the benchmark publishes
 *
 * The data are not part of this repository: docs/operations-research.md says where they are and what was tuned on which half.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedDetectors, publishedScores, readCorpus, type Series } from './watch/nab-corpus.ts';
import { PROFILES, scoreCorpus, type ProfileName, type ScoredSeries } from './watch/nab-score.ts';

const from = (path: string) => new URL(`../../apps/scheduler/dist/watch/${path}`, import.meta.url).href;
type Detectors = typeof import('../../apps/scheduler/src/watch/detectors/anomaly-detector.js');

const names = Object.keys(PROFILES) as ProfileName[];
const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** The half of the series that settings were chosen on, by a hash of the name. */
const isForTuning = ({ name }: { readonly name: string }) =>
  createHash('sha256').update(name).digest().readUInt8(0) % 2 === 0;

const eachProfile = <T>(of: (name: ProfileName) => T) =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<ProfileName, T>;

async function score(corpus: readonly Series[]) {
  const { AnomalyDetector } = (await import(from('detectors/anomaly-detector.js'))) as Detectors;
  const startedAt = performance.now();
  const scored = corpus.map(({ name, windows, times, values }): ScoredSeries => {
    const detector = new AnomalyDetector();
    return { name, windows, scores: Float64Array.from(values, (value, at) => detector.next(value, times[at]!).score) };
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const [tuning, heldOut] = [scored.filter(isForTuning), scored.filter((each) => !isForTuning(each))];
  const tuned = eachProfile((name) => scoreCorpus(tuning, PROFILES[name]));
  const points = corpus.reduce((sum, { values }) => sum + values.length, 0);
  return {
    ...{ series: corpus.length, points, microsecondsPerPoint: round((1e6 * seconds) / points) },
    /** As the benchmark does it: the threshold that is best for the whole. */
    whole: eachProfile((name) => round(scoreCorpus(scored, PROFILES[name]).score)),
    tuningHalf: eachProfile((name) => round(tuned[name].score)),
    heldOutHalf: eachProfile((name) => round(scoreCorpus(heldOut, PROFILES[name]).score)),
    heldOutHalfAtTheTunedThreshold: eachProfile((name) =>
      round(scoreCorpus(heldOut, PROFILES[name], tuned[name].threshold).score),
    ),
    tunedThresholds: eachProfile((name) => round(tuned[name].threshold, 4)),
  };
}

type ByDetector<T> = Record<string, Record<ProfileName, T> | undefined>;

/** For each detector that is published: its score with the best threshold, with the published threshold, and as published. */
function check(folder: string, corpus: readonly Series[]) {
  const read = <T>(...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as ByDetector<T>;
  const published = read<number>('results', 'final_results.json');
  const thresholds = read<{ threshold: number }>('config', 'thresholds.json');
  const scores = publishedDetectors(folder).map((detector) => {
    const scored = corpus.map(({ name, windows }) => ({
      ...{ name, windows },
      scores: publishedScores(folder, detector, name),
    }));
    const numbers = eachProfile((name) => ({
      best: round(scoreCorpus(scored, PROFILES[name]).score, 4),
      atPublishedThreshold: round(
        scoreCorpus(scored, PROFILES[name], thresholds[detector]?.[name].threshold ?? Infinity).score,
        4,
      ),
      published: round(published[detector]?.[name] ?? NaN, 4),
    }));
    return [detector, numbers];
  });
  return Object.fromEntries(scores) as Record<string, unknown>;
}

const [what, folder] = process.argv.slice(2);
if ((what !== 'score' && what !== 'check') || folder === undefined) {
  process.stderr.write('usage: node test/bench/watch.bench.ts score|check <checkout of github.com/numenta/NAB>\n');
  process.exit(1);
}
const corpus = readCorpus(folder);
process.stdout.write(`${JSON.stringify(what === 'score' ? await score(corpus) : check(folder, corpus), null, 2)}\n`);
