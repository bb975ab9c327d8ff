import type { Restriction } from '@llmos/contracts/capabilities/security';

/** A restriction as it is kept: with how often the subject has been restricted before, and the store's revision. */
export interface StoredRestriction {
  readonly restriction: Restriction;
  /** 1 for the first time. */
  readonly strikes: number;
  /** 0 for one that is not stored yet. */
  readonly revision: number;
}

/** Where restrictions live: every gateway watches it. */
export interface RestrictionStore {
  get(id: string): Promise<StoredRestriction | undefined>;
  /**
   * Writes over exactly `stored.revision`.
   * @throws LlmosError CONFLICT when somebody else wrote in between, UNAVAILABLE when the store is away.
   */
  put(stored: StoredRestriction): Promise<void>;
  delete(id: string): Promise<void>;
  /** All that are stored, those that have run out too. */
  list(): Promise<readonly StoredRestriction[]>;
}

export const RESTRICTION_STORE = Symbol('restriction store');
