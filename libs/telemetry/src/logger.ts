import { redactText, type PersonalDataType } from '@llmos/privacy';
import { trace } from '@opentelemetry/api';
import { destination, pino, stdSerializers, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

const MAX_DEPTH = 6;

/** Personal data that an error of a library may quote from its input. Network addresses stay: operators need them. */
const NEVER_LOGGED: readonly PersonalDataType[] = [
  'card',
  'iban',
  'national_id',
  'email',
  'phone',
  'pin',
  'password',
  'security_code',
  'bank_account',
  'date_of_birth',
];

/**
 * One JSON line per event on standard output, with the trace and span it belongs to.
 * Never pass a caller's text or a secret: payloads must not reach logs. Personal data quoted by errors is redacted.
 */
export function createLogger(
  options: { service: string; level: string },
  stream: DestinationStream = destination({ sync: true }),
): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['password', '*.password', 'authorization', '*.authorization', 'apiKey', '*.apiKey'],
        censor: '[redacted]',
      },
      serializers: { err: withoutPersonalData },
      mixin: () => {
        const context = trace.getActiveSpan()?.spanContext();
        return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
      },
    },
    stream,
  );
}

function withoutPersonalData(error: unknown): unknown {
  return cleaned(stdSerializers.err(error as Error), MAX_DEPTH);
}

/** Redacts every string, to a depth that no error of LLM OS reaches. */
function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value, NEVER_LOGGED);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item, depth - 1)]));
}
