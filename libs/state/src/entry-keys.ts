import { createHash } from 'node:crypto';
import { isToken, LlmosError } from '@llmos/contracts';

/** Names a list of entries, such as the turns of a conversation. */
export interface EntryRef {
  readonly tenant: string;
  /** What the list holds, such as `conversation`: lower-case letters, digits and hyphens. */
  readonly kind: string;
  /** Any text of up to 512 characters. Redis only sees its hash. */
  readonly id: string;
}

/** Names a user of a tenant. */
export interface EntryUser {
  readonly tenant: string;
  /** Any text of up to 512 characters. Redis only sees its hash. */
  readonly user: string;
}

const KIND = /^[a-z][a-z0-9-]{0,31}$/;
const MAX_ID_CHARS = 512;
/** 132 bits of SHA-256 in base64url. */
const HASH_CHARS = 22;

/**
 * The keys of a store: `<prefix>:<tenant>:<kind>:<hash of the id>`. Texts that callers choose appear as hashes only, so
 * that no text can name the key of something else and no name of a person is stored.
 */
export class EntryKeys {
  constructor(private readonly prefix: string) {}

  list({ tenant, kind, id }: EntryRef): string {
    return `${this.ofTenant(tenant)}:${checkedKind(kind)}:${hashed('id', tenant, id)}`;
  }

  /** Matches the keys of all lists of a tenant. */
  pattern(tenant: string): string {
    return `${this.ofTenant(tenant)}:*`;
  }

  private ofTenant(tenant: string): string {
    if (!isToken(tenant)) throw invalid('tenant', 'must have 1 to 64 letters, digits, hyphens or underscores');
    return `${this.prefix}:${tenant}`;
  }
}

export function userHash({ tenant, user }: EntryUser): string {
  return hashed('user', tenant, user);
}

/** The hash that stands for an entry's id within its list. */
export function entryHash(id: string): string {
  return hashed('entry', id);
}

function hashed(field: string, ...texts: string[]): string {
  const last = texts.at(-1)!;
  if (last.length === 0 || last.length > MAX_ID_CHARS || !last.isWellFormed())
    throw invalid(field, `must have 1 to ${MAX_ID_CHARS} characters of valid Unicode`);
  return createHash('sha256')
    .update(JSON.stringify([field, ...texts]))
    .digest('base64url')
    .slice(0, HASH_CHARS);
}

function checkedKind(kind: string): string {
  if (!KIND.test(kind)) throw invalid('kind', 'must have 1 to 32 lower-case letters, digits or hyphens');
  return kind;
}

function invalid(field: string, expectation: string): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', `The ${field} of a stored entry ${expectation}.`, { field });
}
