import type { ConnectorStatus } from '../ports/services.ts';

/** What can be done about a failed connector or task, read from its stack trace. */
export interface ConnectorFailure {
  /**
   * retry: the source, or what the connector needs to reach it, is away, and a restart cures it once it is back. restart: a restart may
   * cure it. needs-resync: the log that it needs is gone. fix: someone has to change something first, and a start afterwards
   * continues without a loss.
   */
  readonly cure: 'retry' | 'restart' | 'needs-resync' | 'fix';
  /** The innermost cause in one line: what a person needs of a trace. */
  readonly summary: string;
}

/**
 * Phrases of the servers and of Debezium's connectors. Everything else is taken for curable: restarts are
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
  // MySQL and MariaDB: the files of the binary log that the offset needs are gone (error 1236).
  /could not find first log file name in binary log index/i,
  /purged (?:required )?binary logs?/i,
  /no longer available on the server|could not find GTID state requested/i,
  // What the tables were at the stored offset is not known any more.
  /db history topic (?:is missing|or its content is fully or partially missing)/i,
  /table \S+ whose schema isn't known to this connector/i,
  /connector is trying to read (?:binlog|change stream|log)[^.]*but this is no longer available/i,
  // The same: what cannot be read or undone (UnreadableChanges.java), or rows that have other columns than the table is known
  // to have. It stays in the log whatever is fixed.
  /all tables have to be copied again/,
  /internal schema size \d+, but row size \d+/i,
  // Oracle: the log of the stored offset was deleted before it was read.
  /do not contain the offset scn/i,
];

const fixPatterns: readonly RegExp[] = [
  /RecordTooLargeException/,
  // A topic was deleted; only a start creates topics.
  /Topic \S+ not present in metadata/,
  /(?:password|SCRAM|GSSAPI|peer|ident) authentication failed/i,
  /no pg_hba\.conf entry/i,
  /permission denied/i,
  /must be (?:superuser or replication role|owner)/i,
  /role ".*" does not exist/i,
  /database ".*" does not exist/i,
  /ConfigException/,
  // MySQL and MariaDB.
  /Access denied for user/i,
  /Unknown database/i,
  // A statement in the log that Debezium cannot read.
  /DDL statement couldn't be parsed/i,
  /Failed to properly convert default value/i,
  // PostgreSQL: a text with bytes that are not valid in the encoding of its database, or have no character in UTF-8.
  /invalid byte sequence for encoding/i,
  /has no equivalent in encoding/i,
  // Oracle: wrong password, locked or expired account, missing rights or container, logging that was turned off.
  /ORA-(?:01017|28000|28001|01031|01045|65011|65049|01950)\b/,
  /Supplemental logging not properly configured/i,
  /not configured to use a archive log/i,
];

/** What the drivers say of a server that is down, that starts or stops, that has no connection free, or that was cut off. */
const awayPatterns: readonly RegExp[] = [
  /Connection (?:to \S+ )?refused/i,
  /java\.net\.\w*(?:Connect|UnknownHost|NoRouteToHost|SocketTimeout|PortUnreachable)\w*Exception/,
  // PostgreSQL.
  /The connection attempt failed/,
  /the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)/i,
  // An administrator, a crash, a timeout.
  /terminating connection (?:due to|because of)/i,
  /An I\/O error occurred while sending to the backend/,
  /too many clients already|remaining connection slots are reserved/i,
  // MySQL and MariaDB.
  /Communications link failure/i,
  /Too many connections/i,
  /Socket fail to connect to|Could not connect to (?:host|address)|Failed to (?:authenticate|connect) to the (?:MySQL|MariaDB)/i,
  /Server shutdown in progress/i,
  /unexpected end of stream, read \d+ bytes from \d+|socket was closed by server/,
  // Oracle: no listener, a database that is starting or stopping, no process free, a session that was cut off.
  /ORA-(?:12514|12516|12520|12528|12541|12170|01033|01034|01089|01090|00020|03113|03114|03135|12537)\b/,
];

/**
 * The reader of a binary log has met the end of its connection (ByteArrayInputStream.java of mysql-binlog-connector-java): between two
 * events, or where the rest of an event has yet to come. A broken event asks for more than its block has.
 */
const isLogCutOff = (trace: string): boolean => {
  const [, missing, left] =
    /EOFException: Failed to read remaining (\d+) of \d+ bytes from position \d+\. Block length: (-?\d+)/.exec(
      trace,
    ) ?? [];
  return missing === undefined
    ? /EOFException: Failed to read next byte/.test(trace) &&
        !trace.includes('EventDataDeserializationException')
    : Number(left) >= Number(missing);
};

/**
 * Our reader of secrets could not reach Secrets Manager, or was throttled: SecretsManagerConfigProvider.java gives the message of AWS's SDK,
 * which has the status code where the service has answered. A secret that is gone or refused is answered with 400.
 */
const isSecretAway = (trace: string): boolean => {
  const [, reason] = /The secret \S+ can't be read: ([^\n]*)/.exec(trace) ?? [];
  return (
    reason !== undefined && (!/Status Code: 4\d\d/.test(reason) || /throttl|rate exceeded/i.test(reason))
  );
};

const maxSummaryLength = 500;

/** Kafka's client says which topic it is about in the exception around this one. */
const isUnnamedTopic = (line: string): boolean => line.includes('UnknownTopicOrPartitionException');

/** The message of the last `Caused by:`, or else the first line. */
const summarize = (trace: string): string => {
  const lines = trace
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const innermost =
    lines.findLast((line) => line.startsWith('Caused by:') && !isUnnamedTopic(line)) ??
    lines[0] ??
    'no trace';
  const line = innermost.replace(/^Caused by:\s*/, '').replace(/^(?:[\w$]+\.)+([\w$]+):/, '$1:');
  return line.length > maxSummaryLength ? `${line.slice(0, maxSummaryLength)}…` : line;
};

/** The trace of what has failed, `''` when there is none, and undefined when nothing has failed. */
export const failureTrace = (connector: ConnectorStatus): string | undefined => {
  if (connector.state === 'FAILED') return connector.trace ?? '';
  const task = connector.tasks.find(({ state }) => state === 'FAILED');
  return task === undefined ? undefined : (task.trace ?? '');
};

export const classifyTrace = (trace: string): ConnectorFailure => {
  const summary = summarize(trace);
  if (needsResyncPatterns.some((pattern) => pattern.test(trace))) return { cure: 'needs-resync', summary };
  if (isSecretAway(trace)) return { cure: 'retry', summary };
  if (fixPatterns.some((pattern) => pattern.test(trace))) return { cure: 'fix', summary };
  if (awayPatterns.some((pattern) => pattern.test(trace)) || isLogCutOff(trace))
    return { cure: 'retry', summary };
  return { cure: 'restart', summary };
};
