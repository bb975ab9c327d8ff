import { setTimeout as pause } from 'node:timers/promises';
import { describeChecks } from './process-status.js';
import type { ProcessStatus, ProcessSupervisor } from './process-supervisor.port.js';
import { SupervisorError } from './supervisor-error.js';

const POLL_MS = 60;
const REMINDER_INTERVAL_MS = 5_000;

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Receives a line for each process that becomes ready, and reminders of those that are not. */
  readonly report: (line: string) => void;
  /** Whether a crash loop ends the wait. */
  readonly failOnCrashLoop: boolean;
  readonly logFile: string;
}

/** Waits until every process is ready. @throws SupervisorError on a crash loop, if `failOnCrashLoop` is set. */
export async function waitUntilReady(
  supervisor: Pick<ProcessSupervisor, 'status' | 'crashing'>,
  { signal, report, failOnCrashLoop, logFile }: WaitOptions,
): Promise<readonly ProcessStatus[]> {
  const from = Date.now();
  const reported = new Set<string>();
  for (let remindAt = from + REMINDER_INTERVAL_MS; ;) {
    signal.throwIfAborted();
    const processes = await supervisor.status();
    const waiting = processes.filter(({ state }) => state !== 'ready');
    for (const { name, state } of processes) {
      if (state !== 'ready' || reported.has(name)) continue;
      reported.add(name);
      report(`  ${name} is ready (${((Date.now() - from) / 1000).toFixed(1)} s)`);
    }
    if (waiting.length === 0) return processes;
    if (failOnCrashLoop && supervisor.crashing.length > 0)
      throw new SupervisorError(`${supervisor.crashing.join(', ')} cannot be started`, `see ${logFile}`);
    if (Date.now() >= remindAt) {
      remindAt = Date.now() + REMINDER_INTERVAL_MS;
      for (const { name, checks } of waiting) report(`  waiting for ${name}: ${describeChecks(checks)}`);
    }
    await pause(POLL_MS, undefined, { signal });
  }
}
