import { loadCapabilities } from '@llmos/contracts';
import { parsePipeline, PipelineError } from '@llmos/pipeline';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CliError } from '../cli-error.js';
import type { CommandContext } from './context.js';

/** Checks pipeline files as the gateway does at load: those named, or all of `deploy/pipelines`. Exit code 1 on faults. */
export async function checkPipelines({ config, terminal }: CommandContext, named: readonly string[]): Promise<number> {
  const files = named.length > 0 ? named : pipelineFiles(join(config.root, 'deploy', 'pipelines'));
  const capabilities = await loadCapabilities();
  const names = new Map<string, string>();
  let faults = 0;
  for (const file of files) {
    if (!existsSync(file)) throw new CliError(`There is no file ${file}`);
    if (statSync(file).isDirectory())
      throw new CliError(`${file} is a folder`, `name the files in it, such as ${join(file, '*.yaml')}`);
    const shown = relative(process.cwd(), file);
    try {
      const { name, version, steps } = parsePipeline(readFileSync(file, 'utf8'), shown, capabilities);
      const twin = names.get(name);
      if (twin)
        throw new PipelineError(shown, [{ line: 1, path: 'name', message: `'${name}' is the name of ${twin} too` }]);
      names.set(name, shown);
      terminal.line(`✓ ${shown}: ${name} version ${version}, ${steps.length} step${steps.length === 1 ? '' : 's'}`);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      faults += error.faults.length;
      terminal.line(error.message);
    }
  }
  if (faults > 0) terminal.line(`✗ ${faults} fault${faults === 1 ? '' : 's'}`);
  return faults === 0 ? 0 : 1;
}

function pipelineFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => join(folder, file));
}
