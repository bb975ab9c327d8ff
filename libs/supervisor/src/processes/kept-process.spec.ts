import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { KeptProcess } from './kept-process.js';
import { launchOnLeash, releaseLeash } from './launch.js';
import { commandOf, goneWithin } from './process-identity.js';

const gone = (pid: number) => goneWithin(() => commandOf(pid) !== '', 60_000);

/** Why a program that runs this code is said to have died. */
const reasonOf = (crash: string): Promise<string> =>
  new Promise((resolve) => {
    const kept = new KeptProcess({
      launch: () => spawn(process.execPath, ['-e', crash], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] }),
      onDeath(why) {
        // A death can be seen before its output.
        if (why !== 'exit code 1') void kept.stop(1_000).then(() => resolve(why));
      },
    });
    kept.start();
  });

describe('KeptProcess', () => {
  it('restarts a program that ends, and reports the reason', async () => {
    let starts = 0;
    const deaths: string[] = [];
    let twice: () => void = () => undefined;
    const secondDeath = new Promise<void>((resolve) => (twice = resolve));
    const kept = new KeptProcess({
      launch: () => {
        starts++;
        return spawn(process.execPath, ['-e', 'console.error("fatal: no model here"); process.exit(3)'], {
          detached: true,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
      },
      onDeath: (reason) => deaths.push(reason) === 2 && twice(),
    });
    kept.start();
    await secondDeath;
    await kept.stop(1_000);
    expect(starts).toBe(2);
    expect(deaths[0]).toContain('exit code 3');
  });

  it('reports an error of any class as the reason, instead of what Node.js prints after it', async () => {
    const crash = 'class PipelineError extends Error { name = "PipelineError" }; throw new PipelineError("no step")';
    expect(await reasonOf(crash)).toBe('exit code 1: PipelineError: no step');
  });

  it('reports what an error lists below its first line', async () => {
    const crash = 'throw new Error("These settings are invalid:\\n  A: expected at least 60\\n  B: expected number")';
    expect(await reasonOf(crash)).toBe(
      'exit code 1: Error: These settings are invalid: A: expected at least 60; B: expected number',
    );
  });

  it('does not restart a stopped program, and kills one that ignores SIGTERM', async () => {
    let listening: () => void = () => undefined;
    const up = new Promise<void>((resolve) => (listening = resolve));
    const kept = new KeptProcess({
      launch: () =>
        spawn(
          process.execPath,
          ['-e', 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)'],
          { detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
        ),
      onLine: () => listening(),
      onDeath: () => undefined,
    });
    kept.start();
    await up;
    const pid = kept.pid!;
    await kept.stop(100);
    expect(await gone(pid)).toBe(true);
    expect(kept.pid).toBeUndefined();
  });
});

describe('launchOnLeash', () => {
  it('ends the program when it is released, and passes on its output and its exit code', async () => {
    const child = launchOnLeash([
      process.execPath,
      '-e',
      'process.on("SIGTERM", () => process.exit(7)); console.log(process.pid); setInterval(() => {}, 1000)',
    ]);
    const [first] = (await once(child.stdout!, 'data')) as [Buffer];
    releaseLeash(child);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(7);
    expect(await gone(Number(first.toString()))).toBe(true);
  });

  it('ends the program when the process that started it is killed', async () => {
    const launch = new URL('../../dist/processes/launch.js', import.meta.url).href;
    const holder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { launchOnLeash } from '${launch}'; launchOnLeash(['sleep', '600']);` +
          "setTimeout(() => console.log('up'), 200); setInterval(() => {}, 1000)",
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(holder.stdout, 'data');
    const leashed = await childrenOf(holder.pid!);
    expect(leashed).toHaveLength(1);
    const [sleeping] = (await childrenOf(leashed[0]!)).filter((pid) => commandOf(pid).startsWith('sleep'));
    holder.kill('SIGKILL');
    expect(await gone(sleeping!)).toBe(true);
    expect(await gone(leashed[0]!)).toBe(true);
  });
});

async function childrenOf(pid: number): Promise<number[]> {
  const ps = spawn('ps', ['-e', '-o', 'pid=,ppid=']);
  let text = '';
  ps.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(ps, 'close');
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid ? [child!] : []));
}
