#!/usr/bin/env node
// Prepares a checkout, then runs a command: `node tools/setup.mjs start|test|bench [flags]`.
// Node built-ins only, and nothing newer than Node 18: it runs before anything is installed.
import { join } from 'node:path';
import { build } from './setup/build.mjs';
import { runChild } from './setup/child.mjs';
import { installDependencies } from './setup/dependencies.mjs';
import { withLock } from './setup/lock.mjs';
import { cliMain, projectNode, root, toolEnvironment } from './setup/runtime.mjs';
import { SetupError, say, step } from './setup/say.mjs';
import { clearResults, fetchTestFiles, runTests, testEnvironment } from './setup/tests.mjs';
import { lastLine } from './setup/totals.mjs';

const SAMPLES = ['moonshine-samples'];

async function prepare() {
  await withLock(join(root, '.llmos', 'setup.lock'), async (noteChild) => {
    await step('dependencies', () => installDependencies(root, noteChild));
    await step('Node', async () => `Node ${await versionOf(projectNode())}`);
    await step('build', () => build(root, projectNode(), noteChild));
  });
  return projectNode();
}

async function versionOf(node) {
  const { output } = await runChild(node, ['--version'], { quiet: true });
  return output.trim().replace(/^v/, '');
}

const commands = {
  async start(flags) {
    const node = await prepare();
    return (
      await runChild(node, ['--enable-source-maps', cliMain, 'up', '--ask', ...flags], {
        cwd: root,
        env: toolEnvironment(node),
        tether: true,
      })
    ).code;
  },
  async test(flags) {
    clearResults();
    const node = await prepare();
    await fetchTestFiles(node, SAMPLES);
    return runTests(node, flags);
  },
  async bench(flags) {
    const node = await prepare();
    await fetchTestFiles(node, SAMPLES);
    const args = [
      '--enable-source-maps',
      '--disable-warning=ExperimentalWarning',
      join(root, 'test', 'bench', 'run.ts'),
      ...flags,
    ];
    return (await runChild(node, args, { cwd: root, env: testEnvironment(node) })).code;
  },
};

const [name = 'start', ...flags] = process.argv.slice(2);
try {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new SetupError(`Unknown command '${name}': use start, test or bench.`);
  process.exitCode = await command(flags);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`✗ ${error.message}`);
  // Nothing was tested: a reader of the last line must not take that for success.
  if (name === 'test') say(lastLine({ passed: 0, failed: 1 }));
  process.exitCode = 1;
}
