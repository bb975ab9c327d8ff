import { GatewayClient } from '@llmos/client';
import { refuseUnfinished } from '../backup/unfinished-restore.js';
import type { NatsServer } from '../broker/nats-binary.js';
import { CliError, explain, isExpected } from '../cli-error.js';
import { LogFile } from '../instance/log-file.js';
import { DEFAULT_MODELS, fetchModels } from '../models/fetch-models.js';
import { claim } from '../supervisor/claim.js';
import { Supervisor, type MemberHealth } from '../supervisor/supervisor.js';
import { findServiceApps } from '../supervisor/service-apps.js';
import { stopSignal } from '../supervisor/stop-signal.js';
import { startTraces, type Traces } from '../supervisor/traces.js';
import { waitUntilReady } from '../supervisor/wait-until-ready.js';
import { showPlaces } from '../terminal/places.js';
import { seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { askSample } from './ask.js';
import { natsServer, openStore, type CommandContext } from './context.js';

export interface UpOptions {
  readonly once?: boolean;
  readonly ask?: boolean;
  readonly traces?: boolean;
  readonly port?: number;
}

const INTERRUPTED = 130;
const ASK_RETRIES = 2;

/** Starts everything on this machine and keeps it running until it is told to stop. Resolves to the exit code. */
export async function up(context: CommandContext, options: UpOptions): Promise<number> {
  const stop = stopSignal();
  const claimed = await claim(context);
  if (!claimed) return 0;
  try {
    return await live(context, options, claimed.startedAt, stop);
  } catch (error) {
    // Whatever an interrupted step makes of it: it was asked for.
    if (stop.aborted) return INTERRUPTED;
    throw error;
  } finally {
    context.instance.state.remove();
  }
}

async function live(
  context: CommandContext,
  options: UpOptions,
  startedAt: string,
  stop: AbortSignal,
): Promise<number> {
  const log = new LogFile(context.instance.logFile);
  const run = new UpRun(context, options, log, startedAt, stop);
  try {
    return await run.work();
  } finally {
    await run.end();
    log.close();
  }
}

/** One life of the house, from the first line to the last. */
class UpRun {
  private readonly supervisor: Supervisor;
  private traces?: Traces;

  constructor(
    private readonly context: CommandContext,
    private readonly options: UpOptions,
    private readonly log: LogFile,
    startedAt: string,
    private readonly stop: AbortSignal,
  ) {
    const { config, instance } = context;
    const apps = findServiceApps(config.root);
    if (apps.length === 0) throw new CliError('No service is built', 'run `npm start` once');
    this.supervisor = new Supervisor(
      {
        instance,
        log,
        apps,
        natsPort: config.natsPort,
        gatewayPort: options.port ?? config.gatewayPort,
        encryption: config.encryption,
        say: this.say,
        traces: () => this.traces,
      },
      startedAt,
    );
  }

  async work(): Promise<number> {
    const { terminal } = this.context;
    const server = await this.prepare();
    refuseUnfinished(this.context.instance);
    const from = Date.now();
    const natsUrl = await this.supervisor.startBroker(server, this.stop);
    this.say(`✓ ${server.found} runs (${seconds(Date.now() - from)})`);
    if (this.options.traces)
      this.traces = await startTraces({
        ...this.context.config,
        ...this.context,
        log: this.log,
        say: this.say,
        signal: this.stop,
      });
    this.supervisor.startServices(natsUrl);
    const failOnCrashLoop = this.options.once === true;
    const members = await waitUntilReady(this.supervisor, {
      signal: this.stop,
      say: this.say,
      failOnCrashLoop,
      logFile: this.log.path,
    });
    this.say(`✓ everything is ready (${seconds(Date.now() - from)})`);
    this.showPlaces(members, natsUrl);
    const answered = this.options.ask || this.options.once ? await this.ask() : true;
    if (this.options.once) return answered ? 0 : 1;
    terminal.line('\nCtrl-C stops everything.');
    await new Promise((resolve) =>
      this.stop.aborted ? resolve(undefined) : this.stop.addEventListener('abort', resolve),
    );
    return 0;
  }

  /** Stops all that was started, in order. */
  async end(): Promise<void> {
    const from = Date.now();
    await this.supervisor.stop();
    await this.traces?.stop();
    this.say(`✓ everything has stopped (${seconds(Date.now() - from)})`);
  }

  private async prepare(): Promise<NatsServer> {
    const from = Date.now();
    const store = await openStore(this.context);
    const report = transferReport(this.context.terminal);
    const server = await natsServer(this.context, store, report, this.stop);
    const fetched = await fetchModels(store, DEFAULT_MODELS, report, this.stop);
    this.say(`✓ ${fetched === 0 ? 'models are present' : `models fetched`} (${seconds(Date.now() - from)})`);
    return server;
  }

  private async ask(): Promise<boolean> {
    const { terminal, config, instance } = this.context;
    const url = this.supervisor.gatewayUrl;
    try {
      if (!url) throw new CliError('No gateway is built', 'run `npm start`');
      const client = new GatewayClient(url, { apiKey: config.apiKey, signal: this.stop, retries: ASK_RETRIES });
      await askSample(client, config.root, terminal);
    } catch (error) {
      if (this.stop.aborted || !isExpected(error)) throw error;
      terminal.line(`✗ ${explain(error)}`);
      return false;
    }
    terminal.line(
      `\nNext     curl -H 'content-type: application/json' -d '{"name":"customer_service","text":"How do I change my PIN?"}' ${url}/serving/process`,
    );
    terminal.line(`         npx llmos call customer_service --text "How do I change my PIN?"`);
    terminal.line(
      `         README.md and docs/ · log: ${instance.logFile}${this.traces?.viewUrl ? ` · traces: ${this.traces.viewUrl}` : ''}`,
    );
    return true;
  }

  private showPlaces(members: readonly MemberHealth[], broker: string): void {
    const { terminal, instance, config } = this.context;
    showPlaces(terminal, {
      gateway: this.supervisor.gatewayUrl,
      wantedPort: this.options.port ?? config.gatewayPort,
      members,
      broker,
      traces: this.traces && (this.traces.viewUrl ?? this.traces.otlpUrl),
      log: instance.logFile,
    });
  }

  private readonly say = (line: string) => this.context.terminal.line(line);
}
