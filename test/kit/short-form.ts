import { describe, test } from '@jest/globals';

/**
 * `.ci/run` sets it to stay under its hour: of the longest suites it leaves out the tests that differ from others in their databases, or
 * in the moment of a change.
 */
export const isShortForm = process.env.MILLRACE_SHORT_FORM === '1';

/** What `.ci/run` leaves out. */
export const testInLongForm = isShortForm ? test.skip : test;
export const describeInLongForm = isShortForm ? describe.skip : describe;
