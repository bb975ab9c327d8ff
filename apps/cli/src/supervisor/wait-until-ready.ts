import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { seconds } from '../terminal/terminal.js';
import type { Supervisor, MemberHealth } from './supervisor.js';

const POLL_MS = 60;
const REMIND_MS = 5_000;
/** A gateway waits for every capability of the house: a line has room for a few. */
const CHECKS_TOLD = 2;

export interface WaitOptions {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Give up on a service that dies again and again; without it the wait goes on, as the restarts do. */
  readonly failOnCrashLoop: boolean;
  readonly logFile: string;
}

/** Waits until every service says it is ready; tells of each that is, and from time to time of what is missing. */
export async function waitUntilReady(
  supervisor: Pick<Supervisor, 'health' | 'crashing'>,
  { signal, say, failOnCrashLoop, logFile }: WaitOptions,
): Promise<MemberHealth[]> {
  const from = Date.now();
  const told = new Set<string>();
  for (let remindAt = from + REMIND_MS; ;) {
    signal.throwIfAborted();
    const members = await supervisor.health();
    for (const { name, ready } of members) {
      if (!ready || told.has(name)) continue;
      told.add(name);
      say(`  ${name} is ready (${seconds(Date.now() - from)})`);
    }
    if (members.every(({ ready }) => ready)) return members;
    if (failOnCrashLoop && supervisor.crashing.length > 0)
      throw new CliError(`${supervisor.crashing.join(', ')} cannot be started`, `see ${logFile}`);
    if (Date.now() >= remindAt) {
      remindAt = Date.now() + REMIND_MS;
      for (const member of members) if (!member.ready) say(`  waiting for ${member.name}: ${missing(member)}`);
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

/** `model moonshine-tiny loading 40 %, about 12 s left`. */
export function missing({ checks }: Pick<MemberHealth, 'checks'>): string {
  const open = checks.filter(({ state }) => state !== 'ready');
  if (open.length === 0) return 'not ready yet';
  const told = open
    .slice(0, CHECKS_TOLD)
    .map(({ name, state, progress, etaSeconds, message }) => {
      const parts = [`${name} ${state}${progress === undefined ? '' : ` ${Math.round(progress * 100)} %`}`];
      if (etaSeconds !== undefined) parts.push(`about ${Math.ceil(etaSeconds)} s left`);
      if (message) parts.push(message);
      return parts.join(', ');
    })
    .join('; ');
  return open.length > CHECKS_TOLD ? `${told}; and ${open.length - CHECKS_TOLD} more` : told;
}
