import { Presets, SingleBar } from 'cli-progress';
import type { FetchReport } from '../models/fetch-models.js';
import { megabytes, type Terminal } from './terminal.js';

const PLAIN_EVERY_MS = 5_000;

/** Shows downloads: a bar where a person watches, a line every few seconds where a file does. */
export function transferReport(terminal: Terminal): FetchReport {
  let bar: SingleBar | undefined;
  let saidAt = 0;
  return {
    begin(model) {
      saidAt = Date.now();
      if (!terminal.interactive) return terminal.line(`  fetching ${model}`);
      bar = new SingleBar(
        {
          format: '  {model} {bar} {percentage} % of {size}  {eta} s left',
          hideCursor: true,
          clearOnComplete: true,
          stream: process.stdout,
        },
        Presets.shades_classic,
      );
      bar.start(1, 0, { model, size: '…' });
    },
    progress(model, { file, receivedBytes, totalBytes, etaSeconds }) {
      if (bar && totalBytes) {
        bar.setTotal(totalBytes);
        bar.update(receivedBytes, { model: `${model}/${file}`, size: megabytes(totalBytes) });
      } else if (!bar && Date.now() - saidAt >= PLAIN_EVERY_MS) {
        saidAt = Date.now();
        const of = totalBytes ? ` of ${megabytes(totalBytes)}` : '';
        terminal.line(
          `  fetching ${model}/${file}: ${megabytes(receivedBytes)}${of}${etaSeconds ? `, ${etaSeconds} s left` : ''}`,
        );
      }
    },
    notice: (message) => terminal.line(`  ${message}`),
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
