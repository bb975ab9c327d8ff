import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { waitFor } from '@llmos/testing';

interface Suite {
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  note: string;
}
interface Totals {
  suiteTotals(name: string, report: object | undefined, durationMs: number): Suite;
  checkTotals(name: string, succeeded: boolean, durationMs: number): Suite;
  sumTotals(suites: Suite[]): { passed: number; failed: number; skipped: number };
  summaryTable(suites: Suite[]): string;
  lastLine(totals: { passed: number; failed: number }): string;
}
interface Fingerprint {
  sourceFiles(root: string): string[];
  quickPrint(root: string, files: string[]): string;
  contentPrint(root: string, files: string[]): string;
  builtProjects(root: string): string[];
}

interface Changed {
  whatChanged(
    root: string,
    affectedSince: (commit: string) => Promise<string[]>,
    base?: string,
  ): Promise<{ from: string; everything: boolean; projects: string[]; specs: string[] }>;
}

// The set-up is plain JavaScript, because it runs before the build.
const load = async <T>(name: string) => (await import(new URL(name, import.meta.url).pathname)) as T;

describe('The test totals', () => {
  const report = {
    success: true,
    numPassedTests: 7,
    numFailedTests: 0,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: 1,
    numTodoTests: 2,
  };

  it('count passed, failed and skipped tests', async () => {
    const { suiteTotals } = await load<Totals>('./totals.mjs');
    expect(suiteTotals('unit', report, 5)).toMatchObject({ passed: 7, failed: 0, skipped: 3 });
    expect(suiteTotals('unit', { ...report, success: false, numFailedTests: 2 }, 5)).toMatchObject({
      passed: 7,
      failed: 2,
    });
  });

  it('count a file that could not run, a suite without results and a failed run as failures', async () => {
    const { suiteTotals } = await load<Totals>('./totals.mjs');
    expect(suiteTotals('unit', { ...report, success: false, numRuntimeErrorTestSuites: 1 }, 5)).toMatchObject({
      passed: 7,
      failed: 1,
      note: '1 file could not run',
    });
    expect(suiteTotals('e2e', undefined, 5)).toMatchObject({ passed: 0, failed: 1 });
    expect(suiteTotals('e2e', { ...report, success: false }, 5)).toMatchObject({
      failed: 1,
      note: 'failed as a whole',
    });
  });

  it('sum up all suites in the last line', async () => {
    const { checkTotals, lastLine, suiteTotals, summaryTable, sumTotals } = await load<Totals>('./totals.mjs');
    const suites = [
      checkTotals('lint', true, 1_200),
      checkTotals('type-check', false, 800),
      suiteTotals('unit', report, 5_000),
    ];
    expect(lastLine(sumTotals(suites))).toBe('8 passed, 1 failed');
    expect(summaryTable(suites).split('\n')[3]).toBe('unit             7       0        3  5.0 s');
  });
});

describe('The build stamp', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'llmos-setup-'));
    mkdirSync(join(root, 'libs', 'a', 'src', 'deep'), { recursive: true });
    mkdirSync(join(root, 'apps', 'b', 'src'), { recursive: true });
    mkdirSync(join(root, 'apps', 'empty', 'src'), { recursive: true });
    for (const file of [
      'libs/a/src/index.ts',
      'libs/a/src/deep/x.ts',
      'libs/a/src/index.spec.ts',
      'apps/b/src/main.ts',
      '.swcrc',
    ])
      writeFileSync(join(root, file), 'old');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('covers sources but not specs', async () => {
    const { builtProjects, sourceFiles } = await load<Fingerprint>('./fingerprint.mjs');
    expect(sourceFiles(root).map((file) => file.slice(root.length + 1))).toEqual([
      '.swcrc',
      'apps/b/src/main.ts',
      'libs/a/src/deep/x.ts',
      'libs/a/src/index.ts',
    ]);
    expect(builtProjects(root)).toEqual(['libs/a', 'apps/b']);
  });

  it('changes with the content of a file, and only its quick print with the modification time', async () => {
    const { contentPrint, quickPrint, sourceFiles } = await load<Fingerprint>('./fingerprint.mjs');
    const files = sourceFiles(root);
    const [quick, content] = [quickPrint(root, files), contentPrint(root, files)];
    utimesSync(join(root, 'apps/b/src/main.ts'), 1, 1);
    expect(quickPrint(root, files)).not.toBe(quick);
    expect(contentPrint(root, files)).toBe(content);
    writeFileSync(join(root, 'apps/b/src/main.ts'), 'new');
    expect(contentPrint(root, files)).not.toBe(content);
  });
});

describe('The installation of the dependencies', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'llmos-install-'));
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'package-lock.json'), '{}');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Installs with a program in the place of npm, in a process of its own. */
  function install(npmSource: string) {
    const [npm, script] = [join(root, 'npm.js'), join(root, 'install.mjs')];
    writeFileSync(npm, npmSource);
    const module = new URL('./dependencies.mjs', import.meta.url).href;
    writeFileSync(
      script,
      `import { installDependencies } from '${module}'; await installDependencies(${JSON.stringify(root)}, () => {});`,
    );
    return spawn(process.execPath, [script], { env: { ...process.env, npm_execpath: npm }, stdio: 'pipe' });
  }

  it('ends at once on Ctrl-C, although npm would first finish and then undo its work', async () => {
    const stubborn = `for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
      require('node:fs').writeFileSync('npm.pid', String(process.pid));
      setInterval(() => {}, 1_000);`;
    const installing = install(stubborn);
    const output = text(installing.stdout);
    const closed = once(installing, 'close');
    const pid = await waitFor('npm to run', () => {
      const file = join(root, 'npm.pid');
      return existsSync(file) && (Number(readFileSync(file, 'utf8')) || undefined);
    });
    installing.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(await output).toContain('Interrupted');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is repeated after an interruption, even if the lockfile is the earlier one again', async () => {
    await once(install(''), 'close');
    const stamp = join(root, 'node_modules', '.llmos-lock');
    expect(existsSync(stamp)).toBe(true);
    writeFileSync(join(root, 'package-lock.json'), '{"changed":true}');
    await once(install(`process.kill(process.pid, 'SIGKILL')`), 'close');
    expect(existsSync(stamp)).toBe(false);
  });
});

describe('The set-up lock', () => {
  it('serialises concurrent set-ups and replaces a stale lock', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmos-lock-'));
    try {
      const [script, lock, order] = ['setup.mjs', 'setup.lock', 'order'].map((name) => join(folder, name));
      const module = new URL('./lock.mjs', import.meta.url).href;
      const work = `appendFileSync(${JSON.stringify(order)}, 'in '); await sleep(50); appendFileSync(${JSON.stringify(order)}, 'out ');`;
      writeFileSync(
        script!,
        `import { appendFileSync } from 'node:fs'; import { setTimeout as sleep } from 'node:timers/promises'; import { withLock } from '${module}'; await withLock(${JSON.stringify(lock)}, async () => { ${work} });`,
      );
      writeFileSync(lock!, JSON.stringify({ pid: 2 ** 30 }));
      const codes = await Promise.all([1, 2, 3].map(() => once(spawn(process.execPath, [script!]), 'exit')));
      expect(codes.map(([code]: unknown[]) => code)).toEqual([0, 0, 0]);
      expect(readFileSync(order!, 'utf8')).toBe('in out in out in out ');
      expect(readdirSync(folder).sort()).toEqual(['order', 'setup.mjs']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('npm test -- --changed', () => {
  let root: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: root,
      encoding: 'utf8',
    }).trim();
  const changed = async (base?: string) => {
    const { whatChanged } = await load<Changed>('./changed.mjs');
    return whatChanged(root, (commit) => Promise.resolve([`affected since ${commit}`]), base);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'llmos-changed-'));
    for (const folder of ['libs/a/src', 'test/e2e', 'docs']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'libs/a/src/index.ts'), '');
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('runs nothing without changes', async () => {
    expect(await changed()).toMatchObject({ everything: false, projects: [], specs: [] });
  });

  it('runs the tests of affected projects, including new files, and changed end-to-end tests', async () => {
    const first = git('rev-parse', 'HEAD');
    writeFileSync(join(root, 'libs/a/src/new.ts'), '');
    writeFileSync(join(root, 'docs/page.md'), '');
    git('add', '.');
    git('commit', '--quiet', '-m', 'second');
    writeFileSync(join(root, 'test/e2e/line.spec.ts'), '');
    expect(await changed(first)).toEqual({
      from: first,
      everything: false,
      projects: [`affected since ${first}`],
      specs: ['test/e2e/line.spec.ts'],
    });
  });

  it('runs the specs that use a changed suite, example or helper', async () => {
    mkdirSync(join(root, 'examples'));
    for (const file of ['test/e2e/line.suite.ts', 'examples/01.ts']) writeFileSync(join(root, file), '');
    expect(await changed()).toMatchObject({ everything: false, specs: ['test/e2e/instance.spec.ts'] });
    writeFileSync(join(root, 'test/e2e/instance.ts'), '');
    expect((await changed()).specs).toContain('test/e2e/');
  });

  it('runs everything after a change of a file that any test may read', async () => {
    writeFileSync(join(root, 'package.json'), '{}');
    expect(await changed()).toMatchObject({ everything: true });
  });

  it('reports a commit that git does not know', async () => {
    await expect(changed('no-such-branch')).rejects.toThrow("git does not know 'no-such-branch'");
  });
});
