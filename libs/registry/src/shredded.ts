import { isRunId, runBeganAtMs } from '@llmos/contracts';
import type { ObjectStore, Sealing } from './stores.js';

/** Whether the tenant's keys were destroyed after the run began. The id of a run contains its start. */
export function isShredded(atRest: Pick<Sealing, 'shreddedSince'> | undefined, tenant: string, run: string): boolean {
  return isRunId(run) && (atRest?.shreddedSince(tenant, runBeganAtMs(run)) ?? false);
}

/** Deletes objects named `<tenant>.<run>` or `<tenant>.<run>.…`. */
export async function forgetObjects(
  objects: ObjectStore,
  tenant: string,
  isForgotten: (run: string) => boolean,
): Promise<void> {
  for (const name of await objects.names()) {
    const [owner, run] = name.split('.');
    if (owner === tenant && run !== undefined && isForgotten(run)) await objects.delete(name);
  }
}
