import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** How far a long work is. */
export interface WorkBar {
  advance(): void;
  stop(): void;
}

/** A bar on standard error where that is a terminal; a line at each tenth elsewhere. Standard output stays the result's. */
export function workBar(terminal: Terminal, what: string, total: number): WorkBar {
  if (process.stderr.isTTY) {
    const bar = new SingleBar(
      { format: `${what} {bar} {value}/{total}  {eta_formatted} left`, hideCursor: true, stream: process.stderr },
      Presets.shades_classic,
    );
    bar.start(total, 0);
    return { advance: () => bar.increment(), stop: () => bar.stop() };
  }
  let done = 0;
  const step = Math.max(1, Math.ceil(total / 10));
  return {
    advance: () => {
      if (++done % step === 0 || done === total) terminal.note(`${what}: ${done} of ${total}`);
    },
    stop: () => undefined,
  };
}
