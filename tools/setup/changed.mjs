import { dirname } from 'node:path';
import { runChild } from './child.mjs';
import { tool, toolEnvironment } from './runtime.mjs';
import { SetupError } from './say.mjs';

/** Files outside the projects that no test reads. */
const UNTESTED = /^(docs\/|\.github\/|[^/]+\.md$|LICENSE$|NOTICE$)/;
const PROJECT = /^(?:apps|libs|tools|test|examples)\//;

/**
 * What has changed since `base`, committed or not.
 *
 * `everything` is true when a file outside the projects changed that any test may read, such as package.json or a
 * pipeline. `projects` are the folders of the projects that contain a change or depend on one. `specs` are the
 * end-to-end and architecture tests that changed, or whose helpers did.
 *
 * @param affectedSince resolves to the folders of the projects that changed or depend on a change since a commit
 * @param base a commit; without one the upstream branch, or the last commit where there is none
 */
export async function whatChanged(root, affectedSince, base) {
  const git = async (...args) => {
    const { code, output } = await runChild('git', args, { cwd: root, quiet: true });
    return code === 0 ? output.trim() : undefined;
  };
  const from = await git('merge-base', 'HEAD', base ?? '@{upstream}').then(
    (found) => found ?? (base ? undefined : 'HEAD'),
  );
  if (!from) throw new SetupError(`git does not know '${base}': pass a commit or a branch after --changed.`);
  const changed = `${await git('diff', '--name-only', from)}\n${await git('ls-files', '--others', '--exclude-standard')}`;
  const files = changed.split('\n').filter((file) => file !== '');
  return {
    from,
    everything: files.some((file) => !PROJECT.test(file) && !UNTESTED.test(file)),
    projects: files.length === 0 ? [] : await affectedSince(from),
    specs: [...new Set(files.flatMap(specsFor))],
  };
}

/** The tests to run for a changed file: itself, the spec that runs the suites and examples, or all beside a helper. */
function specsFor(file) {
  if (/^test\/.*\.spec\.ts$/.test(file)) return [file];
  if (/^test\/e2e\/[^/]*\.suite\.ts$|^examples\//.test(file)) return ['test/e2e/instance.spec.ts'];
  return /^test\/(?:e2e|architecture)\//.test(file) ? [`${dirname(file)}/`] : [];
}

/** The folders of the projects that Nx reports as affected since `base`. */
export async function affectedFolders(root, node, base) {
  const nx = async (...args) => {
    const { code, output } = await runChild(node, [tool('nx'), ...args], {
      cwd: root,
      env: toolEnvironment(node, { NX_DAEMON: 'false' }),
      quiet: true,
    });
    if (code !== 0) throw new SetupError(`${output.trim()}\n\nNx could not determine the affected projects.`);
    return output;
  };
  const names = JSON.parse(await nx('show', 'projects', '--affected', `--base=${base}`, '--json'));
  const shown = await Promise.all(names.map((name) => nx('show', 'project', name, '--json')));
  return shown.map((text) => JSON.parse(text).root);
}
