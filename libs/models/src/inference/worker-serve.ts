import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { toWireError, type FromWorker, type ToWorker } from './worker-messages.js';

/**
 * The methods a worker offers, by name. Inputs and outputs must survive structured clone.
 * A method called `close`, if there is one, runs last: release sessions there.
 */
export type WorkerMethods = Record<string, (input: never) => unknown>;

/** Time for a worker to finish after `close` before it is made to exit. */
const EXIT_GRACE_MS = 1_000;

/**
 * Turns the calling module into a worker for a `WorkerPool`.
 *
 * `create` receives the pool's `init` once (load the model there) and returns the methods, which the pool calls one at
 * a time. An error of a method reaches the caller of `pool.call` as the same error.
 *
 * @throws Error if called outside a worker thread.
 */
export function serveWorker<Init>(create: (init: Init) => WorkerMethods | Promise<WorkerMethods>): void {
  if (!parentPort)
    throw new Error('serveWorker() was called outside a worker thread; start this module with WorkerPool.start().');
  const port = parentPort;
  const { init } = workerData as { init: Init };
  const loading = Promise.resolve().then(() => create(init));
  loading.then(
    () => port.postMessage({ type: 'ready' } satisfies FromWorker),
    (error: unknown) => {
      port.postMessage({ type: 'failed', error: toWireError(error) } satisfies FromWorker);
      exit(port);
    },
  );
  // Messages are processed one after the other: `close` waits for the call before it.
  let turn: Promise<unknown> = loading;
  port.on('message', (message: ToWorker) => {
    turn = Promise.all([loading, turn]).then(
      ([methods]) => (message.type === 'close' ? finish(port, methods) : answer(port, methods, message)),
      () => undefined,
    );
  });
}

async function answer(
  port: MessagePort,
  methods: WorkerMethods,
  call: Extract<ToWorker, { type: 'call' }>,
): Promise<void> {
  try {
    const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined;
    if (!method)
      throw new Error(`The worker has no method "${call.method}"; it has: ${Object.keys(methods).join(', ')}.`);
    const output: unknown = await method(call.input as never);
    port.postMessage({ type: 'result', id: call.id, output } satisfies FromWorker);
  } catch (error) {
    port.postMessage({ type: 'error', id: call.id, error: toWireError(error) } satisfies FromWorker);
  }
}

async function finish(port: MessagePort, methods: WorkerMethods): Promise<void> {
  try {
    await methods.close?.(undefined as never);
  } finally {
    exit(port);
  }
}

/** Lets the thread end by itself, so that native sessions are freed in order; forces its exit if it stays alive. */
function exit(port: MessagePort): void {
  port.close();
  setTimeout(() => process.exit(0), EXIT_GRACE_MS).unref();
}
