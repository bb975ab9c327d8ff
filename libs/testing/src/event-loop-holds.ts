import { PerformanceObserver, constants, type NodeGCPerformanceDetail, type PerformanceEntry } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 5;
/** Collections whose time is that of the whole heap, most of which is the test runner's. */
const WHOLE_HEAP = new Set([constants.NODE_PERFORMANCE_GC_MAJOR, constants.NODE_PERFORMANCE_GC_INCREMENTAL]);
type Collection = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };

/**
 * How long `work` holds this thread's event loop at a stretch, in milliseconds of processor time between two ticks of a
 * timer, the longest first. Time on the processor and not on the clock, so that what else the machine does, which makes
 * every thread late, changes nothing; waiting that uses no processor is not seen. Less the collections of the whole
 * heap that fall into a stretch: how long one takes tells how much the tests before have left there, not what `work` does.
 */
export async function eventLoopHolds(work: () => Promise<unknown>): Promise<readonly number[]> {
  const stretches: { readonly fromMs: number; readonly untilMs: number; readonly cpuMs: number }[] = [];
  const collections: Collection[] = [];
  const observer = new PerformanceObserver((list) => collections.push(...(list.getEntries() as Collection[])));
  observer.observe({ entryTypes: ['gc'] });
  let fromMs = performance.now();
  let last = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    const untilMs = performance.now();
    stretches.push({ fromMs, untilMs, cpuMs: (user + system) / 1_000 });
    fromMs = untilMs;
    last = process.threadCpuUsage();
  }, TICK_MS);
  try {
    await work();
    // What held the thread at the very end is noticed by the next tick, and collections are told of a turn late.
    await pause(2 * TICK_MS);
  } finally {
    clearInterval(timer);
    collections.push(...(observer.takeRecords() as Collection[]));
    observer.disconnect();
  }
  const ofTheHeap = collections.filter(({ detail }) => WHOLE_HEAP.has(detail.kind!));
  return stretches
    .map(({ fromMs, untilMs, cpuMs }) => {
      const within = ofTheHeap.filter(({ startTime }) => startTime >= fromMs && startTime < untilMs);
      return Math.max(0, cpuMs - within.reduce((sum, { duration }) => sum + duration, 0));
    })
    .sort((a, b) => b - a);
}
