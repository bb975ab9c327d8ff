import type { CapabilityFigures, NodeState, ProcessFigures, TenantFigures } from '@llmos/contracts';
import { addedSince } from './buckets.js';

/** Readings of one process are kept for this long, in milliseconds: the longest window. */
export const KEPT_MS = 60_000;
/** A process that announces itself at each of many changes has no more readings than this. */
const MOST_READINGS = 64;
/** The time over which memory has to grow all the time; in a much shorter one, growth is not told from a start. */
const GROWTH_MS = 45_000;
const LEAST_GROWTH_MS = 40_000;

interface Reading {
  readonly atMs: number;
  readonly figures: ProcessFigures;
}

/** What one process did in a window. */
export interface ProcessWindow {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly loopDelaySeconds: number;
  /** The mean. */
  readonly loopBusy: number;
  /** By the name of the capability. */
  readonly capabilities: ReadonlyMap<string, CapabilityFigures>;
  /** The mean. */
  readonly tenants: ReadonlyMap<string, TenantFigures>;
}

/** One process: its state, and its figures of the last minute. */
export class ProcessHistory {
  private readings: Reading[] = [];
  /** How long nothing was heard of it, while it could have been. */
  silentMs = 0;
  /** When it left or died; undefined while it lives. */
  goneAtMs: number | undefined;

  constructor(
    public state: NodeState,
    readonly firstSeenAtMs: number,
  ) {}

  saw(state: NodeState, nowMs: number): void {
    this.state = state;
    this.silentMs = 0;
    this.goneAtMs = undefined;
    if (!state.figures) return;
    this.readings.push({ atMs: nowMs, figures: state.figures });
    const oldestMs = nowMs - KEPT_MS;
    // The last one before the window is where it begins.
    const begin = this.readings.findLastIndex(({ atMs }) => atMs <= oldestMs);
    this.readings.splice(0, Math.max(begin, this.readings.length - MOST_READINGS, 0));
  }

  get figures(): ProcessFigures | undefined {
    return this.readings.at(-1)?.figures;
  }

  /** By how many bytes its memory grows in a minute. A start, or the load of a model, is one step and no growth. */
  get memoryGrowthPerMinute(): number {
    const last = this.readings.at(-1);
    const first = this.readings.find(({ atMs }) => last && atMs >= last.atMs - GROWTH_MS);
    const spanMs = last && first ? last.atMs - first.atMs : 0;
    if (spanMs < LEAST_GROWTH_MS) return 0;
    const at = [0, 1, 2, 3].map((third) => {
      const atMs = first!.atMs + (third * spanMs) / 3;
      return this.readings.findLast((reading) => reading.atMs <= atMs)!.figures.memoryBytes;
    });
    const least = Math.min(at[1]! - at[0]!, at[2]! - at[1]!, at[3]! - at[2]!);
    return Math.max(0, (3 * least * 60_000) / spanMs);
  }

  /** What it did in the window before its last figures; undefined if it has not told any. */
  window(windowMs: number): ProcessWindow | undefined {
    const last = this.readings.at(-1);
    if (!last) return undefined;
    const begin = this.readings.findLast(({ atMs }) => atMs <= last.atMs - windowMs) ?? this.readings[0]!;
    // A process that started within the window began with nothing.
    const isWhole = last.figures.upSeconds * 1_000 <= windowMs;
    const from = isWhole ? undefined : begin.figures;
    const inside = this.readings.filter(({ atMs }) => atMs > begin.atMs || isWhole);
    return {
      seconds: Math.max(0, last.figures.upSeconds - (from?.upSeconds ?? 0)),
      cpuSeconds: Math.max(0, last.figures.cpuSeconds - (from?.cpuSeconds ?? 0)),
      loopDelaySeconds: Math.max(0, ...inside.map(({ figures }) => figures.loopDelaySeconds)),
      loopBusy: inside.reduce((sum, { figures }) => sum + figures.loopBusy, 0) / Math.max(1, inside.length),
      capabilities: new Map(
        Object.entries(last.figures.capabilities).map(([name, now]) => [
          name,
          since(from?.capabilities[name] ?? NOTHING_DONE, now),
        ]),
      ),
      tenants: meanOf(inside.map(({ figures }) => figures.tenants ?? {})),
    };
  }
}

function meanOf(readings: readonly Readonly<Record<string, TenantFigures>>[]): Map<string, TenantFigures> {
  const names = new Set(readings.flatMap((each) => Object.keys(each)));
  const mean = (of: (tenants: Readonly<Record<string, TenantFigures>>) => number | undefined) =>
    readings.reduce((sum, each) => sum + (of(each) ?? 0), 0) / Math.max(1, readings.length);
  return new Map(
    [...names].map((name) => [
      name,
      { running: mean((each) => each[name]?.running), waiting: mean((each) => each[name]?.waiting) },
    ]),
  );
}

const NOTHING_DONE: CapabilityFigures = {
  ...{ inWork: 0, ended: {}, retried: 0, handlerSeconds: 0, handler: {}, queue: {}, tokens: 0 },
};

function since(before: CapabilityFigures, now: CapabilityFigures): CapabilityFigures {
  const added = (of: (figures: CapabilityFigures) => number) => Math.max(0, of(now) - of(before));
  return {
    inWork: now.inWork,
    ended: addedSince(before.ended, now.ended),
    retried: added(({ retried }) => retried),
    handlerSeconds: added(({ handlerSeconds }) => handlerSeconds),
    handler: addedSince(before.handler, now.handler),
    queue: addedSince(before.queue, now.queue),
    tokens: added(({ tokens }) => tokens),
  };
}
