import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 50_000_000;

/** One log for all that an instance runs: JSON lines, appended by every process through the same open file. */
export class LogFile {
  readonly descriptor: number;
  private closed = false;

  /** Opens it, and sets the last one aside (as `.1`) when it has grown over 50 MB. */
  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) renameSync(path, `${path}.1`);
    this.descriptor = openSync(path, 'a', 0o600);
  }

  /**
   * Writes one line of a process that does not write JSON itself; JSON lines pass as they are. Never throws: a line
   * that comes after the end, or finds the disk full, is lost, and what the processes do goes on.
   */
  append(service: string, line: string): void {
    if (this.closed || line.trim() === '') return;
    const entry = line.startsWith('{')
      ? line
      : JSON.stringify({ level: levelOf(line), time: new Date().toISOString(), service, msg: line });
    try {
      writeSync(this.descriptor, `${entry}\n`);
    } catch {
      return;
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.descriptor);
  }
}

/** nats-server marks its lines; what a service says outside its log is worth a look. */
function levelOf(line: string): string {
  const mark = /\[(INF|DBG|TRC|WRN|ERR|FTL)\]/.exec(line)?.[1];
  if (mark === 'ERR' || mark === 'FTL') return 'error';
  return mark === undefined || mark === 'WRN' ? 'warn' : 'info';
}
