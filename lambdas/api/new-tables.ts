import type { z } from 'zod';
import type { Database } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { maxTablePatterns, type NewTables } from '#core/contracts/new-tables.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { matchesTable, patternOf } from '#core/contracts/table-pattern.ts';
import { engineOf } from '#core/databases/registry.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { invalidRequest } from './invalid-request.ts';
import type { createReplicationSchema } from './replication-contracts.ts';

type NewTablesRequest = NonNullable<z.output<typeof createReplicationSchema>['new_tables']>;

/** Throws `InvalidRequest` for a source to whose capture no table can be added. */
export const readNewTables = (
  { include, exclude }: NewTablesRequest,
  source: Pick<Database, 'kind'>,
): NewTables => {
  const { source: engine, displayName } = engineOf(source.kind);
  if (!engine.capture.takesTablesLater)
    throw invalidRequest([
      {
        subject: 'body.new_tables',
        problem: `No table can be added to a replication from ${displayName} that has run.`,
        remedy: 'Leave it out, and create a replication for new tables.',
      },
    ]);
  return { include, ...(exclude.length > 0 && { exclude }) };
};

/** A table that a person leaves out does not come back by itself: its name is excluded from then on. Nothing where that is so already. */
export const withoutTable = (
  { newTables }: Pick<Replication, 'newTables'>,
  ref: TableRef,
): { readonly newTables?: NewTables } => {
  if (newTables === undefined || !matchesTable(newTables, ref)) return {};
  const { include, exclude = [] } = newTables;
  if (exclude.length >= maxTablePatterns)
    throw new MillraceError(
      'Conflict',
      `The table would come back as a new one, and new_tables.exclude has ${maxTablePatterns} patterns already. Make them fewer ` +
        '(PATCH /replications/{id}), then leave the table out.',
    );
  return { newTables: { include, exclude: [...exclude, patternOf(ref)] } };
};

/** For the activity. */
export const describeNewTables = (newTables: NewTables | undefined): string =>
  newTables === undefined ? 'none' : JSON.stringify({ exclude: [], ...newTables });
