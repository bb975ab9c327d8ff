#!/usr/bin/env node
// The `llmos` command. Any Node can start it; it runs on the project's own Node.
import { existsSync } from 'node:fs';
import { runChild } from './tools/setup/child.mjs';
import { cliMain, findNode, toolEnvironment } from './tools/setup/runtime.mjs';

const node = findNode();
if (!node || !existsSync(cliMain)) {
  process.stderr.write('llmos is not set up yet: run `npm start` (or `npm test`) in the repository once.\n');
  process.exitCode = 1;
} else if (node === process.execPath) {
  await import('./apps/cli/dist/main.js');
} else {
  const args = ['--enable-source-maps', cliMain, ...process.argv.slice(2)];
  process.exitCode = (await runChild(node, args, { env: toolEnvironment(node), tether: true })).code;
}
