import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyWorkspace, nx, type NxOutcome, type WorkspaceCopy } from './workspace-copy.js';

const PROJECTS = ['contracts', 'models', 'intent'];

/** Files that must not pass, each with the rules that must say so. */
const VIOLATIONS = [
  {
    promise: 'a library may not import one above it',
    file: 'libs/contracts/src/planted-bus.ts',
    text: "export { Bus } from '@llmos/bus';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'a contract may import no package but zod',
    file: 'libs/contracts/src/planted-yaml.ts',
    text: "export { parse } from 'yaml';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'the model library may not know of Nest or NATS',
    file: 'libs/models/src/planted.ts',
    text: "export { Module } from '@nestjs/common';\nexport const load = () => import('@nats-io/kv');\n",
    rules: ['@nx/enforce-module-boundaries', 'no-restricted-imports'],
  },
  {
    promise: 'an app may not import an app',
    file: 'apps/intent/src/planted-app.ts',
    text: "export { AsrService } from '../../asr/src/asr.service.js';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'an app may not import the client of the broker, or of the traces',
    file: 'apps/intent/src/planted-client.ts',
    text: "export { connect } from '@nats-io/transport-node';\nexport { trace } from '@opentelemetry/api';\n",
    rules: ['@nx/enforce-module-boundaries', 'no-restricted-imports'],
  },
  {
    promise: 'only tests may import what tests use',
    file: 'apps/intent/src/planted-testing.ts',
    text: "export { startNatsServer } from '@llmos/testing';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'an app may not read the environment',
    file: 'apps/intent/src/planted-environment.ts',
    text: "import { env } from 'node:process';\nexport const home = process.env['HOME'] ?? env['HOME'];\n",
    rules: ['no-restricted-imports', 'no-restricted-properties'],
  },
  {
    promise: 'a promise may not be left alone, and a rule may not be switched off where it hurts',
    file: 'apps/intent/src/planted-promise.ts',
    text: "import { rm } from 'node:fs/promises';\nexport function forget(path: string): void {\n  // eslint-disable-next-line\n  rm(path);\n}\n",
    rules: ['@typescript-eslint/no-floating-promises'],
  },
];

describe('the arrows between projects', () => {
  let copy: WorkspaceCopy;
  let planted: NxOutcome;

  // That the code as it is passes is shown by the lint that `npm test` begins with.
  beforeAll(async () => {
    copy = await copyWorkspace();
    await Promise.all(VIOLATIONS.map(({ file, text }) => writeFile(join(copy.root, file), text, { flag: 'wx' })));
    planted = await lint();
  }, 180_000);
  afterAll(() => copy?.remove());

  const lint = () =>
    nx(copy.root, [
      'run-many',
      '-t',
      'lint',
      '--projects',
      PROJECTS.join(','),
      '--parallel=2',
      '--outputStyle=static',
      '--skip-nx-cache',
    ]);

  it('lint fails with violations planted', () => {
    expect(planted.code).not.toBe(0);
  });

  it.each(VIOLATIONS)('$promise', ({ file, rules }) => {
    expect(rulesBroken(planted.output, join(copy.root, file))).toEqual(rules);
  });
});

/** The names of the rules that ESLint's report has under a file. */
function rulesBroken(output: string, path: string): string[] {
  const report = output.split(`${path}\n`)[1]?.split(/^(?:\/|✖)/m)[0] ?? '';
  return [
    ...new Set([...report.matchAll(/ {2}((?:@[\w-]+\/)?[a-z]+(?:-[a-z]+)+)$/gm)].map((match) => match[1]!)),
  ].sort();
}
