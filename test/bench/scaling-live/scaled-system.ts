import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedSystem, type Sent, type SystemOptions } from '../../e2e/supervised-system.ts';

const COPIED = ['screen_text', 'scaling'];
/** The language model alone: no pipeline of this repository has only this step. */
const WRITE = `name: write
version: 1
deadlineMs: 60000
input: { text: { type: string, required: true } }
steps: [{ id: written, uses: generation.answer, with: { question: '\${input.text}', grounding: 'off' } }]
result: \${written.text}
`;

export interface TimedReply extends Sent {
  readonly ms: number;
}

export interface ScalingDecision {
  readonly at: string;
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** The gateway, the scheduler and the scaled services, with the few pipelines that the benchmark calls. */
export class ScaledSystem {
  private readonly system: SupervisedSystem;
  private readonly pipelinesDir: string;

  private constructor(system: SupervisedSystem, pipelinesDir: string) {
    this.system = system;
    this.pipelinesDir = pipelinesDir;
  }

  static async start(options: Required<Pick<SystemOptions, 'rules' | 'environments'>>): Promise<ScaledSystem> {
    const pipelinesDir = writePipelines();
    const services = ['scheduler', ...Object.keys(options.rules)];
    const system = await SupervisedSystem.start({ ...options, services, pipelinesDir, probe: { name: 'scaling' } });
    return new ScaledSystem(system, pipelinesDir);
  }

  /** Runs a pipeline and waits for its reply. */
  async send(body: object): Promise<TimedReply> {
    const from = performance.now();
    const sent = await this.system.send(body);
    return { ...sent, ms: performance.now() - from };
  }

  /** What the scheduler did, the first change first. */
  async scaling(action: 'show' | 'pause' | 'resume'): Promise<ScalingDecision[]> {
    const { outcome, details } = await this.send({ name: 'scaling', action });
    if (outcome !== '200') throw new Error(`scaling was answered with ${outcome}`);
    return (details as { decisions: ScalingDecision[] }).decisions.toReversed();
  }

  /** Processes of a service: those that take work, and all that there are. */
  replicas(service: string): { readonly ready: number; readonly all: number } {
    const { services } = this.system.instance.state.read() ?? { services: [] };
    return {
      ready: this.system.replicasOf(service).filter(({ pid, url }) => pid && url).length,
      all: services.filter((each) => each.service === service).length,
    };
  }

  async stop(): Promise<void> {
    await this.system.stop();
    rmSync(this.pipelinesDir, { recursive: true });
  }
}

function writePipelines(): string {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-pipelines-'));
  for (const name of COPIED) cpSync(join('deploy/pipelines', `${name}.yaml`), join(folder, `${name}.yaml`));
  writeFileSync(join(folder, 'write.yaml'), WRITE);
  return folder;
}
