import { createHash } from 'node:crypto';
import { KEYLESS_CALLER, type ApiKeys } from './api-keys.js';

/** Who sent a request, as far as its key says. */
export interface CallerKey {
  /** SHA-256 of the key that was sent, in hex; a known one or not. */
  readonly key?: string;
  /** Whom a known key speaks for; `default` where no keys are set; undefined when the key is unknown. */
  readonly tenant?: string;
}

const BEARER = /^Bearer (.+)$/;

/** Knows keys by their hash: what is remembered of a caller is never the key itself. */
export class CallerKeys {
  private readonly tenants: ReadonlyMap<string, string>;

  constructor(apiKeys: ApiKeys) {
    this.tenants = new Map([...apiKeys].map(([key, { tenant }]) => [digest(key), tenant]));
  }

  identify(authorization: string | undefined): CallerKey {
    if (this.tenants.size === 0) return { tenant: KEYLESS_CALLER.tenant };
    const sent = BEARER.exec(authorization ?? '')?.[1];
    if (sent === undefined) return {};
    const key = digest(sent);
    const tenant = this.tenants.get(key);
    return tenant === undefined ? { key } : { key, tenant };
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
