import { LlmosError, loadCapabilities, type Pipeline } from '@llmos/contracts';
import { CONFIG } from '@llmos/mesh';
import { parsePipeline } from '@llmos/pipeline';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConfig } from './gateway.config.js';

/** The pipelines of `deploy/pipelines/`, read and checked at the start. */
@Injectable()
export class PipelinesService implements OnModuleInit {
  private readonly pipelines = new Map<string, Pipeline>();

  constructor(@Inject(CONFIG) private readonly config: GatewayConfig) {}

  /** @throws PipelineError naming the file and the line at fault. */
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

  /** @throws LlmosError UNKNOWN_PIPELINE listing the known pipelines. */
  get(name: string, field: string): Pipeline {
    const pipeline = this.pipelines.get(name);
    if (!pipeline) {
      throw new LlmosError(
        'UNKNOWN_PIPELINE',
        `There is no pipeline '${name.slice(0, 64)}'. The pipelines are: ${[...this.pipelines.keys()].join(', ')}.`,
        { field },
      );
    }
    return pipeline;
  }
}
