// Import rules between projects and code rules. Run it through Nx (`nx lint <project>`): the boundary rule needs the
// project graph and is silent without it.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** The imports that are allowed between projects, from top to bottom. All others are forbidden. */
const ARROWS = {
  'type:app': [
    'lib:mesh',
    'lib:models',
    'lib:registry',
    'lib:state',
    'lib:vault',
    'lib:privacy',
    'lib:grounding',
    'lib:guardrails',
    'lib:language',
    'lib:learning',
    'lib:bus',
    'lib:pipeline',
    'lib:resilience',
    'lib:telemetry',
    'lib:config',
    'lib:contracts',
  ],
  'type:command': [
    'lib:client',
    'lib:supervisor',
    'lib:evaluation',
    'lib:backup',
    'lib:models',
    'lib:vault',
    'lib:privacy',
    'lib:bus',
    'lib:pipeline',
    'lib:resilience',
    'lib:config',
    'lib:contracts',
  ],
  'lib:backup': ['lib:supervisor', 'lib:privacy', 'lib:bus', 'lib:contracts'],
  'lib:evaluation': ['lib:client', 'lib:learning', 'lib:contracts'],
  'lib:supervisor': ['lib:bus', 'lib:pipeline', 'lib:resilience', 'lib:contracts'],
  'lib:client': ['lib:contracts'],
  'lib:mesh': [
    'lib:vault',
    'lib:privacy',
    'lib:bus',
    'lib:pipeline',
    'lib:resilience',
    'lib:telemetry',
    'lib:config',
    'lib:contracts',
  ],
  'lib:registry': ['lib:vault', 'lib:bus', 'lib:resilience', 'lib:contracts'],
  'lib:vault': ['lib:privacy', 'lib:bus', 'lib:config', 'lib:contracts'],
  'lib:models': ['lib:resilience', 'lib:telemetry', 'lib:contracts'],
  'lib:state': [
    'lib:vault',
    'lib:privacy',
    'lib:bus',
    'lib:resilience',
    'lib:telemetry',
    'lib:config',
    'lib:contracts',
  ],
  'lib:privacy': ['lib:contracts'],
  'lib:grounding': ['lib:contracts'],
  'lib:guardrails': ['lib:contracts'],
  'lib:language': [],
  'lib:learning': [],
  'lib:bus': ['lib:resilience', 'lib:contracts'],
  'lib:pipeline': ['lib:contracts'],
  'lib:resilience': ['lib:contracts'],
  'lib:telemetry': ['lib:privacy', 'lib:contracts'],
  'lib:config': ['lib:contracts'],
  'lib:contracts': [],
  'lib:testing': ['lib:contracts'],
};

/** Packages that only their owner may import. */
const OWNED = [
  { packages: ['@nats-io/*'], owners: ['lib:bus'], folders: ['libs/bus'] },
  { packages: ['@opentelemetry/*', 'pino', 'prom-client'], owners: ['lib:telemetry'], folders: ['libs/telemetry'] },
  { packages: ['ioredis'], owners: ['lib:state'], folders: ['libs/state'] },
  { packages: ['onnxruntime-node'], owners: ['lib:models'], folders: ['libs/models'] },
  { packages: ['@aws-sdk/*'], owners: ['lib:backup'], folders: ['libs/backup'] },
  { packages: ['opossum'], owners: ['lib:resilience'], folders: ['libs/resilience'] },
  { packages: ['@nestjs/*'], owners: ['lib:mesh', 'type:app'], folders: ['libs/mesh', 'apps/*'] },
];

const TESTS = ['{libs,apps}/**/*.spec.ts', '{libs,apps}/*/test/**', 'libs/testing/**'];

/** ARROWS as options of the boundary rule. Tests may also import `lib:testing`, and `lib:bus` to use a broker. */
function boundaries({ alsoAllowed = [], ...options } = {}) {
  const depConstraints = Object.entries(ARROWS).map(([sourceTag, allowed]) => ({
    sourceTag,
    onlyDependOnLibsWithTags: [...allowed, ...alsoAllowed],
    bannedExternalImports: OWNED.filter(({ owners }) => !owners.includes(sourceTag)).flatMap(
      ({ packages }) => packages,
    ),
    ...(sourceTag === 'lib:contracts' && alsoAllowed.length === 0 ? { allowedExternalImports: ['zod'] } : {}),
  }));
  return {
    '@nx/enforce-module-boundaries': ['error', { depConstraints, banTransitiveDependencies: true, ...options }],
  };
}

const ENVIRONMENT = 'Only libs/config reads the environment; declare a setting with setting().';

/** The same restrictions by package name, with a message that names the owner. */
function restrictedImports(closed) {
  const patterns = closed.map(({ packages, folders }) => ({
    group: packages,
    message: `Only ${folders.join(' and ')} may import this; use what it exports.`,
  }));
  const environment = ['process', 'node:process'].map((name) => ({
    name,
    importNames: ['env', 'default'],
    message: ENVIRONMENT,
  }));
  return { 'no-restricted-imports': ['error', { paths: environment, patterns }] };
}

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '**/tmp/**',
      '.nx/**',
      '.llmos/**',
      'test-results/**',
      '**/templates/**',
    ],
  },
  // No rule can be disabled in place: change the code, or the rule for all files.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mjs,js}'],
    extends: [tseslint.configs.strict],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { args: 'after-used', argsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      // For `Promise.withResolvers<void>()`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `noUncheckedIndexedAccess` makes every index optional; `!` is allowed where the code knows better.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['libs/**', 'apps/**'],
    rules: {
      ...boundaries(),
      ...restrictedImports(OWNED),
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT }],
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' }],
      'no-console': 'error',
    },
  },
  ...OWNED.map((own) => ({
    files: own.folders.map((folder) => `${folder}/**`),
    rules: restrictedImports(OWNED.filter((other) => !other.folders.some((folder) => own.folders.includes(folder)))),
  })),
  // Training runs from its TypeScript source and imports the built service by name (`#src/…`).
  { files: ['{libs,apps}/*/training/**'], rules: boundaries({ allowCircularSelfDependency: true }) },
  // A test may import its own project by name, to start the built worker.
  { files: TESTS, rules: boundaries({ alsoAllowed: ['lib:testing'], allowCircularSelfDependency: true }) },
  // no-telemetry.ts writes a variable that the inference engine reads.
  {
    files: [...TESTS, 'libs/config/**', 'libs/models/src/inference/no-telemetry.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['apps/cli/**', ...TESTS], rules: { 'no-console': 'off' } },
  {
    // The rules about promises need types, which costs about three seconds per project.
    files: ['{libs,apps}/*/{src,test,training}/**/*.ts', '{test,examples}/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
);
