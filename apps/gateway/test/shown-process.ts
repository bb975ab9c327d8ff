import { Nodes, type Bus } from '@llmos/mesh';
import { waitFor } from '@llmos/testing';
import { z } from 'zod';

const EVERY_MS = 1_000;
const readyzSchema = z.object({ checks: z.array(z.object({ name: z.string(), state: z.string() })) });

/**
 * Shows the gateway a process that is ready for these capabilities, again and again, as a service does: what a process
 * says of itself is valid for some seconds. Resolves when the gateway knows it, if its address is given.
 *
 * @returns ends it.
 */
export async function showProcess(
  bus: Bus,
  service: string,
  capabilities: readonly string[],
  gatewayUrl?: string,
): Promise<() => void> {
  const nodes = await Nodes.open(bus);
  const state = { node: `${service}-1`, service, capabilities: [...capabilities], ready: true, checks: [], pid: 1 };
  const announce = () => nodes.announce(state);
  await announce();
  const timer = setInterval(() => void announce().catch(() => undefined), EVERY_MS);
  const isKnown = async () => {
    const { checks } = readyzSchema.parse(await (await fetch(`${gatewayUrl}/readyz`)).json());
    return checks.filter(({ name }) => capabilities.includes(name)).every(({ state: now }) => now === 'ready');
  };
  if (gatewayUrl !== undefined) await waitFor(`the gateway to know ${service}`, isKnown);
  return () => clearInterval(timer);
}
