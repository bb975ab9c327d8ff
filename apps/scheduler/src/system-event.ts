import type { Bus } from '@llmos/bus';
import { newRunId } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';

/** The tenant of what the installation itself does; no key acts for it. */
const TENANT = 'system';
const PUBLISH_MS = 30_000;

/**
 * Tells what the scheduler has found or done, as a CloudEvent on `llmos.out.system.<name>`, stored once. Rejects with
 * UNAVAILABLE if the broker does not take it within 30 s.
 *
 * @param type such as `org.llmos.action`.
 */
export async function publishSystemEvent(
  bus: Pick<Bus, 'runs'>,
  event: { readonly name: string; readonly type: string; readonly body: object },
): Promise<void> {
  const context = { run: newRunId(), tenant: TENANT, lane: 'durable', deadlineMs: steadyNow() + PUBLISH_MS } as const;
  await bus.runs.publishEvent(context, event);
}
