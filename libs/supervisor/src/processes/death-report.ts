import type { LogFile } from '../instance/log-file.js';
import type { Restart } from './back-off.js';

/** Says in the log, and to the person at the terminal, that a process has stopped, why, and when it restarts. */
export function reportDeath(
  { name, reason, restart }: { readonly name: string; readonly reason: string; readonly restart: Restart },
  { log, report }: { readonly log: LogFile; readonly report: (line: string) => void },
): void {
  const time = new Date().toISOString();
  const entry = { level: 'error', time, service: 'supervisor', process: name, reason };
  const { delayMs, crashLoop } = restart;
  log.append('supervisor', JSON.stringify({ ...entry, msg: 'a process stopped; it restarts', restartInMs: delayMs }));
  report(`  ${name} stopped (${reason}); it restarts in ${(delayMs / 1000).toFixed(1)} s`);
  if (crashLoop) report(`✗ ${name} has stopped 5 times within a minute. The restarts continue; see ${log.path}`);
}
