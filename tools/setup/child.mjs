import { spawn } from 'node:child_process';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program and waits for it, passing on the signals that would otherwise end only this process.
 * Resolves to {code, signal, output}; `code` is 128 + n after a signal, as shells say it.
 *
 * `quiet` keeps stdout and stderr for the caller; `tether` opens an IPC channel, by whose end the child notices that
 * this process has gone, however it went. `onStart` is told the pid.
 */
export function runChild(program, args, { cwd, env = process.env, quiet = false, tether = false, onStart } = {}) {
  return new Promise((resolve, reject) => {
    const output = quiet ? 'pipe' : 'inherit';
    const child = spawn(program, args, { cwd, env, stdio: ['inherit', output, output, ...(tether ? ['ipc'] : [])] });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    let asked;
    const forward = (signal) => {
      asked = signal;
      child.kill(signal);
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

/** Like {@link runChild}, and ends this process the same way when a signal ended the child's work. */
export async function runStep(program, args, options) {
  const result = await runChild(program, args, options);
  if (result.interrupted) process.exit(result.interrupted === 'SIGINT' ? 130 : 143);
  return result;
}
