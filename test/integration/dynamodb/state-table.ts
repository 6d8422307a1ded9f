export { createStateTable, type EmulatedAws, startEmulatedAws } from '../../../bench/emulated-aws.ts';

/** Which of the two stores the suites state-store-*.test.ts test. */
export const storeUnderTest = { batched: false };
