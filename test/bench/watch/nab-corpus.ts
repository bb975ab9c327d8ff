import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Window } from './nab-score.ts';

/** One series of the benchmark. */
export interface Series {
  /** Folder and file, such as `realTweets/Twitter_volume_FB.csv`. */
  readonly name: string;
  /** Seconds since 1970. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly windows: readonly Window[];
}

/** `2014-04-01 00:00:00` has no zone: read as UTC. */
const secondsOf = (text: string) => Date.parse(`${text.trim().slice(0, 19).replace(' ', 'T')}Z`) / 1_000;

/** Reads all series of a checkout of github.com/numenta/NAB, with their windows. */
export function readCorpus(folder: string): Series[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels', 'combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  return Object.entries(labels).map(([name, windows]) => {
    const rows = rowsOf(join(folder, 'data', name));
    const times = Float64Array.from(rows, ([time]) => secondsOf(time!));
    return {
      ...{ name, times, values: Float64Array.from(rows, ([, value]) => Number(value)) },
      windows: windows.map(([from, to]) => windowOf(times, secondsOf(from), secondsOf(to))),
    };
  });
}

const rowsOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));

function windowOf(times: Float64Array, from: number, to: number): Window {
  return [times.findIndex((time) => time >= from), times.findLastIndex((time) => time <= to)];
}

/** The scores that a detector of the benchmark published for a series. */
export function publishedScores(folder: string, detector: string, name: string): Float64Array {
  const [group, file] = name.split('/') as [string, string];
  const rows = rowsOf(join(folder, 'results', detector, group, `${detector}_${file}`));
  return Float64Array.from(rows, ([, , score]) => Number(score));
}

/** The detectors whose results the checkout has. */
export const publishedDetectors = (folder: string) =>
  readdirSync(join(folder, 'results'), { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? [each.name] : [],
  );
