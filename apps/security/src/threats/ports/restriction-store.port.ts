import type { Restriction } from '@llmos/contracts/capabilities/security';

/** A stored restriction, with the number of restrictions of this subject and the store's revision. */
export interface StoredRestriction {
  readonly restriction: Restriction;
  /** 1 for the first restriction. */
  readonly strikes: number;
  /** 0 if it is not stored yet. */
  readonly revision: number;
}

/** Keeps restrictions. Every gateway watches the store. */
export interface RestrictionStore {
  get(id: string): Promise<StoredRestriction | undefined>;
  /**
   * Replaces exactly `stored.revision`.
   *
   * @throws LlmosError CONFLICT if the stored revision is another, UNAVAILABLE if the store does not answer.
   */
  put(stored: StoredRestriction): Promise<void>;
  delete(id: string): Promise<void>;
  /** All stored restrictions, including those that have ended. */
  list(): Promise<readonly StoredRestriction[]>;
}

export const RESTRICTION_STORE = Symbol('restriction store');
