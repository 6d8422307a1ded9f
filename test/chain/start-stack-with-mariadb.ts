import { createProgressReporter } from '../../local/progress.ts';
import { startStack } from '../../local/stack.ts';

/** As start-stack.ts, with the MariaDB server that some suites of this folder replicate from and to. */
const startStackOnce = async (): Promise<void> => {
  const { started } = await startStack({ reporter: createProgressReporter(), with: ['mariadb'] });
  process.env.MILLRACE_CHAIN_STARTED_STACK = started ? 'yes' : 'no';
};

// biome-ignore lint/style/noDefaultExport: jest's globalSetup has to be a default export.
export default startStackOnce;
