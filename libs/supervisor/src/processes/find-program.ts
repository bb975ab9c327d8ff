import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The path of a program in a list of folders such as PATH; undefined when no folder has it. */
export function findProgram(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The output of a program; undefined when it cannot be run, fails, or takes more than 10 s. */
export async function outputOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, [...args], { timeout: 10_000 });
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

/** The path of the docker client, if a daemon answers it. */
export async function findDocker(searchPath: string): Promise<string | undefined> {
  const docker = findProgram('docker', searchPath);
  if (!docker) return undefined;
  return (await outputOf(docker, ['version', '--format', '{{.Server.Version}}'])) === undefined ? undefined : docker;
}
