import { setMaxListeners } from 'node:events';

/** Fires at the first signal, or when the process that started this one has gone. Later signals change nothing. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  if (process.channel) {
    process.on('disconnect', stop);
    // Listening must not keep this process alive when its work is done.
    process.channel.unref();
  }
  return controller.signal;
}
