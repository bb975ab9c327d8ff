import { Presets, SingleBar } from 'cli-progress';
import { z } from 'zod';
import { progressLine } from './progress-line.js';
import type { Terminal } from './terminal.js';

const progressSchema = z.looseObject({ stage: z.string(), done: z.number(), total: z.number() });

/** Shows the progress of a run with a known end on standard error: a bar in a terminal, lines elsewhere. */
export function progressBar(terminal: Terminal): { show(delta: unknown): void; stop(): void } {
  if (!process.stderr.isTTY) return progressLine(terminal);
  const format = '{stage} {bar} {percentage} %  {rest}';
  const bar = new SingleBar(
    { format, hideCursor: true, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  return {
    show: (delta) => {
      const progress = progressSchema.safeParse(delta);
      if (!progress.success) return;
      const { stage, done, total, ...others } = progress.data;
      const rest = Object.entries(others).map(([name, value]) => `${name} ${String(value)}`);
      if (!bar.isActive) bar.start(total, done, { stage, rest: rest.join('  ') });
      bar.update(done, { stage, rest: rest.join('  ') });
    },
    stop: () => bar.stop(),
  };
}
