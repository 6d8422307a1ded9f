import path from 'node:path';

/**
 * Every Java that tests start lives for a few minutes at most: it starts and works in half of the processor time when it compiles
 * nothing twice and collects garbage in one thread. The stack of a demo, of a benchmark and of a user is as it was.
 */
process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/**
 * Node keeps what it has compiled there: tests start the consumer, the commands and the handlers from their sources hundreds of times,
 * and each start compiles in a third of the processor time.
 */
process.env.NODE_COMPILE_CACHE ??= path.resolve(import.meta.dirname, '.millrace', 'cache', 'node');

/** That of a developer's shell: tests name the regions that they mean. */
delete process.env.AWS_REGION;

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
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

/**
 * Suites of test/integration that take every type of a database, or a long wait, through servers of several versions:
 * `npm run test:matrix`.
 * What neither this list nor `faultSuites` names is part of `npm test`.
 */
export const matrixSuites = [
  'integration/mysql/codec.test.ts',
  'integration/mysql/generated-values.test.ts',
  'integration/mysql/value-policies.test.ts',
  'integration/mysql-target/native-round-trips.test.ts',
  'integration/mysql-target/round-trips.test.ts',
  'integration/mysql-target/value-policies.test.ts',
  'integration/postgresql/codec.test.ts',
  'integration/postgresql/slot-wait.test.ts',
];

/** Suites of test/integration that kill and break what a replication needs: `npm run test:faults`. */
export const faultSuites = [
  'faults/capture-kill-mariadb.test.ts',
  'faults/capture-kill.test.ts',
  'faults/idle-tables-mariadb.test.ts',
  'faults/idle-tables.test.ts',
  'faults/random.test.ts',
  'integration/capture/connect-workers.test.ts',
  'integration/capture/row-relay.test.ts',
  'integration/capture/start-capture.test.ts',
  'integration/capture/starting-connect.test.ts',
  'integration/consumer/consumer.test.ts',
  'integration/consumer/many-tables.test.ts',
  'integration/consumer/target-changes.test.ts',
  'integration/mysql-target/consumer.test.ts',
];

/** The suite of test/chain that is part of `npm test`. All others of that folder: `npm run test:chain`. */
export const productSuites = ['chain/lifecycle.test.ts'];

/** It works on whatever the stack has, so none may run next to it: `npm run test:api`. */
export const apiSuites = ['chain/api-document.test.ts'];

const only = (suites) => ({ testMatch: suites.map((suite) => `<rootDir>/test/${suite}`) });
const without = (suites) => ({ testPathIgnorePatterns: suites.map((suite) => `<rootDir>/test/${suite}$`) });

/** The whole product: one local stack serves all suites of the project. */
const onStack = {
  globalSetup: '<rootDir>/test/chain/start-stack.ts',
  globalTeardown: '<rootDir>/test/chain/stop-stack.ts',
};

/** What test/infra/environment.mjs gives. */
const nativePackages = 'aws-cdk-lib|cdk-nag|constructs';

/** Each project runs alone with `jest --selectProjects NAME`; most are one folder of test/. */
export default {
  testSequencer: '<rootDir>/test/kit/longest-first.mjs',
  projects: [
    project('unit'),
    project('console', {
      testEnvironment: '<rootDir>/test/console/environment.mjs',
      testMatch: ['<rootDir>/test/console/**/*.test.tsx'],
      extensionsToTreatAsEsm: ['.ts', '.tsx', '.md'],
      moduleNameMapper: { '\\.css$': '<rootDir>/test/console/no-style.ts' },
      transform: {
        '\\.md$': '<rootDir>/test/console/markdown-transform.mjs',
        '^.+\\.tsx?$': [
          '@swc/jest',
          {
            jsc: {
              parser: { syntax: 'typescript', tsx: true },
              target: 'es2024',
              transform: { react: { runtime: 'automatic' } },
            },
            module: { type: 'es6' },
          },
        ],
      },
    }),
    project('infra', {
      testEnvironment: '<rootDir>/test/infra/environment.mjs',
      transform: {
        [`/node_modules/(${nativePackages})/.+\\.js$`]: '<rootDir>/test/infra/native-transform.mjs',
        ...shared.transform,
      },
      transformIgnorePatterns: [`/node_modules/(?!(${nativePackages})/)`],
    }),
    project('state-machines'),
    project('integration', without([...matrixSuites, ...faultSuites])),
    project('faults', only(faultSuites)),
    project('matrix', only(matrixSuites)),
    project('chain', {
      ...onStack,
      globalSetup: '<rootDir>/test/chain/start-stack-with-mariadb.ts',
      ...without([...productSuites, ...apiSuites]),
    }),
    project('browser', {
      ...onStack,
      globalSetup: '<rootDir>/test/browser/start-stack-with-console.ts',
    }),
    project('api', { ...onStack, ...only(apiSuites) }),
    project('secure', onStack),
    project('regions', onStack),
    project('product', { ...onStack, ...only(productSuites) }),
  ],
};
