// Preloaded into each service, and into its worker threads, which have no channel to the supervisor.
import { SIGN_EVERY_MS } from '../replicas/signs-of-life.js';

// A running service stops in order when its supervisor is killed; this ends a service that cannot, because it is still
// starting or hangs in a connection.
const LIMIT_MS = 3_500;

// If the supervisor ended before this line, no event follows.
if (process.connected === false) process.exit(1);
process.on('disconnect', () => {
  setTimeout(() => process.exit(1), LIMIT_MS).unref();
});

// A process whose event loop hangs, or that was stopped, sends nothing: the supervisor restarts it.
const sign = () => {
  if (process.connected) process.send?.({ type: 'alive' }, undefined, undefined, () => undefined);
};
if (process.send) setInterval(sign, SIGN_EVERY_MS).unref();
