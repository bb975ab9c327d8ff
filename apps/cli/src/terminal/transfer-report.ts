import { Presets, SingleBar } from 'cli-progress';
import type { FetchReport } from '../models/fetch-models.js';
import { megabytes, type Terminal } from './terminal.js';

const PLAIN_EVERY_MS = 5_000;

/** Shows downloads: as a bar in a terminal, as a line every few seconds elsewhere. */
export function transferReport(terminal: Terminal): FetchReport {
  let bar: SingleBar | undefined;
  let shownAt = 0;
  return {
    begin(model) {
      shownAt = Date.now();
      if (!terminal.interactive) return terminal.line(`  downloading ${model}`);
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
      } else if (!bar && Date.now() - shownAt >= PLAIN_EVERY_MS) {
        shownAt = Date.now();
        const of = totalBytes ? ` of ${megabytes(totalBytes)}` : '';
        const left = etaSeconds ? `, ${etaSeconds} s left` : '';
        terminal.line(`  downloading ${model}/${file}: ${megabytes(receivedBytes)}${of}${left}`);
      }
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
