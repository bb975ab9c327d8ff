import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { affectedFolders, whatChanged } from './changed.mjs';
import { runStep } from './child.mjs';
import { cliMain, root, tool, toolEnvironment } from './runtime.mjs';
import { say, SetupError } from './say.mjs';
import { checkTotals, lastLine, suiteTotals, summaryTable, sumTotals } from './totals.mjs';

const results = join(root, 'test-results');
const totalsFile = join(results, 'totals.json');
const SUITES = [
  { name: 'unit', workers: 2 },
  { name: 'integration', workers: 2 },
  { name: 'e2e', workers: 2 },
];
/** The slow tests, and the tests of which `npm test` runs only a part of the cases. */
const LONG_SUITES = [
  { name: 'long', workers: 1 },
  { name: 'integration', workers: 1, paths: ['generation/test/generation.int'], env: { LLMOS_TEST_CASES: 'all' } },
  { name: 'e2e', workers: 1, paths: ['test/e2e/instance'], env: { LLMOS_TEST_CASES: 'all' } },
];

/** Deletes the results of the last run, so that a failing set-up cannot report them. */
export function clearResults() {
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
}

/** Downloads nats-server, redis-server and the models of the tests into the store that `npm start` uses. */
export async function fetchTestFiles(node, names) {
  const { code } = await runStep(node, [cliMain, 'models', 'pull', '--default', ...names], {
    cwd: root,
    env: toolEnvironment(node),
  });
  if (code !== 0)
    throw new SetupError('The models could not be downloaded; see the lines above. Run this again to continue.');
}

/** The environment in which tests and benchmarks find them. */
export function testEnvironment(node) {
  const home = process.env.LLMOS_HOME || join(homedir(), '.cache', 'llmos');
  return toolEnvironment(node, {
    LLMOS_HOME: home,
    LLMOS_NATS_SERVER: process.env.LLMOS_NATS_SERVER || join(home, 'bin', 'nats-server'),
    LLMOS_REDIS_SERVER: process.env.LLMOS_REDIS_SERVER || join(home, 'bin', 'redis-server'),
    // The tests start the same programs hundreds of times: they compile them once.
    NODE_COMPILE_CACHE: join(home, 'compile-cache'),
  });
}

/**
 * Runs lint, the type check and every suite, even after a failure. Prints a table and, in the last line, the totals.
 * `--long` runs the slow tests instead; `--changed [commit]` runs the tests of the changed projects.
 * Resolves to the exit code.
 */
export async function runTests(node, flags) {
  const env = testEnvironment(node);
  const suites = flags.includes('--long') ? await runLong(node, env) : await runQuick(node, env, flags);
  const totals = sumTotals(suites);
  writeFileSync(totalsFile, `${JSON.stringify({ ...totals, suites }, undefined, 2)}\n`);
  say(`\n${summaryTable(suites)}\n`);
  say(lastLine(totals));
  return totals.failed === 0 ? 0 : 1;
}

async function runQuick(node, env, flags) {
  const at = flags.indexOf('--changed');
  const change =
    at < 0 ? undefined : await whatChanged(root, (base) => affectedFolders(root, node, base), flags[at + 1]);
  const only = change && !change.everything ? change : undefined;
  if (only) say(`testing what changed since ${only.from.slice(0, 8)}: ${only.projects.join(', ') || 'no project'}`);
  const suites = await Promise.all([
    // One process for all projects, because each run reads the types of all libraries. Nx creates the project graph.
    check('lint', node, [tool('nx'), 'run', 'tools:lint-all', '--outputStyle=static'], env),
    check('type-check', node, [tool('tsc'), '-p', 'tsconfig.json'], env),
  ]);
  for (const suite of SUITES) {
    const paths =
      only && (suite.name === 'e2e' ? only.specs : only.projects.map((folder) => `^${join(root, folder)}/`));
    if (paths?.length !== 0) suites.push(await jest(suite, node, env, paths));
  }
  if (only) say('\nThe end-to-end tests that did not change were not run: `npm test` runs them.');
  return suites;
}

async function runLong(node, env) {
  const suites = [];
  for (const { env: more, paths, ...suite } of LONG_SUITES)
    suites.push(await jest(suite, node, { ...env, ...more }, paths));
  return suites;
}

async function check(name, node, args, env) {
  const from = Date.now();
  const { code, output } = await runStep(node, args, { cwd: root, env, quiet: true });
  if (code !== 0) say(output.trim());
  say(code === 0 ? `✓ ${name}` : `✗ ${name} failed (exit code ${code})`);
  return checkTotals(name, code === 0, Date.now() - from);
}

/** @param paths patterns of the test files to run; the default is the whole suite */
async function jest({ name, workers }, node, env, paths) {
  const from = Date.now();
  const report = join(results, `${name}.json`);
  say(`\n${name} tests`);
  const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  // The report is complete after the last test; handles that a client library leaves open must not delay the exit.
  const flags = [
    '--selectProjects',
    name,
    '--json',
    `--outputFile=${report}`,
    `--maxWorkers=${workers}`,
    '--forceExit',
    ...(paths ? ['--passWithNoTests', '--testPathPatterns', ...paths] : []),
  ];
  await runStep(node, [...nodeFlags, tool('jest'), ...flags], { cwd: root, env });
  return suiteTotals(name, readReport(report), Date.now() - from);
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
