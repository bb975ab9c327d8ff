import { isToken, ROLES, type Role } from '@llmos/contracts';
import type { z } from 'zod';
import type { Caller } from './caller.js';

/** API keys as they are sent, each with the caller it stands for. */
export type ApiKeys = ReadonlyMap<string, Caller>;

/** The caller of every request where no keys are set: the owner of a laptop may do everything. */
export const KEYLESS_CALLER: Caller = { tenant: 'default', role: 'operator' };

/** No key acts for these tenants: every tenant reads the documents of `shared`, and the gateways run as `system`. */
const RESERVED = new Set(['shared', 'system']);

/** Reads comma-separated `key:tenant` and `key:tenant:role` entries. A key without a role has the lowest role. */
export function parseKeys(text: string, context: z.RefinementCtx): ApiKeys {
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  const keys = new Map<string, Caller>();
  for (const entry of entries) {
    const [key = '', tenant = '', role = ROLES[0], ...rest] = entry.split(':').map((part) => part.trim());
    if (key === '' || !isToken(tenant) || RESERVED.has(tenant) || !isRole(role) || rest.length > 0)
      context.addIssue(`each must be key:tenant or key:tenant:role, the role one of ${ROLES.join(', ')}`);
    else if (keys.has(key)) context.addIssue('a key must be there once');
    else keys.set(key, { tenant, role });
  }
  return keys;
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
