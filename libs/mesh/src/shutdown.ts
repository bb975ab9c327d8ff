import { z } from 'zod';
import type { NewProcess } from './process.js';

/** How long the work in progress may take when a process is told to stop, in milliseconds. */
const GRACE_MS = 2_500;
/** What closing takes beside the work in progress. */
const REST_MS = 2_000;

/** The same for a process that others have asked to leave over the bus. */
const LEAVE_GRACE_MS = 30_000;

/** A supervisor sends it to a process that leaves while the others stay: there is time to finish its work. */
const leaveSchema = z.object({ type: z.literal('leave'), graceMs: z.number().positive() });

/**
 * Closes the process on SIGTERM, on SIGINT, on a message `{type: 'leave', graceMs}` of the process that started it, when its
 * parts are asked to leave, or when the parent that asked for it has gone, then exits. The parts are told how long the work in
 * progress may take; one that hangs keeps the process alive for two seconds longer at most.
 */
export function onShutdown({ log, config: { exitWithParent }, parts }: NewProcess): void {
  let stopping = false;
  const stop = async (reason: string, graceMs = GRACE_MS) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason, graceMs }, 'stopping');
    setTimeout(() => process.exit(1), graceMs + REST_MS).unref();
    await parts.close(graceMs);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  process.on('message', (message) => {
    const { data } = leaveSchema.safeParse(message);
    if (data) void stop('asked to leave', data.graceMs);
  });
  parts.onAskedToLeave((reason) => void stop(reason, LEAVE_GRACE_MS));
  if (exitWithParent) process.on('disconnect', () => void stop('the parent process has gone'));
}
