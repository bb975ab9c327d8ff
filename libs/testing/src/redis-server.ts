import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.js';

/** A real redis-server on a Unix socket in a folder of its own, with a password and without a file. */
export interface TestRedisServer {
  readonly url: string;
  readonly password: string;
  readonly pid: number;
  /** Stops it from running, with its connections open, until {@link thaw}. */
  freeze(): void;
  thaw(): void;
  /** Kills it with SIGKILL; what it stored is lost. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, with more settings of its configuration, such as `--requirepass other`. */
  restart(...settings: string[]): Promise<void>;
  stop(): Promise<void>;
}

/** The path of the binary: LLMOS_REDIS_SERVER, the cache of the set-up, or the PATH. */
export function redisServerPath(): string {
  const home = process.env['LLMOS_HOME'] ?? join(homedir(), '.cache', 'llmos');
  const candidates = [process.env['LLMOS_REDIS_SERVER'], join(home, 'bin', 'redis-server')];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found) return found;
  if (spawnSync('redis-server', ['--version']).status === 0) return 'redis-server';
  throw new Error('no redis-server: run `npm test` once, which downloads it, or set LLMOS_REDIS_SERVER');
}

/** Starts a server and waits until it accepts connections; throws at once if it exits early. */
export async function startRedisServer(): Promise<TestRedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-redis-'));
  const [socket, password] = [join(folder, 'redis.sock'), 'only-for-tests'];
  let child = await launch(folder, socket, ['--requirepass', password]);
  const kill = (signal: NodeJS.Signals) => end(child, signal);
  return {
    url: `unix://${socket}`,
    password,
    get pid() {
      return child.pid!;
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill: () => kill('SIGKILL'),
    async restart(...settings) {
      child = await launch(folder, socket, ['--requirepass', password, ...settings]);
    },
    async stop() {
      await kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(folder: string, socket: string, settings: readonly string[]): Promise<ChildProcess> {
  rmSync(socket, { force: true });
  const options = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--save', '', '--dir', folder];
  const child = spawn(redisServerPath(), [...options, ...settings], { stdio: 'ignore' });
  await waitFor('redis-server accepts connections', async () => {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    return existsSync(socket) && accepts(socket);
  });
  return child;
}

async function accepts(socket: string): Promise<boolean> {
  const connection = connect(socket);
  const connected = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return connected;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
