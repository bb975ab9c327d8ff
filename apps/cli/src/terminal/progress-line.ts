import { z } from 'zod';
import type { Terminal } from './terminal.js';

/** The progress that runs report: a stage and how much of it is done, or counts. */
const progressSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const MIN_GAP_MS = 500;

/** Shows the progress of a run on standard error: one line that is overwritten in a terminal, lines elsewhere. */
export function progressLine(terminal: Terminal): { show(delta: unknown): void; stop(): void } {
  let lastMs = -Infinity;
  let open = false;
  return {
    show: (delta) => {
      const progress = progressSchema.safeParse(delta);
      if (!progress.success || performance.now() - lastMs < MIN_GAP_MS) return;
      lastMs = performance.now();
      const text = words(progress.data);
      if (!process.stderr.isTTY) return terminal.note(text);
      process.stderr.write(`\r\u001b[K${text}`);
      open = true;
    },
    stop: () => {
      if (open) process.stderr.write('\r\u001b[K');
      open = false;
    },
  };
}

function words({ stage, done, total, ...counts }: Record<string, string | number>): string {
  const share =
    typeof done === 'number' && typeof total === 'number' && total > 0 ? [`${Math.round((100 * done) / total)} %`] : [];
  const rest = Object.entries(counts).map(([name, value]) => `${name} ${value}`);
  return [...(stage === undefined ? [] : [String(stage)]), ...share, ...rest].join('  ');
}
