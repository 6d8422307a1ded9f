import type { TableDescription } from '../../../contracts/table-description.ts';
import type { Problem } from '../../../errors/millrace-error.ts';
import { heartbeatTopicName, messageTopicName } from '../../../naming/names.ts';
import type { DocumentedSourceDialect } from '../../../ports/source-dialect.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import { decoderFor, isUnavailable, validateColumn } from '../types/column-codec.ts';
import { documentedTypes } from '../types/column-types.ts';
import { dropPublicationStatement } from './capture-statements.ts';
import { connectorConfig } from './connector-config.ts';
import { compareWithEvent, eventFingerprint } from './event-shape.ts';
import { followEvent } from './follow-event.ts';
import { formatLsn, parseLsn, readEventSource, streamedPosition } from './log-position.ts';
import { rowsConnector } from './rows-connector.ts';

const findKeyProblems = (table: TableDescription, subject: string): readonly Problem[] => {
  if (table.primaryKey.length === 0) {
    return [
      {
        subject,
        problem:
          'It has no primary key, and no unique index over NOT NULL columns, so its changed and deleted rows cannot be ' +
          'found at the target.',
        remedy: `ALTER TABLE ${quoteTable(table.ref)} ADD PRIMARY KEY (...);`,
      },
    ];
  }
  if (table.isKeyDeferrable) {
    return [
      {
        subject,
        problem:
          'Its key is DEFERRABLE, so the log does not say which row was changed or deleted, and once the table ' +
          'were published, the source would refuse UPDATE and DELETE on it.',
        remedy:
          `Drop the key of ${quoteTable(table.ref)} and add it again as NOT DEFERRABLE (PostgreSQL cannot ` +
          'change an existing one).',
      },
    ];
  }
  switch (table.replicaIdentity) {
    case 'default':
      return table.keyIndex === undefined
        ? []
        : [
            {
              subject,
              problem:
                `It has no primary key. The unique index ${table.keyIndex} could serve as one, but the log does not ` +
                'say which row was changed or deleted.',
              remedy: `ALTER TABLE ${quoteTable(table.ref)} REPLICA IDENTITY USING INDEX ${quoteIdentifier(table.keyIndex)};`,
            },
          ];
    case 'full':
      return findUnpublishedProblems(table, subject);
    case 'index':
      return table.relationKind === 'table'
        ? []
        : [
            {
              subject,
              problem:
                'Its replica identity is an index, and each of its partitions has one of its own, which may be of other columns.',
              remedy: `Give the table and its partitions REPLICA IDENTITY DEFAULT and a primary key, or REPLICA IDENTITY FULL.`,
            },
          ];
    case 'nothing':
      return [
        {
          subject,
          problem:
            'Its replica identity is NOTHING, or an index that was dropped, so the log does not say which row was changed or ' +
            'deleted.',
          remedy:
            table.keyIndex === undefined
              ? `ALTER TABLE ${quoteTable(table.ref)} REPLICA IDENTITY DEFAULT;`
              : `ALTER TABLE ${quoteTable(table.ref)} REPLICA IDENTITY USING INDEX ${quoteIdentifier(table.keyIndex)};`,
        },
      ];
  }
};

const findUnpublishedProblems = (table: TableDescription, subject: string): readonly Problem[] => {
  const unpublished = table.unpublishedIdentity ?? [];
  if (unpublished.length === 0) return [];
  return [
    {
      subject,
      problem:
        `Its replica identity is FULL and it has the generated ${unpublished.length === 1 ? 'column' : 'columns'} ` +
        `${unpublished.join(', ')}. PostgreSQL 18 and newer refuse UPDATE and DELETE on such a table once it is published.`,
      remedy: `ALTER TABLE ${quoteTable(table.ref)} REPLICA IDENTITY DEFAULT;`,
    },
  ];
};

export const postgresSourceDialect: DocumentedSourceDialect = {
  documentedTypes,
  validateColumn,
  decoderFor,
  isUnavailable,
  quoteTable,
  defaultSchema: () => 'public',
  hasOwnValues: () => false,
  findKeyProblems,
  // What PostgreSQL's log has is not statements.
  shapes: {
    fingerprintOf: eventFingerprint,
    compareWithEvent,
    harmOfStatement: () => undefined,
    followEvent,
  },
  capture: {
    parsePosition: parseLsn,
    formatPosition: formatLsn,
    readEventSource,
    streamedPosition,
    connectorConfig,
    rowsConnector,
    // A property of pgjdbc, in seconds.
    connectTimeoutConfig: (timeoutMs) => ({ 'driver.connectTimeout': String(Math.ceil(timeoutMs / 1_000)) }),
    objectsAtSource: ({ slotName, publicationName }) => [
      { kind: 'replication slot', name: slotName, keepsLog: true },
      { kind: 'publication', name: publicationName, keepsLog: false },
    ],
    removalStatements: ({ slotName, publicationName }) => [
      `SELECT pg_drop_replication_slot(${quoteLiteral(slotName)});`,
      `${dropPublicationStatement(publicationName)};`,
    ],
    takesTablesLater: true,
    ownTopics: (topicPrefix) => [
      { topic: messageTopicName(topicPrefix) },
      { topic: heartbeatTopicName(topicPrefix) },
    ],
  },
};
