import { setMaxListeners } from 'node:events';

/** Aborts at the first signal, or when the parent process has ended. Later signals have no effect. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  if (process.channel) {
    process.on('disconnect', stop);
    // The listener must not keep this process alive when its work is done.
    process.channel.unref();
  }
  return controller.signal;
}
