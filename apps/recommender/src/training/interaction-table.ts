import type { LeftOutReason } from './left-out.js';

/** One interaction before validation; an `Interaction` of the contract is one. */
export interface RawInteraction {
  readonly item: string;
  /** Such as a rating. Default: 1. */
  readonly value?: number;
  /** RFC 3339 or Unix milliseconds. An interaction without a time counts as the newest. */
  readonly at?: string | number;
  /** The user is against the item, now or later: the row is no sign of interest. */
  readonly against?: boolean;
}

/** A row of a file, or of a user's interactions. */
export type UserRow =
  (RawInteraction & { readonly user: string }) | { readonly user: string; readonly raw: RawInteraction };

/** Further rows are left out, to limit memory. */
const MAX_ROWS = 50_000_000;
const MAX_ID_LENGTH = 128;
const MAX_VALUE = 1_000_000;
/** Tolerance for clocks that differ. */
const CLOCK_SLACK_MS = 86_400_000;
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** Interactions as columns, with names in string tables: a tenth of the memory of objects. */
export class InteractionTable {
  readonly users = new StringTable();
  readonly items = new StringTable();
  private user = new Uint32Array(1_024);
  private item = new Uint32Array(1_024);
  private time = new Float64Array(1_024);
  private rows = 0;
  private readonly newestMs: number;

  constructor(
    private readonly minValue: number,
    nowMs: number,
  ) {
    this.newestMs = nowMs + CLOCK_SLACK_MS;
  }

  get length(): number {
    return this.rows;
  }

  /** Adds a row, or returns why it is left out. Never throws, for any row. */
  add(row: unknown): LeftOutReason | undefined {
    if (typeof row !== 'object' || row === null) return 'bad_user';
    const { user, raw = row } = row as { user?: unknown; raw?: unknown };
    if (!isId(user)) return 'bad_user';
    if (typeof raw !== 'object' || raw === null) return 'bad_item';
    const { item, value = 1, at, against } = raw as Partial<Record<keyof RawInteraction, unknown>>;
    if (!isId(item)) return 'bad_item';
    if (typeof value !== 'number' || !(Math.abs(value) <= MAX_VALUE)) return 'bad_value';
    const time = timeOf(at, this.newestMs);
    if (time === undefined) return 'bad_time';
    if (value < this.minValue) return 'below_min_value';
    if (against === true) return 'against';
    if (this.rows >= MAX_ROWS) return 'too_many_rows';
    this.push(this.users.indexOf(user), this.items.indexOf(item), time);
    return undefined;
  }

  /** The columns; each is as long as the table. */
  columns(): { user: Uint32Array; item: Uint32Array; time: Float64Array } {
    const [user, item, time] = [this.user, this.item, this.time];
    return { user: user.subarray(0, this.rows), item: item.subarray(0, this.rows), time: time.subarray(0, this.rows) };
  }

  private push(user: number, item: number, time: number): void {
    if (this.rows === this.user.length) this.grow();
    this.user[this.rows] = user;
    this.item[this.rows] = item;
    this.time[this.rows++] = time;
  }

  private grow(): void {
    const capacity = this.rows * 2;
    const [user, item, time] = [this.user, this.item, this.time];
    (this.user = new Uint32Array(capacity)).set(user);
    (this.item = new Uint32Array(capacity)).set(item);
    (this.time = new Float64Array(capacity)).set(time);
  }
}

/** Maps names to numbers and back. */
class StringTable {
  readonly names: string[] = [];
  private readonly byName = new Map<string, number>();

  indexOf(name: string): number {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    this.byName.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && id.length > 0 && id.length <= MAX_ID_LENGTH && !UNPRINTABLE.test(id);
}

/** Milliseconds; undefined for an invalid time, a time before 1970, or a time in the future. */
function timeOf(at: unknown, newestMs: number): number | undefined {
  if (at === undefined || at === null) return newestMs;
  const time = typeof at === 'number' ? at : typeof at === 'string' ? Date.parse(at) : NaN;
  return time >= 0 && time <= newestMs ? time : undefined;
}
