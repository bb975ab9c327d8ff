import type { RecurringRun } from '@llmos/bus';
import { isToken, LlmosError } from '@llmos/contracts';
import { z } from 'zod';

const EVERY = /^([1-9]\d{0,4})(s|m|h)$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };
const ONE_SECOND_OF_A_MINUTE = /^[0-5]?\d /;
const MAX_INPUT_BYTES = 100_000;

export const recurringRunParams = z.object({
  name: z.string().refine(isToken, "A schedule's name is 1 to 64 letters, digits, '_' or '-'."),
});

/** A pipeline that is started again and again: either `every` so often, or at the times of `cron`. */
export const recurringRunBody = z.strictObject({
  pipeline: z.string(),
  /** An interval: `30m`, `24h`. */
  every: z.string().regex(EVERY, "'every' is a number of s, m or h: 30m, 24h.").optional(),
  /** Six fields, seconds first, in UTC. */
  cron: z
    .string()
    .max(64)
    .regex(/^(\S+ ){5}\S+$/, "'cron' has six fields, seconds first: 0 30 2 * * * is half past two each night, UTC.")
    .optional(),
  input: z.record(z.string(), z.unknown()).default({}),
});
export type RecurringRunBody = z.infer<typeof recurringRunBody>;

export const recurringRun = z.object({
  name: z.string(),
  pipeline: z.string(),
  when: z.string(),
  input: z.record(z.string(), z.unknown()),
});

/**
 * The recurring run that a request describes.
 *
 * @param minSeconds the shortest time between two starts, in seconds.
 * @throws LlmosError INVALID_ARGUMENT, or PAYLOAD_TOO_LARGE for its input
 */
export function toRecurringRun(name: string, body: RecurringRunBody, minSeconds: number): RecurringRun {
  const { pipeline, every, cron, input } = body;
  if ((every === undefined) === (cron === undefined))
    throw new LlmosError('INVALID_ARGUMENT', "Set either 'every' or 'cron'.", { field: 'every' });
  if (every !== undefined) requirePause(every, minSeconds);
  if (cron !== undefined) requireOnceAMinute(cron, minSeconds);
  if (Buffer.byteLength(JSON.stringify(input)) > MAX_INPUT_BYTES)
    throw new LlmosError('PAYLOAD_TOO_LARGE', `A schedule's input has at most ${MAX_INPUT_BYTES} bytes.`, {
      field: 'input',
    });
  return { name, pipeline, when: every === undefined ? cron! : `@every ${every}`, input };
}

function requirePause(every: string, minSeconds: number): void {
  const [, count, unit] = EVERY.exec(every)!;
  if (Number(count) * UNIT_SECONDS[unit!]! < minSeconds)
    throw new LlmosError('INVALID_ARGUMENT', `'every' is at least ${minSeconds} s; '${every}' is less.`, {
      field: 'every',
    });
}

/** If only one second of the minute matches, starts are at least a minute apart, whatever the other fields are. */
function requireOnceAMinute(cron: string, minSeconds: number): void {
  if (minSeconds <= 1 || ONE_SECOND_OF_A_MINUTE.test(cron)) return;
  throw new LlmosError(
    'INVALID_ARGUMENT',
    `Two starts are at least ${minSeconds} s apart: the first field (seconds) must be one number from 0 to 59.`,
    { field: 'cron' },
  );
}
