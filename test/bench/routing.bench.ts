/**
 * Routing of live tasks to the replica that is expected to begin its answer first. After a build, with Node 24:
 *
 *     node test/bench/routing.bench.ts real             two replicas with llama.cpp, conversations of several turns
 *     node test/bench/routing.bench.ts faults           one of two replicas is killed, or stands still, with tasks
 *     node test/bench/routing.bench.ts traces <folder> [file] [count]
 *                                                       8 to 64 replicas in virtual time, on recorded prompts; all, or
 *                                                       one of the files with so many replicas
 *
 * The folder has `conversation_trace.jsonl` and `synthetic_trace.jsonl` of Mooncake, and `AzureLLMInferenceTrace_conv.csv`
 * and `_code.csv`. The data are not part of this repository: docs/operations-research.md says where they are.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Chats, converse, type Load, type Turn } from './routing/conversations.ts';
import { POLICIES, replay, type Arrival, type Outcome, type Policy } from './routing/replicas-in-time.ts';
import { atLoad, azure, mooncake } from './routing/traces.ts';

/** An odd number of conversations: an even one would come back to the same of two replicas by chance. */
const LOAD: Load = { conversations: 3, turns: 5, words: 80, everyMs: 8_000 };

/** Questions at a time around a fault. */
const ASKED = 8;

const round = (value: number) => Math.round(value);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;

function figuresOf(turns: readonly Turn[], seconds: number) {
  const later = turns.filter(({ turn }) => turn > 0).map(({ firstMs }) => firstMs);
  const all = turns.map(({ firstMs }) => firstMs);
  return {
    ...{ turns: turns.length, turnsPerSecond: Number((turns.length / seconds).toFixed(3)) },
    firstPartMs: { mean: round(mean(all)), p50: round(quantile(all, 0.5)), p95: round(quantile(all, 0.95)) },
    afterTheFirstTurnMs: { mean: round(mean(later)), p50: round(quantile(later, 0.5)) },
    inputTokens: round(mean(turns.map(({ inputTokens }) => inputTokens))),
  };
}

/** The same conversations with tasks for all replicas (the broker gives them in turns), and routed. */
async function real() {
  const figures: Record<string, ReturnType<typeof figuresOf>> = {};
  for (const routing of ['off', 'on'] as const) {
    const chats = await Chats.start(routing);
    try {
      await Promise.all([1, 2, 3, 4].map((n) => chats.ask(`Hello ${n}.`, [])));
      const startedAtMs = performance.now();
      const turns = await converse(chats, LOAD);
      figures[routing] = figuresOf(turns, (performance.now() - startedAtMs) / 1_000);
    } finally {
      await chats.close();
    }
  }
  const { off, on } = figures as { off: ReturnType<typeof figuresOf>; on: ReturnType<typeof figuresOf> };
  return { load: LOAD, off, on, timesFaster: Number((off.firstPartMs.mean / on.firstPartMs.mean).toFixed(2)) };
}

/** How long callers wait when the replica that works on their tasks, or is sent them at that moment, is killed or frozen. */
async function faults() {
  const figures: Record<string, unknown> = {};
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
    const chats = await Chats.start('on');
    try {
      const ask = (count: number, from: number) =>
        Array.from({ length: count }, (_, n) => chats.ask(`Hello ${from + n}.`, []));
      const slowest = async (asked: readonly Promise<{ wholeMs: number }>[]) =>
        round(Math.max(...(await Promise.all(asked)).map(({ wholeMs }) => wholeMs)));
      await slowest(ask(ASKED, 0));
      const withoutMs = await slowest([...ask(ASKED, 100), ...ask(ASKED, 200)]);
      const begun = ask(ASKED, 300);
      await Promise.race(begun);
      process.kill(chats.replicas[0]!.pid, signal);
      const withMs = await slowest([...begun, ...ask(ASKED, 400)]);
      figures[signal] = { questions: 2 * ASKED, longestWithoutMs: withoutMs, longestMs: withMs };
    } finally {
      await chats.close();
    }
  }
  return figures;
}

const TRACES: Readonly<Record<string, (file: string) => Arrival[]>> = {
  'conversation_trace.jsonl': mooncake,
  'synthetic_trace.jsonl': mooncake,
  'AzureLLMInferenceTrace_conv.csv': azure,
  'AzureLLMInferenceTrace_code.csv': azure,
};
const COUNTS = [8, 16, 32, 64];
/** Replicas beside slow ones, and beside bursts. */
const BESIDE = 16;
/** How busy replicas would be that keep nothing. */
const SHARE = 0.7;
/** The first part of a trace is left out: nothing is kept then. */
const WARM_UP = 0.1;

function waitsOf(outcomes: readonly Outcome[], all: readonly Arrival[]) {
  const fromMs = all[Math.floor(WARM_UP * all.length)]!.atMs;
  const waits = outcomes.filter(({ arrival }) => arrival.atMs >= fromMs).map(({ ms }) => ms);
  return { meanMs: round(mean(waits)), p95Ms: round(quantile(waits, 0.95)) };
}

const byPolicy = (run: (policy: Policy) => Outcome[], all: readonly Arrival[]) =>
  Object.fromEntries(
    POLICIES.map((policy) => {
      const waits = waitsOf(run(policy), all);
      process.stderr.write(`  ${policy}: ${waits.meanMs} ms\n`);
      return [policy, waits];
    }),
  );

/** One tenant asks a burst of long prompts at once, again and again; another one asks as in the trace. */
function besideBursts(polite: readonly Arrival[]): Arrival[] {
  const [endMs, everyMs, burst] = [polite.at(-1)!.atMs, 60_000, 24];
  const greedy = Array.from({ length: Math.floor(endMs / everyMs) }, (_, n) =>
    Array.from({ length: burst }, (_, k) => ({
      atMs: n * everyMs,
      tenant: 'greedy',
      prefix: [{ key: `greedy ${n} ${k}`, kilochars: 20 }],
    })),
  ).flat();
  return [...polite, ...greedy].sort((a, b) => a.atMs - b.atMs);
}

function traces(folder = '.', only?: string, countOnly?: string) {
  const figures: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(TRACES)) {
    if (only && name !== only) continue;
    const file = join(folder, name);
    if (!existsSync(file)) {
      figures[name] = `not measured: there is no ${file}`;
      continue;
    }
    const recorded = read(file);
    const counts = COUNTS.filter((count) => !countOnly || `${count}` === countOnly).map((count) => {
      const all = atLoad(recorded, count, SHARE);
      process.stderr.write(`${name}, ${count} replicas\n`);
      return [`${count} replicas`, byPolicy((policy) => replay(all, count, policy), all)];
    });
    figures[name] = { requests: recorded.length, ...Object.fromEntries(counts) };
    if (read !== mooncake || (countOnly && countOnly !== `${BESIDE}`)) continue;
    const [count, share] = [BESIDE, 0.5];
    const calm = atLoad(recorded, count, share);
    const beside = besideBursts(calm);
    const politeOf = (outcomes: Outcome[]) => outcomes.filter(({ arrival }) => arrival.tenant !== 'greedy');
    Object.assign(figures[name] as object, {
      '16 replicas, 2 of them slow': byPolicy((policy) => replay(calm, count, policy, 2), calm),
      '16 replicas, alone': byPolicy((policy) => replay(calm, count, policy), calm),
      '16 replicas, beside bursts of another tenant': byPolicy(
        (policy) => politeOf(replay(beside, count, policy)),
        calm,
      ),
    });
  }
  return { share: SHARE, figures };
}

const PARTS: Readonly<Record<string, (...rest: string[]) => unknown>> = { real, faults, traces };
const [part = 'real', ...rest] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await PARTS[part]!(...rest), null, 2)}\n`);
