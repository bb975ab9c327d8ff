import type { Logger } from '@llmos/telemetry';
import type { LoggerService } from '@nestjs/common';

/** Sends what Nest has to say into this process's own log; its start-up chatter only at debug level. */
export function nestLogger(log: Logger): LoggerService {
  const text = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? (part.stack ?? part.message) : String(part))).join(' ');
  return {
    log: (...parts: unknown[]) => log.debug(text(parts)),
    debug: (...parts: unknown[]) => log.debug(text(parts)),
    verbose: (...parts: unknown[]) => log.trace(text(parts)),
    warn: (...parts: unknown[]) => log.warn(text(parts)),
    error: (...parts: unknown[]) => log.error(text(parts)),
    fatal: (...parts: unknown[]) => log.fatal(text(parts)),
  };
}
