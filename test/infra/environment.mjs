import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';

// CDK's switch for CloudFormation's rules, which take longer than all else here and fail nothing: each real synthesis has them.
process.env.CDK_VALIDATION = 'false';

const requireNatively = createRequire(import.meta.url);

/**
 * Gives suites CDK's packages as Node loads them, once in each of jest's workers, by native-transform.mjs. Jest would load them for each
 * suite, which takes seconds of a processor. What they keep is what every program with several apps shares.
 */
// biome-ignore lint/style/noDefaultExport: jest takes an environment as the default export.
export default class NativePackages extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.requireNatively = requireNatively;
  }
}
