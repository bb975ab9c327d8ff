import { LlmosError, loadCapabilities, type Pipeline } from '@llmos/contracts';
import { CONFIG } from '@llmos/mesh';
import { parsePipeline } from '@llmos/pipeline';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireRole, type Caller } from './auth/api-keys.js';
import type { GatewayConfig } from './gateway.config.js';

/** The pipelines of `deploy/pipelines/`, checked when the gateway starts. */
@Injectable()
export class PipelinesService implements OnModuleInit {
  private readonly pipelines = new Map<string, Pipeline>();

  constructor(@Inject(CONFIG) private readonly config: GatewayConfig) {}

  /** @throws PipelineError naming file and line when one cannot be used. */
  async onModuleInit(): Promise<void> {
    const folder = join(this.config.root, 'deploy', 'pipelines');
    const capabilities = await loadCapabilities();
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()) {
      const pipeline = parsePipeline(
        await readFile(join(folder, file), 'utf8'),
        `deploy/pipelines/${file}`,
        capabilities,
      );
      this.pipelines.set(pipeline.name, pipeline);
    }
  }

  get all(): Pipeline[] {
    return [...this.pipelines.values()];
  }

  /** The pipeline, for whoever may run it. @throws LlmosError UNKNOWN_PIPELINE, or FORBIDDEN naming the role it needs. */
  getFor(holder: Caller, name: string, field: string): Pipeline {
    const pipeline = this.get(name, field);
    requireRole(holder, pipeline.role, `The pipeline '${name}'`);
    return pipeline;
  }

  /** @throws LlmosError UNKNOWN_PIPELINE naming those there are. */
  get(name: string, field: string): Pipeline {
    const pipeline = this.pipelines.get(name);
    if (!pipeline) {
      throw new LlmosError(
        'UNKNOWN_PIPELINE',
        `There is no pipeline '${name.slice(0, 64)}'. There are: ${[...this.pipelines.keys()].join(', ')}.`,
        { field },
      );
    }
    return pipeline;
  }
}
