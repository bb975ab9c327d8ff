import { isToken, LlmosError } from '@llmos/contracts';

export interface EntryRef {
  readonly tenant: string;
  /** The id of the user or item. */
  readonly id: string;
}

/** The tenant whose data is used for tenants without items of their own. */
export const SHARED_TENANT = 'shared';

/**
 * The key of an entry in a store, `<tenant>.<base64url of the id>`. Every id has a key, and no id leads to a key of
 * another tenant.
 *
 * @throws LlmosError INVALID_ARGUMENT if the tenant is not a token.
 */
export function keyOf({ tenant, id }: EntryRef): string {
  if (!isToken(tenant))
    throw new LlmosError('INVALID_ARGUMENT', "A tenant is 1 to 64 letters, digits, '_' or '-'.", { field: 'tenant' });
  return `${tenant}.${Buffer.from(id).toString('base64url')}`;
}

/** The reverse of {@link keyOf}; undefined for keys of another form. */
export function refOf(key: string): EntryRef | undefined {
  const [tenant, encoded, ...rest] = key.split('.');
  if (!tenant || !encoded || rest.length > 0) return undefined;
  return { tenant, id: Buffer.from(encoded, 'base64url').toString() };
}
