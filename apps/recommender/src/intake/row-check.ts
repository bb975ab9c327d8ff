import type { Interaction } from '@llmos/contracts/capabilities/recommender';
import { readInteraction } from '@llmos/contracts/capabilities/recommender-rows';
import type { StoredInteraction } from '../data/history.js';
import type { TenantData } from '../data/tenant-data.js';
import type { Tally } from './tally.js';

/** The limits of one tenant. */
export interface InteractionLimits {
  readonly maxUsers: number;
  readonly maxItems: number;
  /** Interactions per user; the newest are kept. */
  readonly maxHistory: number;
}

/** A row as the caller sent it, with its number. */
export interface SentRow {
  readonly row: number;
  readonly value: unknown;
}

/** A valid row. */
export interface CheckedRow extends StoredInteraction {
  readonly row: number;
}

/** Tolerance for clocks that differ. */
const CLOCK_SLACK_MS = 86_400_000;

/** Separates valid from invalid rows, and enforces the limits of a tenant. */
export class RowCheck {
  private readonly latestMs = Date.now() + CLOCK_SLACK_MS;
  private readonly newUsers = new Set<string>();
  private readonly newItems = new Set<string>();

  constructor(
    private readonly data: TenantData,
    private readonly limits: InteractionLimits,
    /** The time of rows without a time, in Unix milliseconds. */
    private readonly nowMs: number,
  ) {}

  /** Returns the valid rows by user; the tally receives the others. Each step checks one row. */
  *sort(rows: Iterable<SentRow>, tally: Tally): Generator<void, Map<string, CheckedRow[]>> {
    const byUser = new Map<string, CheckedRow[]>();
    for (const { row, value } of rows) {
      yield;
      const read = readInteraction(value);
      const fault = read.value ? this.faultOf(read.value) : read.reason;
      if (!read.value || fault !== undefined) {
        tally.reject(row, fault ?? 'not an interaction');
        continue;
      }
      const { user, item, event, value: worth } = read.value;
      const mine = byUser.get(user) ?? [];
      byUser.set(user, mine);
      mine.push({ row, item, event, value: worth, atMs: this.timeOf(read.value) });
    }
    return byUser;
  }

  /** Why a well-formed row is rejected. A row that is not rejected counts towards the limits. */
  private faultOf(interaction: Interaction): string | undefined {
    const { user, item } = interaction;
    const { data, limits, newUsers, newItems } = this;
    if (this.timeOf(interaction) > this.latestMs) return 'at: is in the future';
    const isNewUser = !newUsers.has(user) && !data.hasUser(user);
    const isNewItem = !newItems.has(item) && !data.knowsItem(item);
    if (isNewUser && data.users + newUsers.size >= limits.maxUsers)
      return `user: a tenant can have ${limits.maxUsers} users`;
    if (isNewItem && data.knownItems + newItems.size >= limits.maxItems)
      return `item: a tenant can have ${limits.maxItems} items`;
    if (isNewUser) newUsers.add(user);
    if (isNewItem) newItems.add(item);
    return undefined;
  }

  private timeOf({ at }: Interaction): number {
    return at === undefined ? this.nowMs : Date.parse(at);
  }
}
