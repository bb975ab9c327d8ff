import { GatewayClient, type GatewayClientOptions } from '@llmos/client';
import { ModelStore } from '@llmos/models';
import {
  findNatsServer,
  findRedisServer,
  SupervisorError,
  type Instance,
  type InstanceState,
  type ServerProgram,
} from '@llmos/supervisor';
import { CliError } from '../cli-error.js';
import type { CliConfig } from '../cli.config.js';
import { fetchModel, type FetchReport } from '../models/fetch-models.js';
import type { Terminal } from '../terminal/terminal.js';

/** What every command receives. */
export interface CommandContext {
  readonly config: CliConfig;
  readonly instance: Instance;
  readonly terminal: Terminal;
}

export function openStore({ config }: CommandContext): Promise<ModelStore> {
  return ModelStore.open(config);
}

/** Finds a nats-server for this machine; see {@link findNatsServer}. */
export function natsServer(
  { config }: CommandContext,
  store: ModelStore,
  report: FetchReport,
  signal: AbortSignal,
): Promise<ServerProgram> {
  const { home, searchPath, natsServer: given } = config;
  const fetch = async () => (await fetchModel(store, 'nats-server', report, signal))['binary'];
  return findNatsServer({ home, searchPath, given, fetch, signal });
}

/**
 * Finds a redis-server for this machine; see {@link findRedisServer}. Without one a line says what is missing: memory
 * is optional.
 *
 * @throws SupervisorError when the program that LLMOS_REDIS_SERVER names cannot be used.
 */
export async function redisServer(
  { config, terminal }: CommandContext,
  store: ModelStore,
  report: FetchReport,
  signal: AbortSignal,
): Promise<ServerProgram | undefined> {
  const { home, searchPath, redisServer: given } = config;
  const fetch = async () => (await fetchModel(store, 'redis-server', report, signal))['binary'];
  try {
    return await findRedisServer({ home, searchPath, given, fetch, signal });
  } catch (error) {
    if (given || !(error instanceof SupervisorError)) throw error;
    terminal.line(`  conversations have no memory: ${error.message} → ${error.hint ?? ''}`);
    return undefined;
  }
}

/** A client of the named gateway, else of the one that runs here. @throws CliError when none runs. */
export function gatewayClient(
  { config, instance }: CommandContext,
  url?: string,
  options: Omit<GatewayClientOptions, 'apiKey'> = {},
): GatewayClient {
  const given = url ?? config.url;
  const withKey = { ...options, apiKey: config.apiKey };
  if (given) return new GatewayClient(given, withKey);
  const running = instance.running();
  if (!running) throw new CliError('LLM OS is not running', 'run `npm start`, or `npx llmos up`');
  if (!running.url)
    throw new CliError('LLM OS is still starting', 'try again when `npx llmos status` shows the gateway as ready');
  return new GatewayClient(running.url, withKey);
}

/** Shows that another supervisor has the instance. */
export function showOther(terminal: Terminal, { pid, url }: InstanceState): void {
  terminal.line(
    url
      ? `LLM OS is running already: ${url} (\`npx llmos down\` stops it)`
      : `LLM OS is starting already (process ${pid})`,
  );
}
