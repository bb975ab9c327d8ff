import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runStep } from './child.mjs';
import { builtProjects, contentPrint, quickPrint, sourceFiles } from './fingerprint.mjs';
import { toolEnvironment, tool } from './runtime.mjs';
import { SetupError } from './say.mjs';

/** Builds what changed since the last build; without changes it costs one stat per source file. */
export async function build(root, node, noteChild) {
  const stamp = join(root, '.llmos', 'build.json');
  const files = sourceFiles(root);
  const quick = quickPrint(root, files);
  const last = readStamp(stamp);
  const complete = builtProjects(root).every((project) =>
    ['index.js', 'main.js'].some((entry) => existsSync(join(root, project, 'dist', entry))),
  );
  if (complete && last.quick === quick) return 'build is up to date';
  const content = contentPrint(root, files);
  const unchanged = complete && last.content === content;
  if (!unchanged) await runBuild(root, node, noteChild);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, JSON.stringify({ quick, content }));
  return unchanged ? 'build is up to date' : 'built what changed';
}

async function runBuild(root, node, noteChild) {
  const args = [tool('nx'), 'run-many', '-t', 'build', '--parallel=2', '--outputStyle=static'];
  const { code, output } = await runStep(node, args, {
    cwd: root,
    env: toolEnvironment(node),
    quiet: true,
    onStart: noteChild,
  });
  if (code !== 0)
    throw new SetupError(`${output.trim()}\n\nThe build failed (exit code ${code}); see the lines above.`);
}

function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}
