import { createProgressReporter } from '../../local/progress.ts';
import { startStack } from '../../local/stack.ts';

/** As test/chain/start-stack.ts, with the console. A stack that runs already gets it in addition. */
const startStackWithConsole = async (): Promise<void> => {
  const { started } = await startStack({ reporter: createProgressReporter(), with: ['console'] });
  process.env.MILLRACE_CHAIN_STARTED_STACK = started ? 'yes' : 'no';
};

// biome-ignore lint/style/noDefaultExport: jest's globalSetup has to be a default export.
export default startStackWithConsole;
