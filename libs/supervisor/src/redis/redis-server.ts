import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../processes/free-ports.js';
import { KeptServer, type ServerListener } from '../processes/kept-server.js';
import { launchOnLeash } from '../processes/launch.js';
import type { ServerProgram } from '../processes/server-program.js';
import { fitsSocket, REDIS_PID_FILE, REDIS_SOCKET, redisConfig, redisUrl, type RedisPlace } from './redis-config.js';

export interface RedisServerOptions extends ServerListener {
  readonly folder: string;
  readonly program: ServerProgram;
  readonly password: string;
  /** What the data may occupy, in megabytes. */
  readonly memoryMb: number;
}

/** The redis-server of an instance: kept running at one address, with its data in the instance's folder. */
export class RedisServer {
  private readonly server: KeptServer;

  private constructor(
    options: RedisServerOptions,
    private readonly place: RedisPlace,
  ) {
    const { folder, program } = options;
    const configFile = join(folder, 'redis.conf');
    this.server = new KeptServer({
      ...options,
      name: 'redis-server',
      configFile,
      pidFile: REDIS_PID_FILE,
      isOfRun: (name) => name === REDIS_SOCKET,
      launch: () => {
        writeFileSync(configFile, redisConfig({ ...options, place }), { mode: 0o600 });
        return launchOnLeash([...program.command(folder), configFile]);
      },
      accepts: () => accepts(place),
    });
  }

  /** Chooses the address: a socket in the folder, or a free port where sockets cannot be used. */
  static async at(options: RedisServerOptions): Promise<RedisServer> {
    const socket = join(options.folder, REDIS_SOCKET);
    const usesSocket = options.program.sharesSockets && fitsSocket(socket);
    return new RedisServer(options, usesSocket ? { socket } : { port: await freePort() });
  }

  get url(): string {
    return redisUrl(this.place);
  }

  /** The process of the server; undefined while it does not listen. */
  get pid(): number | undefined {
    return this.server.pid;
  }

  /**
   * Starts the server. Resolves when it accepts connections. It is kept running even if this fails.
   *
   * @throws SupervisorError when it dies again and again, or does not listen in time.
   */
  start(signal: AbortSignal): Promise<void> {
    return this.server.start(signal);
  }

  stop(graceMs: number): Promise<void> {
    return this.server.stop(graceMs);
  }
}

async function accepts(place: RedisPlace): Promise<boolean> {
  const connection = 'port' in place ? connect(place.port, '127.0.0.1') : connect(place.socket);
  const connected = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return connected;
}
