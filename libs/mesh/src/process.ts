import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig, type BaseConfig, type ConfigDefinition, type ConfigOf } from '@llmos/config';
import { newRunId, type NodeState, type TenantFigures } from '@llmos/contracts';
import { createLogger, startMetrics, startTracing, type Logger } from '@llmos/telemetry';
import { Vault, vaultConfig, type VaultConfig } from '@llmos/vault';
import type { CapabilityState } from './health-server.js';
import { Breakers } from './breakers.js';
import { CONSUMERS } from './mesh-server.js';
import { Nodes, SIGN_EVERY_MS, STATE_EVERY_MS } from './nodes.js';
import { OwnFigures } from './process-figures.js';
import { ProcessParts } from './process-parts.js';
import { Readiness } from './readiness.js';
import { OwnReplicas } from './routing/own-replicas.js';
import { Replicas } from './routing/replicas.js';
import { RunRecords } from './run-records.js';

/** The settings of a process: what every process has, and its own. */
export type ServiceConfig = BaseConfig & VaultConfig & { readonly service: string };

/** What a process has before it opens anything. */
export interface NewProcess<C extends ServiceConfig = ServiceConfig> {
  readonly config: C;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly parts: ProcessParts;
}

/** What every process has before its module is created. */
export interface ProcessContext<C extends ServiceConfig = ServiceConfig> extends NewProcess<C> {
  readonly bus: Bus;
  readonly vault: Vault;
  readonly records: RunRecords;
  readonly nodes: Nodes;
  readonly breakers: Breakers;
  readonly replicas: Replicas;
  readonly ownReplicas: OwnReplicas;
  /** The name of the process among the others. */
  readonly node: string;
}

const VERIFY_RETRY_MS = 5_000;

export function readConfig<D extends ConfigDefinition>(service: string, definition: D): ServiceConfig & ConfigOf<D> {
  return { ...loadConfig(baseConfig), ...loadConfig(vaultConfig), ...loadConfig(definition), service };
}

export function newProcess<C extends ServiceConfig>(config: C): NewProcess<C> {
  const log = createLogger({ service: config.service, level: config.logLevel });
  const readiness = new Readiness();
  return { config, log, readiness, parts: new ProcessParts(readiness, log) };
}

/**
 * Opens what every process needs, in this order, and waits for each as long as it takes. The rest of the order is
 * in `bootstrapService` and in the gateway: modules, then {@link joinMesh}.
 */
export async function openProcess<C extends ServiceConfig>(own: NewProcess<C>): Promise<ProcessContext<C>> {
  const { config, log, readiness, parts } = own;
  startMetrics(config.service);
  await parts.open({
    name: 'telemetry',
    open: () => startTracing({ service: config.service, otlpUrl: config.otlpUrl, ratio: config.traceRatio }),
    close: (stopTracing) => stopTracing(),
  });
  const vault = new Vault(config, log);
  const bus = await parts.open({
    name: 'broker',
    open: () => connect(config, vault, log),
    hint: 'NATS cannot be reached. Is nats-server running, and is LLMOS_NATS_URL right?',
    check: (opened) => (opened.usable ? undefined : { state: 'failed', message: 'NATS is away; reconnecting' }),
    close: (opened) => opened.close(0),
  });
  bus.onChange(() => parts.recheck());
  await parts.open({ name: 'tenant keys', open: () => vault.open(bus) });
  // The master key is read when it is first needed. This check finds a missing or wrong one before.
  void readiness.bring('master key', () => vault.keys.verify(), {
    signal: parts.signal,
    log,
    retryMs: VERIFY_RETRY_MS,
  });
  const records = await parts.open({ name: 'run records', open: () => RunRecords.open(bus, vault.atRest) });
  const nodes = await parts.open({ name: 'nodes', open: () => Nodes.open(bus) });
  const breakers = await parts.open({
    name: 'breakers',
    open: () => Breakers.open(bus, { ...breakersOf(config), log }),
    close: (opened) => opened.stop(),
  });
  const node = `${config.service}-${newRunId()}`;
  const replicas = new Replicas(bus.signs);
  parts.add('replicas', () => replicas.stop());
  const { concurrency, routing } = config;
  const ownReplicas = new OwnReplicas(routing === 'on' ? { bus, replicas, node, log, concurrency } : undefined);
  return { ...own, bus, vault, records, nodes, breakers, replicas, ownReplicas, node };
}

function breakersOf({ service, retryPercent, ...config }: ServiceConfig) {
  const { breakerVolume: volume, breakerErrorPercent: errorPercent } = config;
  const rules = { volume, errorPercent, windowMs: config.breakerWindowMs, openMs: config.breakerOpenMs };
  return { service, retryPercent, rules };
}

function connect(config: ServiceConfig, { sealers }: Vault, log: Logger): Promise<Bus> {
  return Bus.connect({
    url: config.natsUrl,
    user: config.natsUser,
    password: config.natsPassword,
    service: config.service,
    replicas: config.natsReplicas,
    sealers,
    onError: (error) => log.warn({ err: error }, 'the bus reports a problem'),
  });
}

export interface MeshMember {
  /** Where the process answers health checks. */
  readonly url: string;
  readonly capabilities: () => readonly CapabilityState[];
  /** The live runs of tenants, of a gateway. */
  readonly tenants?: () => Record<string, TenantFigures>;
  startPulling(): void;
  /** Stops pulling and waits, at most `graceMs`, for the deliveries in progress. */
  stopPulling(graceMs: number): Promise<void>;
}

/** Starts to pull work and to send heartbeats: the last parts of every process. */
export async function joinMesh(context: ProcessContext, member: MeshMember): Promise<void> {
  const { bus, parts } = context;
  await parts.open({
    name: CONSUMERS,
    open: () => member.startPulling(),
    check: () => (bus.pulling ? undefined : { state: 'loading', message: 'the consumers are being created' }),
    close: (_, graceMs) => member.stopPulling(graceMs),
  });
  parts.add('heartbeat', announce(context, member));
  process.send?.({ type: 'listening', url: member.url, node: context.node });
  context.log.info({ url: member.url, nats: bus.serverVersion }, 'started');
}

/** Shows that the process is alive, and its state every few seconds and at each change; returns a stop. */
function announce(context: ProcessContext, { url, capabilities, tenants }: MeshMember): () => Promise<void> {
  const { config, readiness, bus, nodes, log, node, parts } = context;
  const figures = new OwnFigures();
  let left = false;
  const send = async () => {
    if (left || !bus.usable) return;
    const names = capabilities().map(({ name }) => name);
    const own = await figures.read(readiness.ready, names);
    // It may have left in the meantime, and must not come back.
    if (left) return;
    const provided = capabilities();
    const waiting = provided.filter(({ waitsFor }) => waitsFor.length > 0);
    const state: NodeState = {
      node,
      service: config.service,
      capabilities: provided.map(({ name }) => name),
      waiting: Object.fromEntries(waiting.map(({ name, waitsFor }) => [name, [...waitsFor]])),
      ready: readiness.ready,
      checks: readiness.all,
      healthUrl: url,
      pid: process.pid,
      figures: { ...own, ...(tenants ? { tenants: tenants() } : {}) },
    };
    await nodes.announce(state);
  };
  const announceState = () => {
    send().catch((error: unknown) => log.debug({ err: error }, 'heartbeat not sent'));
  };
  readiness.onChange(announceState);
  const sign = () => nodes.sign({ service: config.service, node });
  const turn = () => {
    figures.turned(SIGN_EVERY_MS);
    sign();
  };
  const timers = [setInterval(announceState, STATE_EVERY_MS), setInterval(turn, SIGN_EVERY_MS)];
  const requests = bus.signs.onAskedToLeave(config.service, node, () => parts.askToLeave('asked by the scheduler'));
  // Before its state: a process that freezes as soon as it is ready must be missed too.
  sign();
  announceState();
  return async () => {
    left = true;
    requests.stop();
    for (const timer of timers) clearInterval(timer);
    if (bus.usable) await nodes.leave(node).catch(() => undefined);
  };
}
