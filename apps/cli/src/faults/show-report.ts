import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../terminal/table.js';
import { seconds, type Terminal } from '../terminal/terminal.js';
import { answersPicture } from './answers-picture.js';
import type { LabReport } from './lab.js';
import type { Verdict } from './verdict.js';

const MINUTE_MS = 60_000;

/** What a run of the lab has seen, and where it goes. */
export interface Shown {
  readonly report: LabReport;
  readonly seed: number;
  readonly folder: string;
  readonly json: boolean;
}

/** Writes the report into the folder and shows it. @returns the exit code: 1 if a promise was broken. */
export function showReport(terminal: Terminal, { report, seed, folder, json }: Shown): number {
  const { verdicts, ledgers, kills, growths, tookMs } = report;
  const sum = (count: (verdict: Verdict) => number) => verdicts.reduce((total, each) => total + count(each), 0);
  const totals = {
    seed,
    tookMs: Math.round(tookMs),
    kills,
    accepted: ledgers.reduce((total, { events }) => total + events.size, 0),
    calls: ledgers.reduce((total, { calls }) => total + calls.length, 0),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    hung: sum(({ hung }) => hung),
    broken: verdicts.filter(({ broken }) => broken.length > 0).length,
  };
  const all = { ...totals, folder, growths, verdicts };
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(join(folder, 'answers.svg'), answersPicture(ledgers));
  const lines = table(HEAD, verdicts.map(row));
  const end = [
    `${totals.accepted} accepted events, ${totals.calls} live calls, ${kills} kills in ${seconds(tookMs)}: ` +
      `${totals.lost} lost, ${totals.duplicated} done twice, ${totals.hung} callers waited too long`,
    ...(growths.length > 0 ? ['', growthTable(growths), ''] : []),
    ...verdicts.flatMap(({ fault, broken }) => broken.map((what) => `✗ ${fault}: ${what}`)),
  ];
  writeFileSync(join(folder, 'report.txt'), `${[lines, '', ...end].join('\n')}\n`);
  if (json) terminal.line(JSON.stringify(all));
  else for (const line of [lines, '', ...end, `\nReport: ${folder}`]) terminal.line(line);
  return totals.broken > 0 ? 1 : 0;
}

/** Processes that ran without a kill for longer than their warm-up. */
function growthTable(growths: LabReport['growths']): string {
  const rows = growths.map(({ process, overMs, memoryMb, memoryMbPerHour, openFilesMore }) => [
    ...[process, (overMs / MINUTE_MS).toFixed(1), memoryMb.toFixed(0), memoryMbPerHour.toFixed(1), openFilesMore],
  ]);
  return table(['process', 'minutes', 'memory MB', 'MB an hour', 'more open files'], rows);
}

const HEAD = [
  'fault',
  'promise',
  'times',
  'seen',
  'longest wait',
  'whole p50',
  'p99',
  'accepted',
  'lost',
  'twice',
  'hung',
];

function row({ fault, skipped, broken, times, details, longestMs, recoveryMs, ...counts }: Verdict) {
  if (skipped !== undefined) return [fault, 'not tried', '', skipped, '', '', '', '', '', '', ''];
  const promise = broken.length > 0 ? 'BROKEN' : 'kept';
  const seen = details.slice(0, 3).join(' · ');
  const { accepted, lost, duplicated, hung } = counts;
  const times_ = [seconds(longestMs), seconds(recoveryMs.p50), seconds(recoveryMs.p99)];
  return [fault, promise, times, seen, ...times_, accepted, lost, duplicated, hung];
}
