import { detailsOf, type Reply } from '@llmos/client';
import { table } from './table.js';
import { milliseconds, percent, type Terminal } from './terminal.js';

/** Shows an answer: the transcript, the intent, the text, its sources, and the time of each step. */
export function showAnswer(terminal: Terminal, reply: Reply): void {
  const { transcript, intent } = detailsOf(reply);
  if (transcript) terminal.line(`Heard    ${transcript}`);
  if (intent) terminal.line(`Intent   ${intentText(intent)}`);
  terminal.line(`Answer   ${reply.result}`);
  showSources(terminal, reply);
}

/** Shows the sources and the times of an answer. */
export function showSources(terminal: Terminal, reply: Reply): void {
  const { citations, grounding, timings, totalMs, degraded } = detailsOf(reply);
  const titles = [...new Set(citations?.map(({ title }) => title))];
  if (titles.length > 0) terminal.line(`Cites    ${titles.join(' · ')}${grounding ? ` (${grounding})` : ''}`);
  if (degraded && degraded.length > 0) terminal.line(`Degraded ${degraded.join(', ')}`);
  if (timings && timings.length > 0) {
    terminal.line();
    const rows = timings.map(({ step, capability, queueMs, handlerMs }) => [
      step,
      capability,
      milliseconds(queueMs),
      milliseconds(handlerMs),
    ]);
    if (totalMs) rows.push(['total', '', '', milliseconds(totalMs)]);
    terminal.line(table(['step', 'capability', 'waited', 'worked'], rows));
  }
  terminal.line();
  if (reply.run_id) terminal.line(`Run      ${reply.run_id}`);
  if (reply.traceId) terminal.line(`Trace    ${reply.traceId}`);
}

export function intentText({
  intent,
  probability,
  outOfScope,
}: {
  intent: string;
  probability: number;
  outOfScope?: boolean;
}): string {
  return outOfScope ? 'out of scope' : `${intent} (${percent(probability)})`;
}
