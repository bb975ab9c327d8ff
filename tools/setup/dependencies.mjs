import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './child.mjs';
import { digest } from './fingerprint.mjs';
import { SetupError } from './say.mjs';

/** Installs the lockfile if it has changed. Without a stamp, so after an interruption, the installation is repeated. */
export async function installDependencies(root, noteChild) {
  const stamp = join(root, 'node_modules', '.llmos-lock');
  const wanted = digest([readFileSync(join(root, 'package-lock.json'))]);
  const present = existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted;
  if (!present) {
    rmSync(stamp, { force: true });
    await npmCi(root, noteChild);
    writeFileSync(stamp, `${wanted}\n`);
  }
  linkCommand(root);
  return present ? 'dependencies are up to date' : 'dependencies installed';
}

async function npmCi(root, noteChild) {
  // Inside `npm start` these are the npm and the Node of the user.
  const npm = process.env.npm_execpath;
  const viaNode = npm && /\.c?js$/.test(npm) && existsSync(npm);
  const node =
    process.env.npm_node_execpath && existsSync(process.env.npm_node_execpath)
      ? process.env.npm_node_execpath
      : process.execPath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const [program, given] = viaNode ? [node, [npm, ...args]] : ['npm', args];
  // npm would answer a signal by unpacking the rest and then deleting everything, which takes half a minute.
  // The next `npm ci` deletes it anyway, and npm moves only complete downloads into its cache.
  const options = { cwd: root, quiet: true, onStart: noteChild, stopWith: 'SIGKILL' };
  const { code, output } = await runStep(program, given, options).catch((error) => {
    throw new SetupError(`npm could not be started (${error.message}): install Node.js with npm, then run this again.`);
  });
  if (code !== 0)
    throw new SetupError(
      `${output.trim()}\n\nInstalling the dependencies failed (npm ci, exit code ${code}). Run this again; npm's cache keeps completed downloads.`,
    );
}

/** npm links only the commands of installed packages, not those of the root package: `npx llmos` needs this link. */
function linkCommand(root) {
  const folder = join(root, 'node_modules', '.bin');
  const link = join(folder, 'llmos');
  if (existsSync(link)) return;
  mkdirSync(folder, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync('../../llmos.mjs', link);
}
