import { GatewayClient, type GatewayClientOptions } from '@llmos/client';
import { ModelStore } from '@llmos/models';
import { join } from 'node:path';
import { findNatsServer, type NatsServer } from '../broker/nats-binary.js';
import { CliError } from '../cli-error.js';
import type { CliConfig } from '../cli.config.js';
import type { Instance } from '../instance/instance.js';
import type { FetchReport } from '../models/fetch-models.js';
import type { Terminal } from '../terminal/terminal.js';

/** What every command works with. */
export interface CommandContext {
  readonly config: CliConfig;
  readonly instance: Instance;
  readonly terminal: Terminal;
}

export function openStore({ config }: CommandContext): Promise<ModelStore> {
  return ModelStore.open({
    home: config.home,
    catalogPath: join(config.root, 'deploy', 'models.yaml'),
    root: config.root,
  });
}

/** A nats-server that this machine can start; see {@link findNatsServer}. */
export function natsServer(
  { config }: CommandContext,
  store: ModelStore,
  report: FetchReport,
  signal: AbortSignal,
): Promise<NatsServer> {
  const { home, searchPath, natsServer: given } = config;
  return findNatsServer({ home, searchPath, given, store, report, signal });
}

/** The gateway to call: the one named, else the one that runs here. @throws CliError when there is none. */
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
