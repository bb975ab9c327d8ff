import type { Logger } from '@llmos/telemetry';

const HARD_LIMIT_MS = 4_500;

/**
 * Closes the process on SIGTERM, on SIGINT, or when the parent that asked for it has gone, then exits. A `close` that
 * hangs keeps the process alive for a few seconds at most.
 */
export function onShutdown(log: Logger, exitWithParent: boolean, close: () => Promise<void>): void {
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), HARD_LIMIT_MS).unref();
    await close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  if (exitWithParent) process.on('disconnect', () => void stop('the parent process has gone'));
}
