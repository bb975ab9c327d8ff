// Preloaded into each service. A running service stops in order when its supervisor is killed; this ends a service that
// cannot, because it is still starting or hangs in a connection.
const LIMIT_MS = 3_500;

// If the supervisor ended before this line, no event follows.
if (process.connected === false) process.exit(1);
process.on('disconnect', () => {
  setTimeout(() => process.exit(1), LIMIT_MS).unref();
});
