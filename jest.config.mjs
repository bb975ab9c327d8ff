// One configuration for every project: the three kinds of test differ only in where they lie.
// Libraries resolve each other as built (dist); the project under test resolves its own source.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['js', 'mjs', 'ts', 'json', 'node'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/tmp/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/templates/'],
};
export default {
  // A limit against hanging, not a yardstick: a busy machine takes several times as long as an idle one.
  // Projects have none of their own; what takes longer says so itself.
  testTimeout: 60_000,
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
    // Slow by nature: run before a release with `npm run test:long`.
    { ...shared, displayName: 'long', testMatch: ['<rootDir>/{libs,apps}/*/{test,training}/**/*.long.spec.ts'] },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/{architecture,e2e}/**/*.spec.ts'] },
  ],
};
