// One configuration for all projects: the kinds of test differ only in their folders and names.
// Libraries resolve each other as built (dist); the project under test resolves its own source.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['js', 'mjs', 'ts', 'json', 'node'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^fast-check$': '<rootDir>/tools/setup/seeded-fast-check.mjs',
  },
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/tmp/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/templates/'],
};
export default {
  // A limit against hanging tests. It is generous, because a busy machine is several times slower than an idle one.
  // Projects have no limit of their own; longer tests set theirs.
  testTimeout: 300_000,
  testSequencer: '<rootDir>/tools/setup/longest-first.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{libs,apps}/*/src/**/*.spec.ts',
        '<rootDir>/{libs,apps}/*/training/**/!(*.long).spec.ts',
        '<rootDir>/tools/**/*.spec.ts',
      ],
    },
    { ...shared, displayName: 'integration', testMatch: ['<rootDir>/{libs,apps}/*/test/**/*.int.spec.ts'] },
    // Slow tests: run before a release with `npm run test:long`.
    { ...shared, displayName: 'long', testMatch: ['<rootDir>/{libs,apps}/*/{test,training}/**/*.long.spec.ts'] },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/{architecture,e2e}/**/*.spec.ts'] },
  ],
};
