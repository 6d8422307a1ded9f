export { createStateTable, type EmulatedAws, startEmulatedAws } from '../../../bench/emulated-aws.ts';

/** Which of the two stores the suite state-store.test.ts tests. */
export const storeUnderTest = { batched: false };
