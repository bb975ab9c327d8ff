import { solveLinear } from '../plan/linear/highs.js';
import { LinearModel, type Terms } from '../plan/linear/linear-model.js';
import type { Trace } from './model/trace.js';

export interface BoundSettings {
  readonly objectiveSeconds: number;
  readonly startSeconds: number;
  readonly initial: number;
  /** Requests that a replica works on at once. */
  readonly batch: number;
  /** The share of requests that may wait longer than the objective. */
  readonly limit: number;
  /** Time is cut into slots of this length. A shorter one gives a better bound, later. */
  readonly slotSeconds: number;
  /** For the solver. */
  readonly seconds: number;
}

/** After the last request could have ended in time: those that were excused. */
const AFTERWARDS_SECONDS = 300;

/**
 * The clairvoyant bound: no planner, even one that knows every request beforehand, meets the objective with fewer
 * replica-seconds. A linear program that allows more than reality: work is a fluid that any replica takes, in slots of time.
 *
 * For slot k: nₖ replicas on average, cₖ work done by its end, uₖ started, yᵢ whether request i is excused.
 * min Σ slot × nₖ + startSeconds × uₖ, with cₖ − cₖ₋₁ ≤ batch × slot × nₖ; uₖ ≥ nₖ − nₖ₋₁; cₖ no more than can have been done since
 * the arrivals; cₖ + xₖ no less than has to be done if each request starts as late as it may; xₖ the work that excused
 * requests would have had done; Σ yᵢ ≤ limit × requests; all done at the end.
 *
 * @returns undefined if the solver does not end in time.
 */
export async function clairvoyantBound(trace: Trace, settings: BoundSettings): Promise<number | undefined> {
  const { arrivals, services } = trace;
  if (arrivals.length === 0) return 0;
  const { slotSeconds, objectiveSeconds, startSeconds, initial, batch } = settings;
  const latest = arrivals.reduce((most, at, request) => Math.max(most, at + services[request]!), 0);
  const slots = Math.ceil((latest + objectiveSeconds + AFTERWARDS_SECONDS) / slotSeconds);
  const possible = workBy(trace, 0, slots, slotSeconds);
  const needed = workBy(trace, objectiveSeconds, slots, slotSeconds);
  const program = new LinearModel();
  const excusedWork = addExcuses(program, trace, settings, slots);
  const total = services.reduce((sum, seconds) => sum + seconds, 0);
  let before: { n: number; c: number; x: number } | undefined;
  for (let slot = 0; slot < slots; slot++) {
    const last = slot === slots - 1;
    const n = program.column({ cost: slotSeconds });
    const u = program.column({ cost: startSeconds });
    const c = program.column({ least: last ? total : 0, most: last ? total : possible[slot]! });
    const x = program.column({});
    const minus = (column: number | undefined): Terms => (column === undefined ? [] : [[column, -1]]);
    program.row([[c, 1], ...minus(before?.c), [n, -batch * slotSeconds]], { most: 0 });
    program.row([[n, 1], ...minus(before?.n), [u, -1]], { most: before ? 0 : initial });
    program.row([[x, 1], ...minus(before?.x), ...excusedWork[slot]!], { most: 0 });
    const pair: Terms = [
      [c, 1],
      [x, 1],
    ];
    program.row(pair, { least: needed[slot]! });
    before = { n, c, x };
  }
  const { status, objective } = await solveLinear(program, { seconds: settings.seconds, seed: 0 });
  return status === 'optimal' ? objective : undefined;
}

/** The work that is done by the end of each slot if every request starts `delay` after its arrival. */
function workBy(trace: Trace, delay: number, slots: number, slotSeconds: number): Float64Array {
  const done = new Float64Array(slots);
  eachOverlap(trace, delay, slotSeconds, (_, slot, seconds) => (done[slot]! += seconds));
  for (let slot = 1; slot < slots; slot++) done[slot]! += done[slot - 1]!;
  return done;
}

/** A column for each request, and, for each slot, the terms of the work that they would have had done in it. */
function addExcuses(
  program: LinearModel,
  trace: Trace,
  { objectiveSeconds, slotSeconds, limit }: BoundSettings,
  slots: number,
) {
  const terms = Array.from({ length: slots }, (): [number, number][] => []);
  if (limit === 0) return terms;
  const excused = trace.arrivals.map(() => program.column({ most: 1 }));
  program.row(
    excused.map((column) => [column, 1]),
    { most: Math.floor(limit * excused.length) },
  );
  eachOverlap(trace, objectiveSeconds, slotSeconds, (request, slot, seconds) =>
    terms[slot]!.push([excused[request]!, -seconds]),
  );
  return terms;
}

function eachOverlap(
  { arrivals, services }: Trace,
  delay: number,
  slotSeconds: number,
  visit: (request: number, slot: number, seconds: number) => void,
): void {
  arrivals.forEach((arrival, request) => {
    const [from, to] = [arrival + delay, arrival + delay + services[request]!];
    for (let slot = Math.floor(from / slotSeconds); slot * slotSeconds < to; slot++)
      visit(request, slot, Math.min(to, (slot + 1) * slotSeconds) - Math.max(from, slot * slotSeconds));
  });
}
