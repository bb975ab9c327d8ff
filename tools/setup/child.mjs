import { spawn } from 'node:child_process';
import { say } from './say.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program, forwards signals to it and waits for its end.
 * Resolves to {code, interrupted, output}; `code` is 128 + n after signal n, as in shells.
 *
 * `quiet` captures stdout and stderr in `output`; `tether` opens an IPC channel whose end tells the child that this
 * process has ended. `onStart` receives the pid. `stopWith` is the signal that the child receives in place of all others.
 */
export function runChild(
  program,
  args,
  { cwd, env = process.env, quiet = false, tether = false, onStart, stopWith } = {},
) {
  return new Promise((resolve, reject) => {
    const output = quiet ? 'pipe' : 'inherit';
    const child = spawn(program, args, { cwd, env, stdio: ['inherit', output, output, ...(tether ? ['ipc'] : [])] });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    let asked;
    const forward = (signal) => {
      asked = signal;
      child.kill(stopWith ?? signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const release = () => FORWARDED.forEach((signal) => process.off(signal, forward));
    if (child.pid !== undefined) onStart?.(child.pid);
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('close', (code, signal) => {
      release();
      const number = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0;
      resolve({ code: code ?? 128 + number, interrupted: asked, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/** Like {@link runChild}, but exits this process if a signal interrupted the child. */
export async function runStep(program, args, options) {
  const result = await runChild(program, args, options);
  if (result.interrupted) {
    say('Interrupted: run this again to continue.');
    process.exit(result.interrupted === 'SIGINT' ? 130 : 143);
  }
  return result;
}
