import { expect, test } from '@jest/globals';
import { classifyTrace } from '#core/capture/connector-failures.ts';

const trace = (message: string): string =>
  `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: outer
\t... 5 more
Caused by: org.postgresql.util.PSQLException: ${message}
\t... 9 more
`;

test.each([
  ['ERROR: replication slot "millrace_x" does not exist', 'needs-resync'],
  ['ERROR: can no longer get changes from replication slot "millrace_x"', 'needs-resync'],
  ['ERROR: can no longer access replication slot "millrace_x"', 'needs-resync'],
  ['ERROR: requested WAL segment 000000010000000000000003 has already been removed', 'needs-resync'],
  ['but this is no longer available on the server.', 'needs-resync'],
  ["Cannot seek to the last known offset '0/1' on replication slot 'millrace_x'.", 'needs-resync'],
  ['ERROR: publication "millrace_x" does not exist', 'needs-resync'],
  ['FATAL: password authentication failed for user "m"', 'fix'],
  ['ERROR: permission denied for table users', 'fix'],
  ['org.apache.kafka.common.errors.RecordTooLargeException: 9000000 bytes', 'fix'],
  [
    'Online REDO LOG files or archive log files do not contain the offset scn 2868546. Please perform a new snapshot.',
    'needs-resync',
  ],
  [
    "The secret arn:aws:x can't be read: Client execution did not complete before the specified timeout configuration: 10000 millis",
    'retry',
  ],
  [
    "The secret arn:aws:x can't be read: Rate exceeded (Service: SecretsManager, Status Code: 400, Request ID: 1)",
    'retry',
  ],
  ["The secret arn:aws:x can't be read: (Service: SecretsManager, Status Code: 503, Request ID: 1)", 'retry'],
  [
    "org.apache.kafka.common.config.ConfigException: The secret arn:aws:x can't be read: Secrets Manager can't find the specified secret. (Service: SecretsManager, Status Code: 400, Request ID: 1)",
    'fix',
  ],
  ['ORA-01017: invalid credential or not authorized; logon denied', 'fix'],
  ['ORA-01031: insufficient privileges', 'fix'],
  ['Supplemental logging not properly configured. Use: ALTER DATABASE ADD SUPPLEMENTAL LOG DATA', 'fix'],
  // Debezium itself retries these; the log may only be switching.
  ['ORA-01291: missing log file', 'restart'],
  ['ORA-03113: end-of-file on communication channel', 'retry'],
  ['Could not find first log file name in binary log index file Error code: 1236', 'needs-resync'],
  ['The db history topic or its content is fully or partially missing. Please check ...', 'needs-resync'],
  ['The db history topic is missing. You may attempt to recover it by ...', 'needs-resync'],
  ["Encountered change event for table shop.t whose schema isn't known to this connector", 'needs-resync'],
  ["Access denied for user 'm'@'10.0.0.1' (using password: YES)", 'fix'],
  ["DDL statement couldn't be parsed. Please open a GitHub issue", 'fix'],
  ['Error processing row in t, internal schema size 7, but row size 1', 'needs-resync'],
  [
    'The log of the source has a compressed event ... all tables have to be copied again: ...',
    'needs-resync',
  ],
  ['Topic client_1_db_1.shop.orders not present in metadata after 480000 ms.', 'fix'],
  ['Failed to allocate 9000 bytes within the configured max blocking time 480000 ms.', 'restart'],
  ['Connection to 10.0.0.1:5432 refused.', 'retry'],
  ['FATAL: terminating connection due to administrator command', 'retry'],
  ['FATAL: the database system is starting up', 'retry'],
  ['FATAL: sorry, too many clients already', 'retry'],
  ['Communications link failure', 'retry'],
  ['Too many connections', 'retry'],
  ['java.net.SocketTimeoutException: Read timed out', 'retry'],
  ['ORA-12541: TNS:no listener', 'retry'],
  ['FATAL: terminating connection due to unexpected postmaster exit', 'retry'],
  ['FATAL: terminating connection because of crash of another server process', 'retry'],
  ['An I/O error occurred while sending to the backend.', 'retry'],
  [
    'java.io.EOFException: unexpected end of stream, read 0 bytes from 4 (socket was closed by server)',
    'retry',
  ],
  ['java.io.EOFException: Failed to read next byte from position 89552341', 'retry'],
  [
    'java.io.EOFException: Failed to read remaining 20 of 80 bytes from position 15785768. Block length: 3881. Initial block length: 8129.',
    'retry',
  ],
  // The event itself is broken, and is again when it is read again.
  [
    'java.io.EOFException: Failed to read remaining 60 of 80 bytes from position 15785768. Block length: 20. Initial block length: 8129.',
    'restart',
  ],
  [
    'EventDataDeserializationException: Failed to deserialize data\nCaused by: java.io.EOFException: Failed to read next byte from position 89',
    'restart',
  ],
  ['ERROR: replication slot "millrace_x" is active for PID 88', 'restart'],
] as const)('%s -> %s', (message, cure) => {
  expect(classifyTrace(trace(message)).cure).toBe(cure);
});

test('the summary is the innermost cause without its package', () => {
  expect(classifyTrace(trace('Connection refused.')).summary).toBe('PSQLException: Connection refused.');
});

test('a failure without a trace may be cured by a restart', () => {
  expect(classifyTrace('')).toEqual({ cure: 'restart', summary: 'no trace' });
});

test('a long message is cut', () => {
  expect(classifyTrace(trace('x'.repeat(5_000))).summary.length).toBeLessThan(600);
});

test('a topic that is not there is named', () => {
  const failure =
    classifyTrace(`org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer send callback
Caused by: org.apache.kafka.common.errors.TimeoutException: Topic client_1_db_1.shop.orders not present in metadata after 480000 ms.
Caused by: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.
`);
  expect(failure).toEqual({
    cure: 'fix',
    summary: 'TimeoutException: Topic client_1_db_1.shop.orders not present in metadata after 480000 ms.',
  });
});
