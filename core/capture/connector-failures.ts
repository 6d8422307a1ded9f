/** What can be done about a failed connector or task, read from its stack trace. */
export interface ConnectorFailure {
  /**
   * restart: a restart may cure it. needs-resync: the log that it needs is gone. mend: somebody has to change something
   * first, and a start afterwards continues without a loss.
   */
  readonly cure: 'restart' | 'needs-resync' | 'mend';
  /** The innermost cause in one line: what a person needs of a trace. */
  readonly summary: string;
}

/**
 * Phrases of PostgreSQL's server and of Debezium's connector. Everything else is taken for curable: restarts are
 * bounded, so a wrong guess costs minutes, whereas giving up on a curable failure costs a night.
 */
const needsResyncPatterns: readonly RegExp[] = [
  /replication slot ".*" does not exist/i,
  /can no longer (?:get changes from|access) replication slot/i,
  /replication slot has been invalidated/i,
  /requested WAL segment \S+ has already been removed/i,
  /no longer available on the server/i,
  // The slot is ahead of the stored offset: `offset.mismatch.strategy=trust_offset` refuses.
  /cannot seek to the last known offset/i,
  // Decoding looks the publication up as of the change's own time, so creating it again does not help.
  /publication ".*" does not exist/i,
];

const mendPatterns: readonly RegExp[] = [
  /RecordTooLargeException/,
  /(?:password|SCRAM|GSSAPI|peer|ident) authentication failed/i,
  /no pg_hba\.conf entry/i,
  /permission denied/i,
  /must be (?:superuser or replication role|owner)/i,
  /role ".*" does not exist/i,
  /database ".*" does not exist/i,
  /ConfigException/,
];

const maxSummaryLength = 500;

/** The message of the last `Caused by:`, or else the first line. */
const summarize = (trace: string): string => {
  const lines = trace
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const innermost = lines.findLast((line) => line.startsWith('Caused by:')) ?? lines[0] ?? 'no trace';
  const line = innermost.replace(/^Caused by:\s*/, '').replace(/^(?:[\w$]+\.)+([\w$]+):/, '$1:');
  return line.length > maxSummaryLength ? `${line.slice(0, maxSummaryLength)}…` : line;
};

export const classifyTrace = (trace: string): ConnectorFailure => {
  const summary = summarize(trace);
  if (needsResyncPatterns.some((pattern) => pattern.test(trace))) return { cure: 'needs-resync', summary };
  if (mendPatterns.some((pattern) => pattern.test(trace))) return { cure: 'mend', summary };
  return { cure: 'restart', summary };
};
