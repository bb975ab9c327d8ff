import { setImmediate } from 'node:timers/promises';

/** The steps run this long before the event loop runs other work. */
const SLICE_MS = 4;

/** Runs all steps without a pause. */
export function runToEnd<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Runs the steps in slices of a few milliseconds, between which the event loop runs other work and an abort rejects.
 */
export async function runCooperatively<Result>(steps: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  let sliceEndsMs = performance.now() + SLICE_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < sliceEndsMs) continue;
    await setImmediate();
    signal?.throwIfAborted();
    sliceEndsMs = performance.now() + SLICE_MS;
  }
}
