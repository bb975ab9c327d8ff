import { Nodes, type Bus } from '@llmos/mesh';

const EVERY_MS = 1_000;

/**
 * Shows the gateway a process that is ready for these capabilities, again and again, as a service does: what a process
 * says of itself is valid for some seconds.
 *
 * @returns ends it.
 */
export async function showProcess(bus: Bus, service: string, capabilities: readonly string[]): Promise<() => void> {
  const nodes = await Nodes.open(bus);
  const state = { node: `${service}-1`, service, capabilities: [...capabilities], ready: true, checks: [], pid: 1 };
  const announce = () => nodes.announce(state);
  await announce();
  const timer = setInterval(() => void announce().catch(() => undefined), EVERY_MS);
  return () => clearInterval(timer);
}
