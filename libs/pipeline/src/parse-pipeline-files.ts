import type { Capability, Pipeline } from '@llmos/contracts';
import { parsePipeline, PipelineError, type PipelineFault } from './parse-pipeline.js';

export interface PipelineFile {
  /** Shown in faults. */
  readonly name: string;
  readonly text: string;
}

export interface ParsedPipelineFiles {
  /** The pipelines of the files without faults, by file name. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Every fault of every file. */
  readonly faults: readonly PipelineFault[];
}

/** Whether a file in the folder of the pipelines is one: `.yaml` or `.yml`. */
export function isPipelineFile(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

/** Parses a set of pipeline files, such as a folder. Two pipelines of one name are a fault of the later file. */
export function parsePipelineFiles(
  files: Iterable<PipelineFile>,
  capabilities: ReadonlyMap<string, Capability>,
): ParsedPipelineFiles {
  const pipelines = new Map<string, Pipeline>();
  const faults: PipelineFault[] = [];
  const fileOf = new Map<string, string>();
  for (const { name: file, text } of files) {
    try {
      const pipeline = parsePipeline(text, file, capabilities);
      const { name } = pipeline;
      const other = fileOf.get(name);
      if (other !== undefined) {
        faults.push({ file, line: lineOfName(text), path: 'name', message: `${other} has the name '${name}' already` });
        continue;
      }
      fileOf.set(name, file);
      pipelines.set(file, pipeline);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      faults.push(...error.faults);
    }
  }
  return { pipelines, faults };
}

function lineOfName(text: string): number {
  return text.split('\n').findIndex((line) => line.startsWith('name:')) + 1 || 1;
}
