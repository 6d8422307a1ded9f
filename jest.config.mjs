const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.millrace/', '<rootDir>/cdk.out/', '<rootDir>/dist/'],
};

const project = (name, options = {}) => ({
  ...shared,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...options,
});

/** Each project is one folder of test/ and runs alone with `jest --selectProjects NAME`. */
export default {
  projects: [
    project('unit'),
    project('infra'),
    project('state-machines'),
    project('integration'),
    // The whole product: one local stack serves all suites of this folder.
    project('chain', {
      globalSetup: '<rootDir>/test/chain/start-stack.ts',
      globalTeardown: '<rootDir>/test/chain/stop-stack.ts',
    }),
  ],
};
