import { editableText, textOf, type Bus, type DeadLetterFilter, type DeadLetterNote, type Redriven } from '@llmos/bus';
import { isLlmosError } from '@llmos/contracts';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { withBroker } from './broker-access.js';
import { editText } from '../terminal/edit-text.js';
import { table } from '../terminal/table.js';
import type { CommandContext } from './context.js';

/** Which dead letters; `since` is their greatest age in milliseconds. */
export interface DeadLetterChoice {
  readonly tenant?: string;
  readonly code?: string;
  readonly service?: string;
  readonly since?: number;
}

export interface ListDeadLettersOptions extends DeadLetterChoice {
  readonly limit: number;
  readonly json?: boolean;
}

export interface EachDeadLetterOptions extends DeadLetterChoice {
  /** All that the choice describes, instead of numbers. */
  readonly all?: boolean;
}

export interface RedriveOptions extends EachDeadLetterOptions {
  /** Messages per second. */
  readonly rate?: number;
}

/** Shows the newest dead letters, without opening them. */
export function listDeadLetters(
  context: CommandContext,
  { limit, json, ...choice }: ListDeadLettersOptions,
): Promise<number> {
  return withBroker(context, async (bus) => {
    const newest: DeadLetterNote[] = [];
    let total = 0;
    for await (const note of bus.deadLetterAdmin.list(filterOf(choice))) {
      total++;
      newest.push(note);
      if (newest.length > limit) newest.shift();
    }
    const { terminal } = context;
    if (json) terminal.line(JSON.stringify({ total, letters: newest }));
    else if (total === 0) terminal.line('There are no dead letters.');
    else {
      const head = ['number', 'when', 'service', 'tenant', 'subject', 'tries', 'payload', 'code', 'reason'];
      const rows = newest.map(({ sequence, at, service, tenant, subject, attempts, payload, code, reason }) => [
        sequence,
        at.slice(0, 19),
        service,
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
    const tracesUrl = context.instance.running()?.tracesUrl;
    if (note.trace && tracesUrl) terminal.line(`trace page: ${tracesUrl}/trace/${note.trace}`);
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
export function redriveDeadLetters(
  context: CommandContext,
  sequences: readonly number[],
  { rate, ...options }: RedriveOptions,
): Promise<number> {
  return doEach(context, sequences, options, async (bus, sequence) => {
    if (rate !== undefined) await delay(1_000 / rate);
    return outcomeOf(await bus.deadLetterAdmin.redrive(sequence));
  });
}

/**
 * Publishes a message with another body and removes its dead letter.
 *
 * @param bodyFile the new body; without it, the editor of the user opens the old one.
 */
export function editDeadLetter(context: CommandContext, sequence: number, bodyFile?: string): Promise<number> {
  return withBroker(context, async (bus) => {
    const { terminal, config } = context;
    const editor = config.visual ?? config.editor;
    const { original } = await bus.deadLetterAdmin.read(sequence);
    const before = editableText(original);
    const after = bodyFile === undefined ? editText(before, editor, 'json') : readFileSync(bodyFile, 'utf8');
    if (after.trim() === before.trim()) {
      terminal.line(`${sequence}: the body is unchanged, and nothing was sent`);
      return 0;
    }
    const type = original.headers?.get('content-type') ?? '';
    if (type === '' || type.includes('json')) checkJson(after);
    terminal.line(`✓ ${sequence}: ${outcomeOf(await bus.deadLetterAdmin.redrive(sequence, Buffer.from(after)))}`);
    return 0;
  });
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new CliError(`The new body is not JSON: ${(error as Error).message}`, 'nothing was sent; edit it again');
  }
}

function outcomeOf({ subject, run, isRepeated }: Redriven): string {
  if (isRepeated) return `had been published to ${subject} before, and its dead letter is removed`;
  return `published to ${subject}${run ? ` as the run ${run}` : ''}`;
}

/** Removes dead letters and their messages for good. Exit code 1 when one could not be removed. */
export function discardDeadLetters(
  context: CommandContext,
  sequences: readonly number[],
  options: EachDeadLetterOptions,
): Promise<number> {
  return doEach(context, sequences, options, async (bus, sequence) => {
    await bus.deadLetterAdmin.discard(sequence);
    return 'discarded';
  });
}

/** @param work resolves to what was done. */
function doEach(
  context: CommandContext,
  sequences: readonly number[],
  { all, ...choice }: EachDeadLetterOptions,
  work: (bus: Bus, sequence: number) => Promise<string>,
): Promise<number> {
  if ((sequences.length === 0) === !all)
    throw new CliError('Name dead letters by their numbers, or all of them', '`llmos dlq list`, then numbers or --all');
  if (!all && Object.values(choice).some((given) => given !== undefined))
    throw new CliError(
      '--tenant, --code, --service and --since choose among all dead letters',
      'use them with --all instead of numbers',
    );
  return withBroker(context, async (bus) => {
    const { terminal } = context;
    const chosen = all ? await sequencesOf(bus, choice) : sequences;
    if (chosen.length === 0) terminal.line('There are no such dead letters.');
    let failures = 0;
    for (const sequence of chosen) {
      try {
        terminal.line(`✓ ${sequence}: ${await work(bus, sequence)}`);
      } catch (error) {
        if (!isLlmosError(error)) throw error;
        failures++;
        terminal.line(`✗ ${sequence}: ${error.message}`);
      }
    }
    return failures === 0 ? 0 : 1;
  });
}

/** Listed before the first is published: what fails again becomes a new dead letter, which is not meant. */
async function sequencesOf(bus: Bus, choice: DeadLetterChoice): Promise<number[]> {
  const sequences: number[] = [];
  for await (const { sequence } of bus.deadLetterAdmin.list(filterOf(choice))) sequences.push(sequence);
  return sequences;
}

function filterOf({ tenant, code, service, since }: DeadLetterChoice): DeadLetterFilter {
  return { tenant, code, service, sinceMs: since === undefined ? undefined : Date.now() - since };
}
