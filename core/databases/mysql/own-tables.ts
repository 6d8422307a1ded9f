/**
 * The names of all tables that Millrace keeps in the targets' databases (target/bookkeeping.ts and target/rehearse-change.ts), as a
 * regular expression of SQL and of JavaScript alike. Names of MySQL may differ in case only, and mean the same table on some servers.
 */
export const ownTablePattern = '^millrace_(table_owner|consumer_epoch|checkpoint|dead_letter|rehearsal)(_|$)';
