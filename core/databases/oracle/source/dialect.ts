import type { TableRef } from '../../../contracts/identifiers.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import type { Problem } from '../../../errors/millrace-error.ts';
import { heartbeatTopicName, schemaHistoryTopicName } from '../../../naming/names.ts';
import type { DocumentedSourceDialect } from '../../../ports/source-dialect.ts';
import { quoteTable } from '../identifiers.ts';
import { decoderFor, isUnavailable } from '../types/column-codec.ts';
import { documentedTypes, maxCapturedNameLength, validateColumn } from '../types/column-types.ts';
import { dropFlushTableStatement } from './capture-statements.ts';
import { connectorConfig } from './connector-config.ts';
import { flushTableName } from './flush-table.ts';
import { findUnboundedKeyColumn } from './key-range.ts';
import { formatScn, parseScn, readEventSource, streamedPosition } from './log-position.ts';
import { rowsConnector } from './rows-connector.ts';

const quoteForMessage = (ref: TableRef): string =>
  ref.schema.includes('"') || ref.table.includes('"') ? `${ref.schema}.${ref.table}` : quoteTable(ref);

const findKeyProblems = (table: TableDescription, subject: string): readonly Problem[] => {
  const problems: Problem[] = [];
  if (table.ref.table.length > maxCapturedNameLength) {
    problems.push({
      subject,
      problem: `Its name is longer than the ${maxCapturedNameLength} characters that LogMiner supports, so it would be left out.`,
      remedy: `ALTER TABLE ${quoteForMessage(table.ref)} RENAME TO ...;`,
    });
  }
  if (table.primaryKey.length === 0) {
    problems.push({
      subject,
      problem:
        'It has no enabled primary key, and no unique constraint over NOT NULL columns, so its changed and deleted rows cannot ' +
        'be found at the target.',
      remedy: `ALTER TABLE ${quoteForMessage(table.ref)} ADD PRIMARY KEY (...);`,
    });
    return problems;
  }
  if (table.isKeyDeferrable) {
    problems.push({
      subject,
      problem:
        'Its primary key is DEFERRABLE: while a transaction lasts two rows may have the same key, so the log does not say ' +
        'which row was changed.',
      remedy: `Drop the primary key of ${quoteForMessage(table.ref)} and add it again as NOT DEFERRABLE.`,
    });
  }
  const unbounded = findUnboundedKeyColumn(table);
  if (unbounded !== undefined && validateColumn(unbounded) === undefined) {
    problems.push({
      subject,
      problem: `Its key has the column ${unbounded.name} of type ${unbounded.native?.type ?? unbounded.type}, by which the table cannot be split into chunks.`,
    });
  }
  return problems;
};

export const oracleSourceDialect: DocumentedSourceDialect = {
  documentedTypes,
  validateColumn,
  decoderFor,
  isUnavailable,
  quoteTable: quoteForMessage,
  // A user's own schema has the user's name; who connects is a user for replication only.
  defaultSchema: ({ username }) => username.toUpperCase(),
  hasOwnValues: () => false,
  findKeyProblems,
  // Its events carry no shapes: a change shows in the catalog.
  shapes: { fingerprintOf: () => undefined, compareWithEvent: () => [], harmOfStatement: () => undefined },
  capture: {
    parsePosition: parseScn,
    formatPosition: formatScn,
    readEventSource,
    streamedPosition,
    connectorConfig,
    rowsConnector,
    // A property of ojdbc.
    connectTimeoutConfig: (timeoutMs) => ({ 'driver.oracle.net.CONNECT_TIMEOUT': String(timeoutMs) }),
    objectsAtSource: ({ slotName }) => [{ kind: 'table', name: flushTableName(slotName), keepsLog: false }],
    removalStatements: ({ slotName }) => [`${dropFlushTableStatement(flushTableName(slotName))};`],
    takesTablesLater: false,
    ownTopics: (topicPrefix) => [
      { topic: heartbeatTopicName(topicPrefix) },
      // Not one old definition may be lost: the connector reads them all when it starts.
      { topic: schemaHistoryTopicName(topicPrefix), retentionHours: Number.POSITIVE_INFINITY },
    ],
  },
};
