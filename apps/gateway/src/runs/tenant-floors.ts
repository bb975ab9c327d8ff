import { isToken } from '@llmos/contracts';
import { z } from 'zod';

/** Something is left for tenants without a floor. */
const MOST = 0.9;

/** `acme=0.25,bank=0.1` → shares by tenant. Names no value in its faults. */
export function parseFloors(text: string, context: z.RefinementCtx<string>): ReadonlyMap<string, number> {
  const floors = new Map<string, number>();
  const fault = (message: string) => {
    context.addIssue(message);
    return z.NEVER;
  };
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, tenant = '', share = ''] = /^\s*([^=\s]+)\s*=\s*(0?\.\d+|0)\s*$/.exec(part) ?? [];
    if (!isToken(tenant) || share === '') return fault('must be a list such as acme=0.25,bank=0.1');
    if (floors.has(tenant)) return fault('must name each tenant once');
    floors.set(tenant, Number(share));
  }
  const sum = [...floors.values()].reduce((all, share) => all + share, 0);
  if (sum > MOST + 1e-9) return fault(`must be ${MOST} together at most: something is left for the others`);
  return floors;
}
