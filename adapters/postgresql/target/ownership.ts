import type { TableRef } from '#core/contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import {
  checkpointStatements,
  deleteShared,
  hasSharedCheckpoints,
} from '#core/databases/postgresql/target/checkpoints.ts';
import { deleteDeadLetters } from '#core/databases/postgresql/target/dead-letters.ts';
import {
  deleteOwners,
  insertOwners,
  lockOwnedTable,
  renewOwners,
  selectOwners,
  toOwnerRow,
} from '#core/databases/postgresql/target/ownership.ts';
import {
  exactKey,
  lostCopyError,
  notOwnedError,
  refuseForeignTables,
} from '#core/lifecycle/ownership-refusals.ts';
import type { TakeRequest, TargetOwnership } from '#core/ports/target-ownership.ts';
import type { Executor, RunStatement } from '../driver/executor.ts';
import { type Bookkeeping, ensureBookkeeping, readBookkeeping } from './bookkeeping.ts';

/** `TargetOwnership` in PostgreSQL. */
export const createOwnership = (executor: Executor): TargetOwnership => ({
  takeTables: async (request) => {
    const action = 'take the target tables';
    const bookkeeping = await executor.transaction(action, (run) => ensureBookkeeping(run, request.owner));
    await executor.transaction(action, (run) => takeTables(run, request, bookkeeping));
  },

  checkTables: (request) =>
    executor.rehearse('look for the owners of the target tables', async (run) => {
      const { hasOwners } = await readBookkeeping(run, request.owner);
      if (hasOwners) await insertAndCheck(run, { ...request, generation: 0 });
    }),

  releaseTables: (owner, tables) =>
    executor.transaction('give the target tables back', async (run) => {
      const { hasClientTables, hasDeadLetters, hasOwners, hasSharedTables } = await readBookkeeping(
        run,
        owner,
      );
      // In the order in which a consumer locks them.
      const owned = hasOwners ? await run(deleteOwners(owner, tables)) : [];
      if (tables === undefined) {
        // They wait for a transaction that moves a checkpoint; the next one finds no checkpoint.
        const { deleteCheckpoints, deleteEpoch } = checkpointStatements(owner);
        if (hasClientTables) await run(deleteCheckpoints(owner));
        if (hasClientTables) await run(deleteEpoch(owner));
        if (hasDeadLetters) await run(deleteDeadLetters(owner));
        // What is in the shared tables after this version has taken tables is another installation's.
        if (hasSharedTables && owned.length === 0)
          for (const statement of deleteShared(owner)) await run(statement);
      }
    }),

  forgetTopics: (owner, topics) =>
    executor.transaction('remove the checkpoints', async (run) => {
      const { hasClientTables, hasDeadLetters } = await readBookkeeping(run, owner);
      if (hasClientTables) await run(checkpointStatements(owner).deleteTopics(owner, topics));
      if (hasDeadLetters) await run(deleteDeadLetters(owner, topics));
    }),

  knowsReplication: (owner) =>
    executor.transaction('read the checkpoints', async (run) => {
      const { hasClientTables, hasSharedTables } = await readBookkeeping(run, owner);
      const [row] = hasClientTables ? await run(checkpointStatements(owner).hasCheckpoints(owner)) : [];
      return row?.found === 't' || (hasSharedTables && (await wasShared(run, owner)));
    }),
});

/** Takes the tables in a transaction, see `TargetOwnership.takeTables`. */
const takeTables = async (
  run: RunStatement,
  { owner, generation, tables, copied = [], isReload = false }: TakeRequest,
  { hasSharedTables }: Pick<Bookkeeping, 'hasSharedTables'>,
): Promise<void> => {
  const { isNew, isReplaced } = await insertAndCheck(run, { owner, generation, tables });
  const unknown = copied.filter(isNew);
  // An older version has copied them, and wrote no owners.
  const isOlder = unknown.length > 0 && hasSharedTables && (await wasShared(run, owner));
  if (isOlder) await moveShared(run, owner);
  else if (unknown.length > 0 && !isReload) throw lostCopyError(unknown, 'not-owned');
  const replaced = copied.filter(isReplaced);
  if (replaced.length > 0 && !isReload) throw lostCopyError(replaced, 'replaced');
  await run(renewOwners({ owner, generation }, tables));
};

/**
 * An older version knew no owners. A consumer of such a replication takes its tables when it is launched by this version,
 * if they are still free.
 */
export const adoptTables = async (
  run: RunStatement,
  owner: TargetOwner,
  tables: readonly TableRef[],
  { hasSharedTables }: Pick<Bookkeeping, 'hasSharedTables'>,
): Promise<void> => {
  if (!hasSharedTables || !(await wasShared(run, owner))) return;
  const rows = await run(selectOwners(tables));
  if (rows.some((row) => isSameOwner(toOwnerRow(row), owner))) return;
  await takeTables(run, { owner, generation: 0, tables, copied: tables }, { hasSharedTables });
};

/**
 * Moves the replication's rows from the tables of an older version. A consumer of that version finds its checkpoints gone, and
 * is fenced by that.
 */
const moveShared = async (run: RunStatement, owner: TargetOwner): Promise<void> => {
  const { moveSharedEpoch, moveSharedCheckpoints } = checkpointStatements(owner);
  await run(moveSharedEpoch(owner));
  await run(moveSharedCheckpoints(owner));
};

/** Throws unless the replication owns every table, see `TargetOwnership.takeTables`. */
export const requireTables = async (
  run: RunStatement,
  owner: TargetOwner,
  tables: readonly TableRef[],
): Promise<void> => {
  const rows = await run(selectOwners(tables));
  const own = rows.filter((row) => isSameOwner(toOwnerRow(row), owner));
  const owned = new Set(own.map((row) => exactKey(toOwnerRow(row).table)));
  const lost = tables.find((table) => !owned.has(exactKey(table)));
  if (lost !== undefined) throw notOwnedError({ owner }, lost);
  const replaced = own.filter((row) => row.is_replaced === 't').map((row) => toOwnerRow(row).table);
  if (replaced.length > 0) throw lostCopyError(replaced, 'replaced');
};

/**
 * Throws unless the table is that of the start; nobody else can take it before the transaction ends. Before all rows are
 * copied, it may be `any` table that has the name.
 */
export const lockTable = async (
  run: RunStatement,
  start: OwnedRun,
  table: TableRef,
  which: 'taken' | 'any' = 'taken',
): Promise<void> => {
  const [row] = await run(lockOwnedTable(start, table));
  if (row === undefined) throw notOwnedError(start, table);
  if (which === 'taken' && row.is_replaced === 't') throw lostCopyError([table], 'replaced');
};

const isSameOwner = (one: TargetOwner, other: TargetOwner): boolean =>
  one.installationId === other.installationId &&
  one.clientId === other.clientId &&
  one.replicationId === other.replicationId;

const wasShared = async (run: RunStatement, owner: TargetOwner): Promise<boolean> => {
  const [row] = await run(hasSharedCheckpoints(owner));
  return row?.found === 't';
};

const insertAndCheck = async (
  run: RunStatement,
  request: TakeRequest,
): Promise<{ isNew(table: TableRef): boolean; isReplaced(table: TableRef): boolean }> => {
  const inserted = await run(insertOwners(request, request.tables));
  const rows = await run(selectOwners(request.tables));
  refuseForeignTables(request.owner, request.tables, rows.map(toOwnerRow));
  const keyOf = (row: (typeof rows)[number]): string =>
    exactKey({ schema: String(row.table_schema), table: String(row.table_name) });
  const newKeys = new Set(inserted.map(keyOf));
  const replacedKeys = new Set(rows.filter((row) => row.is_replaced === 't').map(keyOf));
  return {
    isNew: (table) => newKeys.has(exactKey(table)),
    isReplaced: (table) => replacedKeys.has(exactKey(table)),
  };
};
