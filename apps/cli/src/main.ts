import { runProgram } from './program.js';

const LINGER_MS = 1_000;

process.exitCode = await runProgram(process.argv.slice(2));
// Whatever is still open then (a socket, a pipe) has nothing more to say.
setTimeout(() => process.exit(), LINGER_MS).unref();
