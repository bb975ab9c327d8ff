import { LlmosError, loadCapabilities, type Pipeline } from '@llmos/contracts';
import { CONFIG } from '@llmos/mesh';
import { isPipelineFile, parsePipelineFiles, PipelineError } from '@llmos/pipeline';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { GatewayConfig } from './gateway.config.js';

/** The pipelines of `deploy/pipelines/`, read and checked at the start. */
@Injectable()
export class PipelinesService implements OnModuleInit {
  private readonly pipelines = new Map<string, Pipeline>();

  constructor(@Inject(CONFIG) private readonly config: GatewayConfig) {}

  /** @throws PipelineError with every fault of every file. */
  async onModuleInit(): Promise<void> {
    const { root, pipelinesDir } = this.config;
    const names = (await readdir(pipelinesDir)).filter(isPipelineFile).sort();
    const read = async (name: string) => ({
      name: relative(root, join(pipelinesDir, name)),
      text: await readFile(join(pipelinesDir, name), 'utf8'),
    });
    const { pipelines, faults } = parsePipelineFiles(await Promise.all(names.map(read)), await loadCapabilities());
    if (faults.length > 0) throw new PipelineError(faults);
    for (const pipeline of pipelines.values()) this.pipelines.set(pipeline.name, pipeline);
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
