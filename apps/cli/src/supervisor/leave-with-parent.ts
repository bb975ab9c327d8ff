// Loaded before a service: it may still be starting, or hang in a connection, when its supervisor is killed.
// A service that is up stops by itself in order; this is for the one that cannot.
const LIMIT_MS = 3_500;

// The supervisor may have gone before this line was reached; no event will come then.
if (process.connected === false) process.exit(1);
process.on('disconnect', () => {
  setTimeout(() => process.exit(1), LIMIT_MS).unref();
});
