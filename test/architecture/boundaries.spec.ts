import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyWorkspace, nx, type NxOutcome, type WorkspaceCopy } from './workspace-copy.js';

/** Files that lint must report, each with the expected rules. */
const VIOLATIONS = [
  {
    promise: 'a library that imports a library above it',
    file: 'libs/contracts/src/planted-bus.ts',
    text: "export { Bus } from '@llmos/bus';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'a contract that imports a package other than zod',
    file: 'libs/contracts/src/planted-yaml.ts',
    text: "export { parse } from 'yaml';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'the model library importing Nest or NATS',
    file: 'libs/models/src/planted.ts',
    text: "export { Module } from '@nestjs/common';\nexport const load = () => import('@nats-io/kv');\n",
    rules: ['@nx/enforce-module-boundaries', 'no-restricted-imports'],
  },
  {
    promise: 'an app that imports an app',
    file: 'apps/intent/src/planted-app.ts',
    text: "export { AsrService } from '../../asr/src/asr.service.js';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'an app that imports the NATS or the OpenTelemetry client',
    file: 'apps/intent/src/planted-client.ts',
    text: "export { connect } from '@nats-io/transport-node';\nexport { trace } from '@opentelemetry/api';\n",
    rules: ['@nx/enforce-module-boundaries', 'no-restricted-imports'],
  },
  {
    promise: 'an app that imports the engine of the models',
    file: 'apps/intent/src/planted-engine.ts',
    text: "export { InferenceSession } from 'onnxruntime-node';\n",
    rules: ['@nx/enforce-module-boundaries', 'no-restricted-imports'],
  },
  {
    promise: 'code outside tests that imports the testing library',
    file: 'apps/intent/src/planted-testing.ts',
    text: "export { startNatsServer } from '@llmos/testing';\n",
    rules: ['@nx/enforce-module-boundaries'],
  },
  {
    promise: 'an app that reads the environment',
    file: 'apps/intent/src/planted-environment.ts',
    text: "import { env } from 'node:process';\nexport const home = process.env['HOME'] ?? env['HOME'];\n",
    rules: ['no-restricted-imports', 'no-restricted-properties'],
  },
  {
    promise: 'a floating promise whose rule is disabled in place',
    file: 'apps/intent/src/planted-promise.ts',
    text: "import { rm } from 'node:fs/promises';\nexport function forget(path: string): void {\n  // eslint-disable-next-line\n  rm(path);\n}\n",
    rules: ['@typescript-eslint/no-floating-promises'],
  },
];

describe('Lint', () => {
  let copy: WorkspaceCopy;
  let planted: NxOutcome;

  // `npm test` lints the code itself as a separate step.
  beforeAll(async () => {
    copy = await copyWorkspace();
    await Promise.all(VIOLATIONS.map(({ file, text }) => writeFile(join(copy.root, file), text, { flag: 'wx' })));
    planted = await lint();
  }, 360_000);
  afterAll(() => copy?.remove());

  // One ESLint process for these files alone: each process reads the types of every library that they could import.
  const lint = () => {
    const files = VIOLATIONS.map(({ file }) => file).join(' ');
    return nx(copy.root, ['run', 'intent:lint', `--command=eslint ${files} --max-warnings 0`, '--skip-nx-cache']);
  };

  it('fails on planted violations', () => {
    expect(planted.code).not.toBe(0);
  });

  it.each(VIOLATIONS)('reports $promise', ({ file, rules }) => {
    expect(rulesBroken(planted.output, join(copy.root, file))).toEqual(rules);
  });
});

/** The rules that ESLint's report names for a file. */
function rulesBroken(output: string, path: string): string[] {
  const report = output.split(`${path}\n`)[1]?.split(/^(?:\/|✖)/m)[0] ?? '';
  return [
    ...new Set([...report.matchAll(/ {2}((?:@[\w-]+\/)?[a-z]+(?:-[a-z]+)+)$/gm)].map((match) => match[1]!)),
  ].sort();
}
