import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 50_000_000;

/** The log of an instance: JSON lines, appended by every process through the same open file. */
export class LogFile {
  readonly descriptor: number;
  private closed = false;

  /** Opens the log. A log over 50 MB is renamed to `.1` first. */
  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) renameSync(path, `${path}.1`);
    this.descriptor = openSync(path, 'a', 0o600);
  }

  /**
   * Writes a line: JSON unchanged, other text in a JSON object. Never throws: a line after {@link close}, or on a full
   * disk, is lost, and the processes continue.
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

/** nats-server marks its lines with a level. A line that a service prints outside its logger is a warning. */
function levelOf(line: string): string {
  const mark = /\[(INF|DBG|TRC|WRN|ERR|FTL)\]/.exec(line)?.[1];
  if (mark === 'ERR' || mark === 'FTL') return 'error';
  return mark === undefined || mark === 'WRN' ? 'warn' : 'info';
}
