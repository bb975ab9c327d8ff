import { runProgram } from './program.js';

const LINGER_MS = 1_000;

// If the launcher ends, this process stops as it does at a signal.
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The listener must not keep this process alive when its work is done.
  process.channel.unref();
}
process.exitCode = await runProgram(process.argv.slice(2));
// Handles that are still open, such as sockets, must not keep the process alive.
setTimeout(() => process.exit(), LINGER_MS).unref();
