import { z } from 'zod';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { findOwnerTable } from '#core/databases/postgresql/target/bookkeeping.ts';
import {
  createSchemaStatement,
  createTableStatement,
  creationLockStatement,
  dropTableStatement,
  markTableStatement,
  tableMarkStatement,
} from '#core/databases/postgresql/target/ddl.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';
import {
  describeLostWrite,
  describeMissingGrant,
  lostWritesStatement,
  missingTargetGrantsStatement,
} from '#core/databases/postgresql/target/grants.ts';
import { recordTable } from '#core/databases/postgresql/target/ownership.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import { createExecutor } from '../driver/executor.ts';
import { describeTable, describeTables, ping } from '../source/source-database.ts';
import { createDeadLetterStore } from './dead-letters.ts';
import { createOwnership, lockTable } from './ownership.ts';
import { createRehearsal } from './rehearse-change.ts';

const lostWriteSchema = z.object({
  kind: z.enum(['policy', 'rule', 'trigger']),
  table: z.string(),
  name: z.string(),
});

export const openTargetDatabase = (settings: ConnectionSettings): TargetDatabase => {
  const executor = createExecutor(settings, { applicationName: 'millrace-target' });
  return {
    dialect: postgresTargetDialect,
    ping: () => ping(executor),
    findWriteProblems: async (schemas, tables = [], owner) => {
      const rows = await executor.query(
        'read the privileges',
        missingTargetGrantsStatement(schemas, tables, owner),
      );
      const lost = await executor.query('look for what takes writes away', lostWritesStatement(tables));
      return [
        ...rows.map((row) => describeMissingGrant(z.string().parse(row.problem), settings.username)),
        ...lost.map((row) => describeLostWrite(lostWriteSchema.parse(row), settings.username)),
      ];
    },
    describeTable: (ref) => describeTable(executor, ref, 'target'),
    describeTables: (refs) => describeTables(executor, refs, 'target'),
    createTable: (target, source, mark) =>
      executor.transaction(
        'create the table',
        async (run) => {
          await run(creationLockStatement);
          const existing = await run({
            text: 'SELECT 1 FROM pg_namespace WHERE nspname = $1',
            values: [target.schema],
          });
          if (existing.length === 0) await run(createSchemaStatement(target.schema));
          const isThere = (await run(tableMarkStatement(target))).length > 0;
          await run(createTableStatement(target, source));
          const [owners] = await run(findOwnerTable);
          if (owners !== undefined) await run(recordTable(target));
          if (!isThere && mark !== undefined) await run(markTableStatement(target, mark));
        },
        target,
      ),
    hasRows: async (ref) => {
      const rows = await executor.query(
        'look for rows',
        `SELECT 1 AS found FROM ${quoteTable(ref)} LIMIT 1`,
        ref,
      );
      return rows.length > 0;
    },
    truncate: (ref, start) =>
      executor.transaction(
        'truncate the table',
        async (run) => {
          await lockTable(run, start, ref, 'any');
          await run(`TRUNCATE ${quoteTable(ref)}`);
          await run(recordTable(ref));
        },
        ref,
      ),
    isCreatedTable: async (ref, mark) => {
      const [found] = await executor.query('read the catalog', tableMarkStatement(ref), ref);
      return found?.mark === mark;
    },
    dropCreatedTable: (ref, mark) =>
      executor.transaction(
        'drop the table',
        async (run) => {
          const [found] = await run(tableMarkStatement(ref));
          if (found === undefined) return 'missing';
          if (found.mark !== mark) return 'not-created';
          await run(dropTableStatement(ref));
          return 'dropped';
        },
        ref,
      ),
    rehearseChange: createRehearsal(settings),
    ...createOwnership(executor),
    ...createDeadLetterStore(executor),
    close: () => executor.close(),
  };
};
