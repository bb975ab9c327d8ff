import type { Logger } from '@llmos/telemetry';

const HARD_LIMIT_MS = 4_500;

/**
 * Runs the steps in order on SIGTERM, SIGINT, or when the parent that asked for it has gone, then exits.
 * A second signal, or a step that hangs, does not keep the process alive for longer than a few seconds.
 */
export function onShutdown(log: Logger, exitWithParent: boolean, steps: readonly (() => unknown)[]): void {
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), HARD_LIMIT_MS).unref();
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        log.warn({ err: error }, 'a part did not stop cleanly');
      }
    }
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  if (exitWithParent) process.on('disconnect', () => void stop('the parent process has gone'));
}
