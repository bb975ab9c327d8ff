import { loadCapabilities } from '@llmos/contracts';
import { isPipelineFile, parsePipelineFiles, PipelineError, type PipelineFile } from '@llmos/pipeline';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CliError } from '../cli-error.js';
import type { CommandContext } from './context.js';

/** Checks the named pipeline files, or all of them, as the gateway does at its start. Exit code 1 on faults. */
export async function checkPipelines({ config, terminal }: CommandContext, named: readonly string[]): Promise<number> {
  const files = named.length > 0 ? named : pipelineFiles(config.pipelinesDir);
  const { pipelines, faults } = parsePipelineFiles(files.map(readPipelineFile), await loadCapabilities());
  for (const [file, { name, version, steps }] of pipelines)
    terminal.line(`✓ ${file}: ${name} version ${version}, ${steps.length} step${steps.length === 1 ? '' : 's'}`);
  if (faults.length === 0) return 0;
  terminal.line(new PipelineError(faults).message);
  terminal.line(`✗ ${faults.length} fault${faults.length === 1 ? '' : 's'}`);
  return 1;
}

function readPipelineFile(file: string): PipelineFile {
  if (!existsSync(file)) throw new CliError(`There is no file ${file}`);
  if (statSync(file).isDirectory())
    throw new CliError(`${file} is a folder`, `name the files in it, such as ${join(file, '*.yaml')}`);
  return { name: relative(process.cwd(), file), text: readFileSync(file, 'utf8') };
}

function pipelineFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(isPipelineFile)
    .sort()
    .map((file) => join(folder, file));
}
