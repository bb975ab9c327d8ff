import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the `llmos` command as a user would, and waits for its end. */
export async function llmos(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number; output: string; errors: string }> {
  const child = spawn(process.execPath, ['llmos.mjs', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, errors };
}

/** The command against the instance of a home, and a folder for the files that it reads and writes. */
export class LlmosCommand {
  readonly folder = mkdtempSync(join(tmpdir(), 'llmos-commands-'));

  constructor(private readonly home: string) {}

  run(...args: string[]): ReturnType<typeof llmos> {
    return llmos(args, { LLMOS_HOME: this.home });
  }

  /** The figures of a command that has to succeed. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const { code, output, errors } = await this.run(...args, '--json');
    expect({ args, code, ...(code === 0 ? {} : { errors }) }).toEqual({ args, code: 0 });
    return JSON.parse(output) as Record<string, unknown>;
  }

  /** @returns the path of the new file. */
  fileWith(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
