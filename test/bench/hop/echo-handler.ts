import type { Bus, Delivery } from '@llmos/bus';
import type { Capability } from '@llmos/contracts';
import { Cancellations, Forwarder, RunRecords, taskChain } from '@llmos/mesh';
import { createLogger } from '@llmos/telemetry';

/** Does the tasks of an echo as a service does, with everything that the mesh promises. */
export async function echoHandler(
  bus: Bus,
  echo: Capability,
  work: (input: unknown) => Promise<unknown> = (input) => Promise.resolve(input),
): Promise<(delivery: Delivery) => Promise<void>> {
  const records = await RunRecords.open(bus);
  return taskChain(echo, work, {
    bus,
    records,
    cancellations: new Cancellations(bus),
    log: createLogger({ service: 'bench', level: 'silent' }),
    forwarder: new Forwarder(bus, records),
  });
}
