import { GatewayClient } from '@llmos/client';
import {
  claim,
  findServiceApps,
  LocalSupervisor,
  LogFile,
  waitUntilReady,
  type InstanceState,
  type ReplicaCounts,
  type BrokerCount,
  type ServerProgram,
} from '@llmos/supervisor';
import { once } from 'node:events';
import { CliError, explain, isExpected } from '../cli-error.js';
import { modelsOfEnvironment, modelsToFetch } from '../models/chosen-models.js';
import { fetchModels } from '../models/fetch-models.js';
import { showPlaces } from '../terminal/places.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { askSample } from './ask.js';
import { scheduledPlace } from './backup-place.js';
import { natsServer, openStore, redisServer, showOther, type CommandContext } from './context.js';
import { wantedReplicas } from './replicas.command.js';

export interface UpOptions {
  readonly once?: boolean;
  readonly ask?: boolean;
  readonly traces?: boolean;
  readonly port?: number;
  readonly replicas?: string;
  readonly brokers?: BrokerCount;
}

const INTERRUPTED = 130;
const ASK_RETRIES = 2;

/** `llmos up`: starts everything on this machine and keeps it running until a signal. Resolves to the exit code. */
export async function up(context: CommandContext, options: UpOptions): Promise<number> {
  const stop = stopSignal();
  const replicas = wantedReplicas(context, options.replicas);
  const claimed = await claim(context.instance);
  if ('other' in claimed) return await useOther(context, options, claimed.other, stop);
  const log = new LogFile(context.instance.logFile);
  try {
    const servers = await prepare(context, stop);
    return await supervise(context, options, { ...servers, replicas, log, startedAt: claimed.own.startedAt, stop });
  } catch (error) {
    // An interrupted step can fail in any way.
    if (stop.aborted) return INTERRUPTED;
    throw error;
  } finally {
    log.close();
    context.instance.state.remove();
  }
}

/** Another supervisor has the instance: `--once` asks there. Resolves to the exit code. */
async function useOther(
  context: CommandContext,
  { once: isOnce }: UpOptions,
  other: InstanceState,
  stop: AbortSignal,
): Promise<number> {
  showOther(context.terminal, other);
  if (!isOnce) return 0;
  return other.url && (await isSampleAnswered(context, other.url, stop)) ? 0 : 1;
}

async function prepare(context: CommandContext, stop: AbortSignal): Promise<Servers> {
  const from = Date.now();
  const store = await openStore(context);
  const report = transferReport(context.terminal);
  const server = await natsServer(context, store, report, stop);
  const redis = context.config.redisUrl ? undefined : await redisServer(context, store, report, stop);
  const wanted = modelsToFetch(context.config, context.instance.models.read());
  const fetched = await fetchModels(store, wanted, report, stop);
  context.terminal.line(`✓ models are ${fetched === 0 ? 'present' : 'downloaded'} (${seconds(Date.now() - from)})`);
  return { server, redis };
}

interface Servers {
  readonly server: ServerProgram;
  /** Absent when none was found, or when somebody else runs one. */
  readonly redis: ServerProgram | undefined;
}

interface Start extends Servers {
  readonly replicas: ReplicaCounts;
  readonly log: LogFile;
  readonly startedAt: string;
  readonly stop: AbortSignal;
}

async function supervise(
  context: CommandContext,
  options: UpOptions,
  { server, redis, replicas, log, startedAt, stop }: Start,
): Promise<number> {
  const { config, instance, terminal } = context;
  const apps = findServiceApps(config.root);
  if (apps.length === 0) throw new CliError('No service is built', 'run `npm start` once');
  const report = (line: string) => terminal.line(line);
  const gatewayPort = options.port ?? config.gatewayPort;
  const { natsPort, gatewayHost, encryption, redisMemoryMb: memoryMb, searchPath } = config;
  const traces = options.traces ? config : undefined;
  const settings = {
    instance,
    log,
    apps,
    server,
    redis: redis && { program: redis, memoryMb },
    paths: config,
    models: modelsOfEnvironment(config),
    natsPort,
    brokers: options.brokers,
    gatewayHost,
    gatewayPort,
    replicas,
    searchPath,
    frozenAfterMs: config.frozenSeconds * 1_000,
    encryption,
    traces,
    startedAt,
    report,
    takeBackup: async () => (await import('./alert-backup.js')).alertBackup(context, stop),
  };
  const supervisor = new LocalSupervisor(settings);
  const from = Date.now();
  try {
    await supervisor.start(stop);
    const failOnCrashLoop = options.once === true;
    const members = await waitUntilReady(supervisor, { signal: stop, report, failOnCrashLoop, logFile: log.path });
    report(`✓ everything is ready (${seconds(Date.now() - from)})`);
    const { gatewayUrl: gateway, brokerUrl: broker, tracesUrl } = supervisor;
    showPlaces(terminal, { gateway, wantedPort: gatewayPort, members, broker, traces: tracesUrl, log: log.path });
    if (options.ask || options.once) {
      if (!gateway) throw new CliError('No gateway is built', 'run `npm start`');
      const isAnswered = await isSampleAnswered(context, gateway, stop);
      if (isAnswered) showNextSteps(report, gateway, log.path, tracesUrl);
      if (options.once) return isAnswered ? 0 : 1;
    }
    report('\nCtrl-C stops everything.');
    await Promise.all([stop.aborted || once(stop, 'abort'), backUp(context, stop)]);
    return 0;
  } finally {
    const from = Date.now();
    await supervisor.stop();
    report(`✓ everything has stopped (${seconds(Date.now() - from)})`);
  }
}

async function isSampleAnswered(context: CommandContext, gateway: string, stop: AbortSignal): Promise<boolean> {
  const { config, terminal } = context;
  const client = new GatewayClient(gateway, { apiKey: config.apiKey, signal: stop, retries: ASK_RETRIES });
  try {
    await askSample(client, config.samplesDir, terminal);
    return true;
  } catch (error) {
    if (stop.aborted || !isExpected(error)) throw error;
    terminal.line(`✗ ${explain(error)}`);
    return false;
  }
}

/** Takes backups until the signal, if the settings say how often. */
async function backUp(context: CommandContext, stop: AbortSignal): Promise<void> {
  const { config } = context;
  if (config.backupEveryMs === undefined || stop.aborted) return;
  const { scheduledBackup } = await import('./backup.command.js');
  const into = scheduledPlace(context);
  await scheduledBackup(context, { into, keep: config.backupKeep, every: config.backupEveryMs }, stop);
}

function showNextSteps(report: (line: string) => void, gateway: string, log: string, traces?: string): void {
  const question = 'How do I change my PIN?';
  const body = JSON.stringify({ name: 'customer_service', text: question });
  report(`\nNext     curl -H 'content-type: application/json' -d '${body}' ${gateway}/serving/process`);
  report(`         npx llmos call customer_service --text "${question}"`);
  report(`         README.md and docs/ · log: ${log}${traces ? ` · traces: ${traces}` : ''}`);
}
