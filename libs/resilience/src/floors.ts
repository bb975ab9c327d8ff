/**
 * What is kept for single tenants while others take all they can. A floor is a share of the places; it is rounded down, so
 * that shares of less than 1 together always leave places for everybody.
 */
export class Floors {
  /** @param shares by tenant, each from 0 to 1; together less than 1. */
  constructor(private readonly shares: ReadonlyMap<string, number> = new Map()) {}

  /** How many places the tenant can always have. */
  of(tenant: string, places: number): number {
    return Math.floor((this.shares.get(tenant) ?? 0) * places);
  }

  /** How many places this tenant must leave to others, beside those that they have. */
  leftToOthers(tenant: string, places: number, taken: (tenant: string) => number): number {
    let left = 0;
    for (const other of this.shares.keys())
      if (other !== tenant) left += Math.max(0, this.of(other, places) - taken(other));
    return left;
  }
}
