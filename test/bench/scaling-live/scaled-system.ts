import { findServiceApps, Instance, LocalSupervisor, LogFile, waitUntilReady } from '@llmos/supervisor';
import { natsServerPath } from '@llmos/testing';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { shareModels } from '../../e2e/instance.ts';

const READY_WITHIN_MS = 180_000;
const COPIED = ['screen_text', 'scaling'];
/** The language model alone: no pipeline of this repository has only this step. */
const WRITE = `name: write
version: 1
deadlineMs: 60000
input: { text: { type: string, required: true } }
steps: [{ id: written, uses: generation.answer, with: { question: '\${input.text}', grounding: 'off' } }]
result: \${written.text}
`;

export interface SystemOptions {
  /** The services that are scaled, by their rules in a scaling file. */
  readonly rules: Readonly<Record<string, object>>;
  /** Settings of the processes of a service. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Sent {
  /** `200`, or the status and the error's code. */
  readonly outcome: string;
  readonly ms: number;
  readonly details: unknown;
}

export interface ScalingDecision {
  readonly at: string;
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** The gateway, the scheduler and the scaled services, as `llmos up` runs them with a scaling file, in a home of their own. */
export class ScaledSystem {
  private readonly home: string;
  private readonly instance: Instance;
  private readonly supervisor: LocalSupervisor;
  private readonly log: LogFile;

  private constructor(home: string, instance: Instance, supervisor: LocalSupervisor, log: LogFile) {
    this.home = home;
    this.instance = instance;
    this.supervisor = supervisor;
    this.log = log;
  }

  static async start({ rules, environments }: SystemOptions): Promise<ScaledSystem> {
    const root = process.cwd();
    const home = mkdtempSync(join(tmpdir(), 'llmos-scaling-live-'));
    shareModels(home);
    const scalingFile = join(home, 'scaling.yaml');
    writeFileSync(scalingFile, stringify({ services: rules }));
    const instance = new Instance(home, root);
    const log = new LogFile(instance.logFile);
    const names = ['gateway', 'scheduler', ...Object.keys(rules)];
    const supervisor = new LocalSupervisor({
      ...{ instance, log, apps: findServiceApps(root).filter(({ name }) => names.includes(name)) },
      server: {
        command: () => [natsServerPath()],
        removeLeftover: () => undefined,
        ...{ sharesSockets: true, found: 'nats-server' },
      },
      paths: {
        pipelinesDir: pipelinesIn(home, root),
        catalogPath: join(root, 'deploy/models.yaml'),
        samplesDir: join(root, 'deploy/samples'),
      },
      ...{ gatewayPort: 0, encryption: true, startedAt: new Date().toISOString(), report: () => undefined },
      // Replicas share the processors, as under `llmos up`.
      searchPath: process.env['PATH'] ?? '',
      environmentOf: (name): Record<string, string> => ({
        LLMOS_SCALING_FILE: scalingFile,
        ...environments[name.replace(/-\d+$/, '')],
      }),
    });
    const system = new ScaledSystem(home, instance, supervisor, log);
    await system.ready().catch(async (error: unknown) => {
      await system.stop();
      throw error;
    });
    return system;
  }

  /** Runs a pipeline and waits for its reply. */
  async send(body: object): Promise<Sent> {
    const from = performance.now();
    const reply = await fetch(`${this.supervisor.gatewayUrl}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then(
      async (response) => {
        const { error, details } = (await response.json()) as { error?: { code: string }; details?: unknown };
        return { outcome: error ? `${response.status} ${error.code}` : String(response.status), details };
      },
      (error: Error) => ({ outcome: String(error.cause ?? error), details: undefined }),
    );
    return { ...reply, ms: performance.now() - from };
  }

  /** What the scheduler did, the first change first. */
  async scaling(action: 'show' | 'pause' | 'resume'): Promise<ScalingDecision[]> {
    const { outcome, details } = await this.send({ name: 'scaling', action });
    if (outcome !== '200') throw new Error(`scaling was answered with ${outcome}`);
    return (details as { decisions: ScalingDecision[] }).decisions.toReversed();
  }

  /** Processes of a service: those that take work, and all that there are. */
  replicas(service: string): { readonly ready: number; readonly all: number } {
    const own = (this.instance.state.read()?.services ?? []).filter((each) => each.service === service);
    const ready = own.filter(({ phase, pid, url }) => phase === undefined && pid && url);
    return { ready: ready.length, all: own.length };
  }

  async stop(): Promise<void> {
    await this.supervisor.stop();
    this.log.close();
    rmSync(this.home, { recursive: true });
  }

  private async ready(): Promise<void> {
    const signal = AbortSignal.timeout(READY_WITHIN_MS);
    await this.supervisor.start(signal);
    const status = async () => (await this.supervisor.status()).filter(({ name }) => name !== 'gateway');
    const report = () => undefined;
    await waitUntilReady({ crashing: [], status }, { signal, report, failOnCrashLoop: false, logFile: this.log.path });
    while ((await this.send({ name: 'scaling' })).outcome !== '200') await pause(100, undefined, { signal });
  }
}

function pipelinesIn(home: string, root: string): string {
  const folder = join(home, 'pipelines');
  mkdirSync(folder);
  for (const name of COPIED) cpSync(join(root, 'deploy/pipelines', `${name}.yaml`), join(folder, `${name}.yaml`));
  writeFileSync(join(folder, 'write.yaml'), WRITE);
  return folder;
}
