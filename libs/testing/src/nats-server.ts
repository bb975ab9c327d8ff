import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.js';

/** A server that does not stop by itself within this time is killed. */
const STOP_MS = 5_000;

/** A real nats-server with JetStream, on a free port, with its own data folder. */
export interface TestNatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Kills it with SIGKILL and starts it again on the same port with the same data. */
  crashAndRestart(): Promise<void>;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The path of the binary: LLMOS_NATS_SERVER, the cache of the set-up, or the PATH. */
export function natsServerPath(): string {
  const home = process.env['LLMOS_HOME'] ?? join(homedir(), '.cache', 'llmos');
  const candidates = [process.env['LLMOS_NATS_SERVER'], join(home, 'bin', 'nats-server')];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found) return found;
  if (spawnSync('nats-server', ['--version']).status === 0) return 'nats-server';
  throw new Error('no nats-server: run `npm test` once, which downloads it, or set LLMOS_NATS_SERVER');
}

/**
 * Starts a server and waits until it accepts connections; throws at once if it exits early.
 *
 * @param config more of its configuration file, such as users and their permissions.
 */
export async function startNatsServer({ config = '' } = {}): Promise<TestNatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-nats-'));
  writeFileSync(join(folder, 'nats.conf'), config);
  const more = ['-c', join(folder, 'nats.conf')];
  let child = launch(folder, -1, more);
  const port = await portOf(folder, child);
  // While the server was away, the system may have given its port to a connection for a moment.
  const start = () =>
    waitFor('nats-server to have its port again', async () => {
      rmSync(portsFile(folder) ?? '', { force: true });
      child = launch(folder, port, more);
      return portOf(folder, child).catch(() => undefined);
    });
  const kill = (signal: NodeJS.Signals) => end(child, signal);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid!;
    },
    async crashAndRestart() {
      await kill('SIGKILL');
      await start();
    },
    kill: () => kill('SIGKILL'),
    async restart() {
      await start();
    },
    async stop() {
      // Its data is not needed any more.
      const last = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await kill('SIGTERM');
      clearTimeout(last);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface TestNatsCluster {
  /** The addresses of all members, comma-separated. */
  readonly url: string;
  /** Kills a running member with SIGKILL. */
  killOne(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a cluster of three and waits until each accepts connections; JetStream elects its leader afterwards. */
export async function startNatsCluster(): Promise<TestNatsCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-nats-cluster-'));
  const routes = (await freePorts(3)).map((port) => `nats://127.0.0.1:${port}`);
  const members = routes.map((route, at) => {
    const own = join(folder, String(at));
    mkdirSync(own);
    const cluster = ['-cluster_name', 'test', '-cluster', route, '-routes', routes.join(','), '-n', `member-${at}`];
    return { own, child: launch(own, -1, cluster) };
  });
  const killOne = () => end(members.pop()?.child, 'SIGKILL');
  const stop = async () => {
    while (members.length > 0) await killOne();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await Promise.all(members.map(({ own, child }) => portOf(own, child)));
    return { url: ports.map((port) => `nats://127.0.0.1:${port}`).join(','), killOne, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Free ports: the members must know each other's ports before they start. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function launch(folder: string, port: number, more: readonly string[] = []): ChildProcess {
  const options = [
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '-js',
    '-sd',
    join(folder, 'data'),
    '--ports_file_dir',
    folder,
    ...more,
  ];
  return spawn(natsServerPath(), options, { stdio: 'ignore' });
}

function portsFile(folder: string): string | undefined {
  const name = readdirSync(folder).find((file) => file.endsWith('.ports'));
  return name === undefined ? undefined : join(folder, name);
}

async function portOf(folder: string, child: ChildProcess): Promise<number> {
  return waitFor('nats-server to report its port', () => {
    if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`);
    const file = portsFile(folder);
    const text = file ? readFileSync(file, 'utf8') : '';
    const match = /nats:\/\/[^"]*:(\d+)"/.exec(text);
    return match ? Number(match[1]) : undefined;
  });
}
