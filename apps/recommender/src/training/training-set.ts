import { runToEnd, runCooperatively } from './cooperative.js';
import { InteractionTable, type RawInteraction, type UserRow } from './interaction-table.js';
import { keepCore } from './k-core.js';
import { LeftOutCount, type LeftOut } from './left-out.js';

/** The items of each user as compressed sparse rows, oldest first; compact enough to send to another thread. */
export interface TrainingSet {
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** User u's items are `itemsOf[offsets[u] … offsets[u + 1]]`, each once. */
  readonly offsets: Uint32Array;
  readonly itemsOf: Uint32Array;
  readonly leftOut: LeftOut;
}

export interface TrainingSetOptions {
  /** Users and items with fewer interactions are left out repeatedly, until all have enough (k-core). Default: 1. */
  readonly minInteractions?: number;
  /** Interactions of a lower value are left out. */
  readonly minValue?: number;
  /** The present, to reject times in the future. Default: the clock. */
  readonly nowMs?: number;
}

export interface UserInteractions {
  readonly user: string;
  readonly interactions: Iterable<RawInteraction>;
}

const ROWS_PER_STEP = 1_000;
const USERS_PER_STEP = 20;

/** Of each user the newest interactions are used, because the cost of a user grows with the square of their number. */
const MAX_PER_USER = 10_000;

/**
 * Prepares stored interactions for training: invalid rows are left out and counted by reason, each item of a user
 * counts once, and rare users and items are dropped (k-core).
 */
export function prepareTrainingSet(users: Iterable<UserInteractions>, options: TrainingSetOptions = {}): TrainingSet {
  return runToEnd(prepareInSteps(rowsOf(users), options));
}

/** The same for rows in any order, such as those of a file. */
export function prepareRows(rows: Iterable<UserRow>, options: TrainingSetOptions = {}): TrainingSet {
  return runToEnd(prepareInSteps(rows, options));
}

/** {@link prepareTrainingSet} in slices of a few milliseconds: a million rows take a second. */
export function gatherTrainingSet(
  users: Iterable<UserInteractions>,
  options: TrainingSetOptions & { readonly signal?: AbortSignal } = {},
): Promise<TrainingSet> {
  return runCooperatively(prepareInSteps(rowsOf(users), options), options.signal);
}

/** {@link prepareRows} in slices of a few milliseconds. */
export function gatherRows(
  rows: Iterable<UserRow>,
  options: TrainingSetOptions & { readonly signal?: AbortSignal } = {},
): Promise<TrainingSet> {
  return runCooperatively(prepareInSteps(rows, options), options.signal);
}

export function interactionsOf(set: TrainingSet): number {
  return set.itemsOf.length;
}

/** The number of users of each item. */
export function countItems(set: Pick<TrainingSet, 'items' | 'itemsOf'>): Uint32Array {
  const counts = new Uint32Array(set.items.length);
  for (const item of set.itemsOf) counts[item]!++;
  return counts;
}

function* rowsOf(users: Iterable<UserInteractions>): Generator<UserRow> {
  for (const { user, interactions } of users) for (const raw of interactions) yield { user, raw };
}

/** Yields after each step, so that the caller can run other work. */
function* prepareInSteps(
  rows: Iterable<UserRow>,
  { minValue = -Infinity, minInteractions = 1, nowMs = Date.now() }: TrainingSetOptions,
): Generator<void, TrainingSet> {
  const leftOut = new LeftOutCount();
  const table = new InteractionTable(minValue, nowMs);
  let taken = 0;
  for (const row of rows) {
    const reason = table.add(row);
    if (reason) leftOut.add(reason);
    if (++taken % ROWS_PER_STEP === 0) yield;
  }
  const { users, items } = table;
  const set = { users: users.names, items: items.names, ...(yield* histories(table, leftOut)) };
  return keepCore({ ...set, leftOut: leftOut.toRecord() }, minInteractions, leftOut);
}

/** Sorts the rows of each user by time (stable) and keeps each item once, at its first time. */
function* histories(
  table: InteractionTable,
  leftOut: LeftOutCount,
): Generator<void, Pick<TrainingSet, 'offsets' | 'itemsOf'>> {
  const { user, item, time } = table.columns();
  const users = table.users.names.length;
  const { starts, order } = rowsByUser(user, users);
  const offsets = new Uint32Array(users + 1);
  const itemsOf = new Uint32Array(user.length);
  let written = 0;
  for (let u = 0; u < users; u++) {
    const rows = order.subarray(starts[u], starts[u + 1]).sort((a, b) => time[a]! - time[b]! || a - b);
    const kept = firstOfEach(rows, item);
    leftOut.add('duplicate', rows.length - kept.length);
    leftOut.add('too_many_of_one_user', kept.length - MAX_PER_USER);
    const own = kept.slice(-MAX_PER_USER);
    itemsOf.set(own, written);
    written += own.length;
    offsets[u + 1] = written;
    if (u % USERS_PER_STEP === 0) yield;
  }
  return { offsets, itemsOf: itemsOf.slice(0, written) };
}

/** A counting sort: row numbers, user by user. */
function rowsByUser(user: Uint32Array, users: number): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(users + 1);
  for (const u of user) starts[u + 1]!++;
  for (let u = 0; u < users; u++) starts[u + 1]! += starts[u]!;
  const next = starts.slice();
  const order = new Uint32Array(user.length);
  for (let row = 0; row < user.length; row++) order[next[user[row]!]!++] = row;
  return { starts, order };
}

/**
 * The first occurrence of each item. A repetition must not move an item from the training part to the held-out part.
 */
function firstOfEach(rows: Uint32Array, item: Uint32Array): number[] {
  return [...new Set(Array.from(rows, (row) => item[row]!))];
}
