import { setImmediate } from 'node:timers/promises';

/** How long the event loop is held at a time. */
const SLICE_MS = 4;

/** Runs steps one after the other and gives what they come to. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs steps, letting requests, timers and messages in every few milliseconds; an abort rejects between two slices. */
export async function givingWay<Result>(steps: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  let sliceEnds = performance.now() + SLICE_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < sliceEnds) continue;
    await setImmediate();
    signal?.throwIfAborted();
    sliceEnds = performance.now() + SLICE_MS;
  }
}
