import { stopStack } from '../../local/stack.ts';

/** Leaves a stack alone that was there before the tests. */
const stopStartedStack = async (): Promise<void> => {
  if (process.env.MILLRACE_CHAIN_STARTED_STACK === 'yes') await stopStack();
};

// biome-ignore lint/style/noDefaultExport: jest's globalTeardown has to be a default export.
export default stopStartedStack;
