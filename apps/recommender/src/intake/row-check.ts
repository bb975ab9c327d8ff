import { interactionSchema, type Interaction } from '@llmos/contracts/capabilities/recommender';
import type { Deed } from '../data/history.js';
import type { TenantData } from '../data/tenant-data.js';
import { firstIssue } from './first-issue.js';
import type { Tally } from './tally.js';

/** What is kept of one tenant at most. */
export interface InteractionLimits {
  readonly maxUsers: number;
  readonly maxItems: number;
  /** Newest interactions of one user. */
  readonly maxHistory: number;
}

/** A row as somebody sent it, and its number for them. */
export interface SentRow {
  readonly row: number;
  readonly value: unknown;
}

/** A row that can be stored. */
export interface CheckedRow extends Deed {
  readonly row: number;
}

/** Clocks differ, but nothing happens the day after tomorrow. */
const CLOCK_SLACK_MS = 86_400_000;

/** Tells rows that can be stored from those that cannot, and holds a tenant to its limits. */
export class RowCheck {
  private readonly latestMs = Date.now() + CLOCK_SLACK_MS;
  private readonly newUsers = new Set<string>();
  private readonly newItems = new Set<string>();

  constructor(
    private readonly data: TenantData,
    private readonly limits: InteractionLimits,
    /** The time of rows that say none, in Unix milliseconds. */
    private readonly nowMs: number,
  ) {}

  /** The rows that can be stored, by user, a row a step; the others are rejected in the tally. */
  *sort(rows: Iterable<SentRow>, tally: Tally): Generator<void, Map<string, CheckedRow[]>> {
    const byUser = new Map<string, CheckedRow[]>();
    for (const { row, value } of rows) {
      yield;
      const parsed = interactionSchema.safeParse(value);
      const fault = parsed.success ? this.faultOf(parsed.data) : firstIssue(parsed.error);
      if (!parsed.success || fault !== undefined) {
        tally.reject(row, fault ?? 'not an interaction');
        continue;
      }
      const { user, item, event, value: worth } = parsed.data;
      const mine = byUser.get(user) ?? [];
      byUser.set(user, mine);
      mine.push({ row, item, event, value: worth, atMs: this.timeOf(parsed.data) });
    }
    return byUser;
  }

  /** Why a row in the right form is not taken; one that is taken uses up its place. */
  private faultOf(interaction: Interaction): string | undefined {
    const { user, item } = interaction;
    const { data, limits, newUsers, newItems } = this;
    if (this.timeOf(interaction) > this.latestMs) return 'at: lies in the future';
    const isNewUser = !newUsers.has(user) && !data.hasUser(user);
    const isNewItem = !newItems.has(item) && !data.knowsItem(item);
    if (isNewUser && data.users + newUsers.size >= limits.maxUsers)
      return `user: ${limits.maxUsers} users are kept of a tenant, and no more`;
    if (isNewItem && data.knownItems + newItems.size >= limits.maxItems)
      return `item: ${limits.maxItems} items are kept of a tenant, and no more`;
    if (isNewUser) newUsers.add(user);
    if (isNewItem) newItems.add(item);
    return undefined;
  }

  private timeOf({ at }: Interaction): number {
    return at === undefined ? this.nowMs : Date.parse(at);
  }
}
