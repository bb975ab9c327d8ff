import type { Delivery } from '@llmos/bus';
import { capability, type Pipeline, type RunContext, type TerminalAnswer } from '@llmos/contracts';
import { z } from 'zod';
import { Breakers } from '../src/breakers.js';
import type { RunRecords } from '../src/run-records.js';
import type { ChainTools, TaskCall } from '../src/task/task-call.js';

export const echo = capability({
  name: 'text.echo',
  summary: 'The same text.',
  input: z.object({ text: z.string(), options: z.object({ limit: z.number().optional() }).optional() }),
  output: z.object({ text: z.string() }),
  example: { input: { text: 'a' }, output: { text: 'a' } },
});

type Override = Partial<Omit<TaskCall, 'envelope' | 'step' | 'delivery'>> & {
  readonly envelope?: Partial<TaskCall['envelope']>;
  readonly step?: Partial<TaskCall['step']>;
  readonly delivery?: Partial<Delivery>;
};

/** A call of the first of two steps, and what was done with its delivery. */
export function taskCall({ envelope, step, delivery, ...own }: Override = {}): TaskCall {
  const first = {
    id: 'first',
    uses: echo.name,
    with: { text: '${input.text}' },
    onError: 'fail',
    stream: false,
    ...step,
  };
  const pipeline = { name: 'echoes', steps: [first, { ...first, id: 'second' }] } as unknown as Pipeline;
  const task = { pipeline, index: 0, input: { text: 'hi' }, outputs: {}, timings: [], degraded: [] };
  return {
    envelope: {
      id: 'run-1:0',
      run: 'run-1',
      tenant: 'acme',
      lane: 'live',
      deadlineMs: Date.now() + 60_000,
      type: 'task',
      source: '/test',
      traceparent: undefined,
      ...envelope,
    },
    sizeBytes: 2,
    sentAtMs: 0,
    queueMs: 1,
    delivery: deliveryOf(delivery),
    task,
    step: first as TaskCall['step'],
    ...own,
  };
}

export function deliveryOf(own: Partial<Delivery> = {}): Delivery {
  const nothing = () => undefined;
  const settle = { ack: nothing, nak: nothing, term: nothing, working: nothing };
  const message = {
    subject: 's',
    headers: undefined,
    data: new Uint8Array(),
    streamSequence: 7,
    storedAtMs: Date.now(),
  };
  return { ...message, attempt: 1, signEveryMs: 5_000, ...settle, ...own };
}

/** The tools of a chain; `done` collects in order what the chain published. */
export function toolsOf(own: Partial<Record<keyof ChainTools, unknown>> = {}): ChainTools & { done: unknown[] } {
  const done: unknown[] = [];
  const forwarder = {
    forward: (_: RunContext, task: unknown, from: number) => Promise.resolve(void done.push({ task, from })),
    hasGoneOn: () => Promise.resolve(false),
    fallBack: (_: RunContext, task: unknown) => Promise.resolve(void done.push({ fallBack: task })),
    breakers: new Breakers(),
    endRun: (_: RunContext, __: unknown, answer: TerminalAnswer) => Promise.resolve(void done.push(answer)),
  };
  const bus = {
    clock: { fromBroker: (ms: number) => ms },
    runs: {
      publishAnswer: (_: RunContext, answer: unknown) => done.push(answer),
      publishTerminal: (_: RunContext, answer: unknown) => Promise.resolve(void done.push(answer)),
    },
    deadLetters: { put: (letter: unknown) => Promise.resolve(void done.push(letter)) },
  };
  const cancellations = {
    has: () => false,
    register: () => () => undefined,
    completeSinceMs: 0,
    isStopping: false,
    throwIfStopping: () => undefined,
  };
  const records = { peek: () => Promise.resolve(undefined), show: () => undefined } as unknown as RunRecords;
  const log = { warn: () => undefined, error: () => undefined };
  return { bus, forwarder, cancellations, records, log, capability: echo, ...own, done } as never;
}
