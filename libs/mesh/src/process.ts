import { Bus, type Sealers } from '@llmos/bus';
import { baseConfig, loadConfig, type BaseConfig, type ConfigDefinition, type ConfigOf } from '@llmos/config';
import { newRunId, type NodeState } from '@llmos/contracts';
import { createLogger, startMetrics, startTracing, type Logger } from '@llmos/telemetry';
import { Vault, vaultConfig, type AtRest, type TenantKeys, type VaultConfig } from '@llmos/vault';
import { HEARTBEAT_MS, Nodes } from './nodes.js';
import type { Readiness } from './readiness.js';
import { RunRecords } from './run-records.js';

/** The settings of a process: what every process has, and its own. */
export type ServiceConfig = BaseConfig & VaultConfig & { readonly service: string };

/** What every process of the context has before its module is made. */
export interface ProcessContext<D extends ConfigDefinition> {
  readonly config: ServiceConfig & ConfigOf<D>;
  readonly log: Logger;
  readonly bus: Bus;
  readonly records: RunRecords;
  readonly nodes: Nodes;
  readonly tenantKeys: TenantKeys;
  readonly atRest: AtRest;
  readonly readiness: Readiness;
  stopTracing(): Promise<void>;
}

export const BROKER_CHECK = 'broker';
const CONNECT_RETRY_MS = 500;
const KEYS_CHECK = 'tenant keys';
const UNTIL_THE_END = new AbortController().signal;

export function readConfig<D extends ConfigDefinition>(service: string, definition: D): ServiceConfig & ConfigOf<D> {
  return { ...loadConfig(baseConfig), ...loadConfig(vaultConfig), ...loadConfig(definition), service };
}

/** Starts telemetry and connects to the broker, waiting for it as long as it takes. */
export async function openProcess<D extends ConfigDefinition>(
  config: ServiceConfig & ConfigOf<D>,
  readiness: Readiness,
): Promise<ProcessContext<D>> {
  const log = createLogger({ service: config.service, level: config.logLevel });
  startMetrics(config.service);
  const stopTracing = await startTracing({
    service: config.service,
    otlpUrl: config.otlpUrl,
    ratio: config.traceRatio,
  });
  readiness.set({ name: BROKER_CHECK, state: 'loading', message: 'connecting to NATS' });
  const vault = new Vault(config, log);
  const bus = await connectPatiently(config, vault.sealers, log, readiness);
  readiness.set({ name: BROKER_CHECK, state: 'ready' });
  await vault.open(bus);
  const { keys: tenantKeys, atRest } = vault;
  // Lazy where all is well; where it is not, better known now than by what fails later.
  tenantKeys
    .verify()
    .catch(() => readiness.bring(KEYS_CHECK, () => tenantKeys.verify(), { signal: UNTIL_THE_END, log }));
  const [records, nodes] = await Promise.all([RunRecords.open(bus, atRest), Nodes.open(bus)]);
  return { config, log, bus, records, nodes, tenantKeys, atRest, readiness, stopTracing };
}

async function connectPatiently(
  config: ServiceConfig,
  sealers: Sealers,
  log: Logger,
  readiness: Readiness,
): Promise<Bus> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await Bus.connect({
        url: config.natsUrl,
        user: config.natsUser,
        password: config.natsPassword,
        service: config.service,
        replicas: config.natsReplicas,
        sealers,
        onError: (error) => log.warn({ err: error }, 'the bus reports a problem'),
      });
    } catch (error) {
      if (attempt % 10 === 0) log.warn({ err: error }, 'cannot reach NATS yet');
      readiness.set({
        name: BROKER_CHECK,
        state: 'failed',
        message: 'NATS cannot be reached; is nats-server running, and LLMOS_NATS_URL right?',
      });
      await new Promise((resolve) => setTimeout(resolve, CONNECT_RETRY_MS));
    }
  }
}

/** Writes this process's state into the nodes bucket every few seconds and on every change; returns how to stop. */
export function announce(
  context: ProcessContext<ConfigDefinition>,
  capabilities: () => string[],
  healthUrl: string,
): () => Promise<void> {
  const node = `${context.config.service}-${newRunId()}`;
  const tell = () => {
    // The broker's own check follows the connection; everything else is set by whoever it concerns.
    const brokerState = context.bus.usable ? 'ready' : 'failed';
    if (context.readiness.all.find((check) => check.name === BROKER_CHECK)?.state !== brokerState) {
      context.readiness.set({
        name: BROKER_CHECK,
        state: brokerState,
        ...(context.bus.usable ? {} : { message: 'NATS is away; reconnecting' }),
      });
      return;
    }
    if (!context.bus.usable) return;
    const { config, readiness } = context;
    const state: NodeState = {
      node,
      service: config.service,
      capabilities: capabilities(),
      ready: readiness.ready,
      checks: readiness.all,
      healthUrl,
      pid: process.pid,
    };
    context.nodes.announce(state).catch((error: unknown) => context.log.debug({ err: error }, 'heartbeat not sent'));
  };
  context.readiness.onChange(tell);
  const timer = setInterval(tell, HEARTBEAT_MS);
  tell();
  return async () => {
    clearInterval(timer);
    if (context.bus.usable) await context.nodes.leave(node).catch(() => undefined);
  };
}

/** Tells a supervising parent, where there is one, where this process answers. */
export function tellParent(url: string): void {
  process.send?.({ type: 'listening', url });
}
