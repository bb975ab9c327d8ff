import type { DeadLetterNote } from '@llmos/bus';
import { isLlmosError } from '@llmos/contracts';
import { withBroker } from './broker-access.js';
import { table } from '../terminal/table.js';
import type { CommandContext } from './context.js';

export interface ListDeadLettersOptions {
  readonly tenant?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** Shows the newest dead letters, without opening them. */
export function listDeadLetters(
  context: CommandContext,
  { tenant, limit, json }: ListDeadLettersOptions,
): Promise<number> {
  return withBroker(context, async (bus) => {
    const newest: DeadLetterNote[] = [];
    let total = 0;
    for await (const note of bus.deadLetterAdmin.list(tenant)) {
      total++;
      newest.push(note);
      if (newest.length > limit) newest.shift();
    }
    const { terminal } = context;
    if (json) terminal.line(JSON.stringify({ total, letters: newest }));
    else if (total === 0) terminal.line('There are no dead letters.');
    else {
      const head = ['number', 'when', 'tenant', 'subject', 'tries', 'payload', 'code', 'reason'];
      const rows = newest.map(({ sequence, at, tenant, subject, attempts, payload, code, reason }) => [
        sequence,
        at.slice(0, 19),
        tenant,
        subject,
        attempts,
        payload,
        code,
        reason,
      ]);
      terminal.line(table(head, rows));
      if (total > newest.length) terminal.note(`The newest ${newest.length} of ${total}; --limit shows more.`);
    }
    return 0;
  });
}

/** Opens a dead letter. The output can contain personal data. */
export function showDeadLetter(context: CommandContext, sequence: number, json?: boolean): Promise<number> {
  return withBroker(context, async (bus) => {
    const { note, original } = await bus.deadLetterAdmin.read(sequence);
    const headers = Object.fromEntries(
      (original.headers?.keys() ?? []).map((key) => [key, original.headers!.values(key)]),
    );
    const text = textOf(original.data);
    const body = text === undefined ? { base64: Buffer.from(original.data).toString('base64') } : { text };
    const { terminal } = context;
    if (json) {
      terminal.line(JSON.stringify({ ...note, original: { subject: original.subject, headers, ...body } }));
      return 0;
    }
    for (const [name, value] of Object.entries(note)) terminal.line(`${name}: ${String(value)}`);
    terminal.line();
    terminal.line(original.subject);
    for (const [name, values] of Object.entries(headers))
      for (const value of values) terminal.line(`${name}: ${value}`);
    terminal.line();
    terminal.line(text ?? `${original.data.length} bytes that are not text; --json shows them`);
    return 0;
  });
}

/** Publishes messages again and removes their dead letters. Exit code 1 when one could not be published. */
export function redriveDeadLetters(context: CommandContext, sequences: readonly number[]): Promise<number> {
  return withBroker(context, async (bus) => {
    const { terminal } = context;
    let failures = 0;
    for (const sequence of sequences) {
      try {
        const { subject, run } = await bus.deadLetterAdmin.redrive(sequence);
        terminal.line(`✓ ${sequence}: published to ${subject}${run ? ` as the run ${run}` : ''}`);
      } catch (error) {
        if (!isLlmosError(error)) throw error;
        failures++;
        terminal.line(`✗ ${sequence}: ${error.message}`);
      }
    }
    return failures === 0 ? 0 : 1;
  });
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
