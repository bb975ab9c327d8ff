/**
 * Measures the import of 10,000 documents and searches among them, in the retrieval service as a process with a real
 * broker: the documents are made of sentences with invented names, and are sent as files, as `llmos documents add` does.
 *
 * Run alone, after a build, with Node 24 (`DOCUMENTS=500` for a shorter run, of which the time is extrapolated):
 *
 *     node test/bench/documents.bench.ts
 */
import { performance } from 'node:perf_hooks';
import { startInstance, type Instance } from '../e2e/instance.ts';

export interface DocumentsFigures {
  readonly documents: number;
  readonly importSeconds: number;
  /** For 10,000 documents, at the same rate. */
  readonly importSecondsFor10000: number;
  /** Progress events of all imports. */
  readonly progressEvents: number;
  /** A run of `search_documents` over HTTP, one at a time, and its handler alone, in milliseconds. */
  readonly search: {
    readonly n: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly handlerP95Ms: number;
  };
}

const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 10_000);
const BATCH = 200;
const SEARCHES = 300;
const THINGS =
  `card account transfer payment refund loan savings passcode statement limit fee exchange deposit withdrawal
  address identity receipt merchant currency device`.split(/\s+/);
const ACTIONS = `freeze close open order change cancel report verify request check dispute activate replace link unlock
  track`.split(/\s+/);
const SYLLABLES = 'ba do ka lu mi ne po ra su ti vo za gen fer lin mar tol vec'.split(' ');

/** A fixed sequence of choices, the same in every run (a linear congruential generator, Numerical Recipes). */
function choices(seed: number): <T>(items: readonly T[]) => T {
  let state = seed;
  return (items) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return items[Math.floor((state / 2 ** 32) * items.length)]!;
  };
}

const pick = choices(7);
const numbers = Array.from({ length: 90 }, (_, n) => n + 1);
const names = new Map<number, { name: string; action: string; thing: string }>();

function fileOf(n: number): { name: string; base64: string } {
  const name = [0, 1, 2]
    .map(() => pick(SYLLABLES))
    .join('')
    .replace(/^./, (letter) => letter.toUpperCase());
  const [action, thing] = [pick(ACTIONS), pick(THINGS)];
  names.set(n, { name, action, thing });
  const text = `# How to ${action} a ${name} ${thing}

To ${action} a ${name} ${thing}, open the app and go to ${name} > Settings.

1. Sign in with your passcode and choose the ${thing} that you want to ${action}.
2. Check the ${pick(THINGS)} and the ${pick(THINGS)} that are shown.
3. Confirm with the code that we send to your device.

## How long does it take?

It takes ${pick(numbers)} working days. You can ${pick(ACTIONS)} the ${pick(THINGS)} in the meantime, and we tell you when
the ${thing} is ready. If the ${pick(THINGS)} is not shown, ${pick(ACTIONS)} it again after ${pick(numbers)} minutes.

## Fees

The ${name} ${thing} costs £${pick(numbers)} a month. The first ${pick(THINGS)} is free, and every further
${pick(THINGS)} costs £${pick(numbers)}. There is no fee for a ${pick(THINGS)} that you ${pick(ACTIONS)} within the UK.
`;
  return { name: `${n}.md`, base64: Buffer.from(text).toString('base64') };
}

function questionOf(n: number): string {
  const { name, action, thing } = names.get(n)!;
  return pick([
    `How do I ${action} my ${thing}?`,
    `How do I ${action} a ${name} ${thing}?`,
    `What does the ${name} ${thing} cost?`,
    `how long does it take until my ${thing} is ready`,
  ]);
}

/** Sends one import and reads its events to the end. */
async function sendBatch(instance: Instance, from: number, count: number): Promise<number> {
  const files = Array.from({ length: count }, (_, n) => fileOf(from + n));
  const response = await fetch(new URL('/v1/documents', instance.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ files }),
  });
  const events = await response.text();
  if (!events.includes('event: completed') || !events.includes('"failed":0')) throw new Error(events.slice(-500));
  return events.split('event: delta').length - 1;
}

async function searches(instance: Instance, documents: number): Promise<DocumentsFigures['search']> {
  const [whole, handlers]: [number[], number[]] = [[], []];
  for (let n = -20; n < SEARCHES; n++) {
    const query = questionOf(Math.floor(((n + 20) / (SEARCHES + 20)) * documents));
    const startedMs = performance.now();
    const { body, status } = await instance.post('/serving/process', { name: 'search_documents', query, limit: 6 });
    if (status !== 200) throw new Error(JSON.stringify(body));
    // The first ones warm the caches and the compiler up.
    if (n < 0) continue;
    whole.push(performance.now() - startedMs);
    handlers.push((body.details?.['timings'] as { handlerMs: number }[])[0]!.handlerMs);
  }
  return {
    n: SEARCHES,
    p50Ms: quantile(whole, 0.5),
    p95Ms: quantile(whole, 0.95),
    handlerP95Ms: quantile(handlers, 0.95),
  };
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

export async function benchDocuments(documents = DOCUMENTS): Promise<DocumentsFigures> {
  const instance = await startInstance();
  try {
    const startedMs = performance.now();
    let progressEvents = 0;
    for (let from = 0; from < documents; from += BATCH) {
      progressEvents += await sendBatch(instance, from, Math.min(BATCH, documents - from));
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
      process.stderr.write(`${Math.min(from + BATCH, documents)} of ${documents} documents after ${seconds} s\n`);
    }
    const importSeconds = (performance.now() - startedMs) / 1_000;
    return {
      documents,
      importSeconds,
      importSecondsFor10000: (importSeconds / documents) * 10_000,
      progressEvents,
      search: await searches(instance, documents),
    };
  } finally {
    await instance.stop();
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchDocuments(), null, 2)}\n`);
