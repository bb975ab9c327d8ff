import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** The progress of a long task. */
export interface WorkBar {
  advance(): void;
  stop(): void;
}

/** Shows progress on standard error: as a bar in a terminal, as a line at each tenth elsewhere. */
export function workBar(terminal: Terminal, unit: string, total: number): WorkBar {
  if (process.stderr.isTTY) {
    const bar = new SingleBar(
      { format: `${unit} {bar} {value}/{total}  {eta_formatted} left`, hideCursor: true, stream: process.stderr },
      Presets.shades_classic,
    );
    bar.start(total, 0);
    return { advance: () => bar.increment(), stop: () => bar.stop() };
  }
  let done = 0;
  const step = Math.max(1, Math.ceil(total / 10));
  return {
    advance: () => {
      if (++done % step === 0 || done === total) terminal.note(`${unit}: ${done} of ${total}`);
    },
    stop: () => undefined,
  };
}
