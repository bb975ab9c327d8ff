import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
/** Finds processes by command line (nats-server) or by environment (services). */
export const processesNaming = (text: string) =>
  processes().filter((pid) => read(`/proc/${pid}/cmdline`).includes(text));
export const processesIn = (folder: string) =>
  processes().filter((pid) => read(`/proc/${pid}/environ`).includes(`LLMOS_HOME=${folder}`));
export const lives = (pid: number) => read(`/proc/${pid}/cmdline`) !== '';

/** Whether something accepts connections on a port of this machine. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
