import { z } from 'zod';
import { check } from '../http/route.js';

const MAX_DEADLINE_MS = 24 * 3_600_000;
const MAX_TOKENS = 10_000_000;
const deadline = `x-llmos-deadline-ms is a whole number of milliseconds from 1 to ${MAX_DEADLINE_MS}.`;
const tokens = `x-llmos-max-total-tokens is a whole number from 1 to ${MAX_TOKENS}.`;
const DIGITS = /^\d{1,9}$/;

const count = (message: string, most: number) =>
  z
    .string()
    .regex(DIGITS, message)
    .pipe(z.coerce.number<string>(message).min(1, message).max(most, message))
    .optional();

/** The headers of every route that starts runs. */
export const runHeaders = z.object({
  'x-llmos-deadline-ms': count(deadline, MAX_DEADLINE_MS),
  'x-llmos-max-total-tokens': count(tokens, MAX_TOKENS),
  /** RFC 9218: `u=0` first to `u=7` last, `u=3` is usual. What cannot be used is ignored, as the RFC says. */
  priority: z.string().optional(),
});

const key = 'An Idempotency-Key has 1 to 255 characters.';

/** The headers of the routes where a repeated request can be the same run. */
export const keyedHeaders = runHeaders.extend({ 'Idempotency-Key': z.string().min(1, key).max(255, key).optional() });
export type KeyedHeaders = z.infer<typeof keyedHeaders>;

/** What a caller wants of a run, beside its input. */
export interface RunWishes {
  /** How long the answer is of use, in milliseconds from now. */
  readonly withinMs?: number | undefined;
  /** Tokens read and written by language models, in all steps together. */
  readonly maxTotalTokens?: number | undefined;
  /** Higher goes first among the runs of a tenant; 0 is usual. */
  readonly priority: number;
}

const USUAL_URGENCY = 3;

/** @throws LlmosError INVALID_ARGUMENT naming the header. */
export function wishesOf(headers: Readonly<Record<string, unknown>>): RunWishes {
  const names = Object.keys(runHeaders.shape);
  const own = check(runHeaders, Object.fromEntries(names.map((name) => [name, headers[name]])));
  const urgency = /\bu=([0-7])\b/.exec(own.priority ?? '')?.[1];
  return {
    withinMs: own['x-llmos-deadline-ms'],
    maxTotalTokens: own['x-llmos-max-total-tokens'],
    priority: urgency === undefined ? 0 : USUAL_URGENCY - Number(urgency),
  };
}
