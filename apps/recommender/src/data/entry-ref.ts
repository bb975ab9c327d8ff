import { isToken, LlmosError } from '@llmos/contracts';

/** Whose entry, and the user's or item's own name for it. */
export interface EntryRef {
  readonly tenant: string;
  readonly id: string;
}

/** The tenant whose items and interactions answer for those who have none. */
export const SHARED_TENANT = 'shared';

/**
 * The key of an entry in a store, `<tenant>.<base64url of the id>`: any id becomes a key, and none can name another
 * tenant's.
 *
 * @throws LlmosError INVALID_ARGUMENT when the tenant is not a token.
 */
export function keyOf({ tenant, id }: EntryRef): string {
  if (!isToken(tenant))
    throw new LlmosError('INVALID_ARGUMENT', "A tenant is 1 to 64 letters, digits, '_' or '-'.", { field: 'tenant' });
  return `${tenant}.${Buffer.from(id).toString('base64url')}`;
}

/** The entry a key stands for; undefined when it is not a key of ours. */
export function refOf(key: string): EntryRef | undefined {
  const [tenant, encoded, ...rest] = key.split('.');
  if (!tenant || !encoded || rest.length > 0) return undefined;
  return { tenant, id: Buffer.from(encoded, 'base64url').toString() };
}
