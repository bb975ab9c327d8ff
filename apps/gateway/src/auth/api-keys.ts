import { isToken, LlmosError, mayAct, ROLES, type Role } from '@llmos/contracts';
import type { z } from 'zod';

/** Whom a key speaks for, and what it may do for them. */
export interface Caller {
  readonly tenant: string;
  readonly role: Role;
}
/** Keys as they are sent, with their holders. */
export type ApiKeys = ReadonlyMap<string, Caller>;

/** Where no keys are set everybody is this one: a laptop's owner may do everything. */
export const KEYLESS_CALLER: Caller = { tenant: 'default', role: 'operator' };

/** Documents of `shared` are everybody's to read, `system` is the gateways' own: nobody may speak for them. */
const RESERVED = new Set(['shared', 'system']);

/** Reads `key:tenant` and `key:tenant:role` entries, comma-separated. A key without a role has the least. */
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

/** @throws LlmosError FORBIDDEN naming the role that is needed and where keys are given it. */
export function requireRole({ role }: Caller, needed: Role, what: string): void {
  if (mayAct(role, needed)) return;
  throw new LlmosError(
    'FORBIDDEN',
    `${what} needs a key with the role '${needed}', and this key has '${role}'. The gateway's LLMOS_API_KEYS gives roles: <key>:<tenant>:${needed}.`,
  );
}
