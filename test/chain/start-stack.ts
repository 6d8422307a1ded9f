import { createProgressReporter } from '../../local/progress.ts';
import { startStack } from '../../local/stack.ts';

/** One stack serves all suites of this folder. A stack that runs already is used as it is. */
const startStackOnce = async (): Promise<void> => {
  const { started } = await startStack({ reporter: createProgressReporter() });
  process.env.MILLRACE_CHAIN_STARTED_STACK = started ? 'yes' : 'no';
};

// biome-ignore lint/style/noDefaultExport: jest's globalSetup has to be a default export.
export default startStackOnce;
