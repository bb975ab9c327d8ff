import { runProgram } from './program.js';

const LINGER_MS = 1_000;

process.exitCode = await runProgram(process.argv.slice(2));
// Handles that are still open, such as sockets, must not keep the process alive.
setTimeout(() => process.exit(), LINGER_MS).unref();
