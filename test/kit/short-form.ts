/**
 * `.ci/run` sets it to stay under its hour: of the longest suites it leaves out the tests that differ from others in their databases, or
 * in the moment of a change.
 */
export const isShortForm = process.env.MILLRACE_SHORT_FORM === '1';
