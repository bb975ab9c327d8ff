import { LlmosError } from '@llmos/contracts';
import type { Schedule } from '@llmos/bus';
import { z } from 'zod';

const EVERY = /^([1-9]\d{0,4})(s|m|h)$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };
const ONE_SECOND_OF_A_MINUTE = /^[0-5]?\d /;
const MAX_INPUT_BYTES = 100_000;

const bodySchema = z.strictObject({
  pipeline: z.string(),
  /** How often: `30m`, `24h`. */
  every: z.string().regex(EVERY, 'write it as 30m or 24h').optional(),
  /** Or when: six fields, seconds first, in UTC. */
  cron: z
    .string()
    .max(64)
    .regex(/^(\S+ ){5}\S+$/, 'a cron line has six fields, seconds first')
    .optional(),
  input: z.record(z.string(), z.unknown()).default({}),
});

/**
 * The schedule that a request describes.
 *
 * @param minSeconds the least time between two starts, in seconds.
 * @throws LlmosError INVALID_ARGUMENT, or PAYLOAD_TOO_LARGE for its input
 */
export function parseSchedule(name: string, body: unknown, minSeconds: number): Schedule {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new LlmosError('INVALID_ARGUMENT', issue.message, { field: issue.path.map(String).join('.') || 'body' });
  }
  const { pipeline, every, cron, input } = parsed.data;
  if ((every === undefined) === (cron === undefined))
    throw new LlmosError('INVALID_ARGUMENT', "Say either 'every' or 'cron'.", { field: 'every' });
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

/** One second of the minute alone keeps two starts a minute apart, whatever the other fields say. */
function requireOnceAMinute(cron: string, minSeconds: number): void {
  if (minSeconds <= 1 || ONE_SECOND_OF_A_MINUTE.test(cron)) return;
  throw new LlmosError(
    'INVALID_ARGUMENT',
    `Two starts are at least ${minSeconds} s apart: the first field (seconds) must be one number from 0 to 59.`,
    { field: 'cron' },
  );
}
