import type { TableDescription } from '../../../contracts/table-description.ts';
import type { Problem } from '../../../errors/millrace-error.ts';
import { heartbeatTopicName, schemaHistoryTopicName } from '../../../naming/names.ts';
import type { DocumentedSourceDialect } from '../../../ports/source-dialect.ts';
import { kindOfVersion, type MysqlKind } from '../flavors.ts';
import { quoteTable } from '../identifiers.ts';
import { decoderFor, isUnavailable, validateColumn } from '../types/column-codec.ts';
import { documentedTypes } from '../types/column-types.ts';
import { connectorConfig } from './connector-config.ts';
import { followStatement } from './follow-statement.ts';
import { formatPosition, parsePosition, readEventSource, streamedPosition } from './log-position.ts';
import { rowsConnector } from './rows-connector.ts';
import { harmOfStatement } from './statement-harm.ts';

const findKeyProblems = (table: TableDescription, subject: string): readonly Problem[] =>
  table.primaryKey.length > 0
    ? []
    : [
        {
          subject,
          problem:
            'It has no primary key, and no unique index of whole values over NOT NULL columns, so its changed and deleted ' +
            'rows cannot be found at the target.',
          remedy: `ALTER TABLE ${quoteTable(table.ref)} ADD PRIMARY KEY (...);`,
        },
      ];

/** Canonical types of those that have zero dates. */
const dateTypes: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);

export const mysqlSourceDialect = (kind: MysqlKind): DocumentedSourceDialect => ({
  documentedTypes,
  validateColumn,
  decoderFor,
  isUnavailable,
  kindOfVersion,
  quoteTable,
  // A schema of MySQL is a database.
  defaultSchema: ({ databaseName }) => databaseName,
  // Zero dates.
  hasOwnValues: ({ baseType }) => dateTypes.has(baseType),
  findKeyProblems,
  // Its events carry no shapes: the log has the statements that change them.
  shapes: { fingerprintOf: () => undefined, compareWithEvent: () => [], harmOfStatement, followStatement },
  capture: {
    parsePosition,
    formatPosition,
    readEventSource,
    streamedPosition,
    connectorConfig: (replication, source, kafka) => connectorConfig(kind, replication, source, kafka),
    rowsConnector: (source) => rowsConnector(kind, source),
    // The binlog client is Debezium's own, and so is its setting.
    connectTimeoutConfig: (timeoutMs) => ({ 'connect.timeout.ms': String(timeoutMs) }),
    // It reads the log as a replica does, and the server keeps that for a time of its own.
    objectsAtSource: () => [],
    removalStatements: () => [],
    takesTablesLater: true,
    ownTopics: (topicPrefix) => [
      { topic: heartbeatTopicName(topicPrefix) },
      { topic: schemaHistoryTopicName(topicPrefix), retentionHours: Number.POSITIVE_INFINITY },
    ],
  },
});
