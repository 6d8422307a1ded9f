import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import { ownerTableName } from '#core/databases/mysql/target/bookkeeping.ts';
import {
  deleteCheckpoints,
  deleteShared,
  deleteTopics,
  knowsReplication,
  moveShared,
} from '#core/databases/mysql/target/checkpoints.ts';
import { createSchemaStatement } from '#core/databases/mysql/target/ddl.ts';
import { deleteDeadLetters } from '#core/databases/mysql/target/dead-letters.ts';
import {
  deleteOwners,
  findOwnerSchemas,
  insertOwners,
  lockOwnedTable,
  ownedName,
  renewOwners,
  selectOwners,
  toOwnerRow,
} from '#core/databases/mysql/target/ownership.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import {
  exactKey,
  lostCopyError,
  notOwnedError,
  type OwnerRow,
  refuseForeignTables,
} from '#core/lifecycle/ownership-refusals.ts';
import type { TakeRequest, TargetOwnership } from '#core/ports/target-ownership.ts';
import type { Connection } from '../driver/connection.ts';
import type { Executor } from '../driver/executor.ts';
import {
  ensureClientTables,
  ensureOwnerTable,
  hasClientTables,
  hasDeadLetters,
  hasOwnerTable,
  wasShared,
} from './bookkeeping.ts';

/** `TargetOwnership` in MySQL and MariaDB. */
export const createOwnership = (executor: Executor): TargetOwnership => ({
  takeTables: async (request) => {
    const action = 'take the target tables';
    await executor.use(action, async (connection) => {
      await ensureClientTables(connection, request.owner);
      await ensureOwnerTables(connection, request.tables);
    });
    await executor.transaction(action, (connection) => takeTables(connection, request));
  },

  checkTables: (request) =>
    executor.rehearse('look for the owners of the target tables', async (connection) => {
      const tables = await inOwnerSchemas(connection, request.tables);
      await insertAndCheck(connection, { ...request, tables, generation: 0 });
    }),

  releaseTables: (owner, tables) =>
    executor.transaction('give the target tables back', (connection) =>
      tables === undefined ? releaseAll(connection, owner) : release(connection, owner, tables),
    ),

  forgetTopics: (owner, topics) =>
    executor.use('remove the checkpoints', async (connection) => {
      if (topics.length === 0 || !(await hasClientTables(connection, owner))) return;
      await connection.query(deleteTopics(owner, topics));
      if (await hasDeadLetters(connection, owner)) await connection.query(deleteDeadLetters(owner, topics));
    }),

  knowsReplication: (owner) =>
    executor.use('read the checkpoints', async (connection) => {
      const isKnown =
        (await hasClientTables(connection, owner)) &&
        (await connection.query(knowsReplication(owner))).rows.length > 0;
      return isKnown || (await wasShared(connection, owner));
    }),
});

const release = async (
  connection: Connection,
  owner: TargetOwner,
  tables: readonly TableRef[],
): Promise<void> => {
  for (const [schema, group] of bySchema(await inOwnerSchemas(connection, tables))) {
    const names = group.map((table) => ownedName(table, connection.facts));
    await connection.query(deleteOwners(schema, owner, names));
  }
};

/** In the order in which a consumer locks the rows. */
const releaseAll = async (connection: Connection, owner: TargetOwner): Promise<void> => {
  if (await hasClientTables(connection, owner)) {
    for (const statement of deleteCheckpoints(owner)) await connection.query(statement);
  }
  if (await hasDeadLetters(connection, owner)) await connection.query(deleteDeadLetters(owner));
  const { rows } = await connection.query(findOwnerSchemas(ownerTableName));
  let owned = 0;
  for (const { name } of rows) {
    owned += (await connection.query(deleteOwners(String(name), owner))).affectedRows;
  }
  // What is in the shared tables after this version has taken tables is another installation's.
  if (owned === 0 && (await wasShared(connection, owner))) {
    for (const statement of deleteShared(owner)) await connection.query(statement);
  }
};

/** Creates the tables of owners in the databases of the tables, and these databases, unless they are there. */
export const ensureOwnerTables = async (
  connection: Connection,
  tables: readonly TableRef[],
): Promise<void> => {
  for (const [schema] of bySchema(tables)) {
    if (await hasOwnerTable(connection, schema)) continue;
    const { rows } = await connection.query({
      text: 'SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
      values: [schema],
    });
    if (rows.length === 0) await connection.query(createSchemaStatement(schema));
    await ensureOwnerTable(connection, schema);
  }
};

/** Takes the tables in a transaction, see `TargetOwnership.takeTables`. */
const takeTables = async (
  connection: Connection,
  { owner, generation, tables, copied = [], isReload = false }: TakeRequest,
): Promise<void> => {
  const before = await readOwners(connection, tables);
  await insertAndCheck(connection, { owner, generation, tables });
  const known = new Set(before.map((row) => exactKey(row.table)));
  const unknown = copied.filter((table) => !known.has(exactKey(table)));
  // An older version has copied them, and wrote no owners.
  if (unknown.length > 0 && (await wasShared(connection, owner))) {
    // A consumer of that version finds its checkpoints gone, and is fenced by that.
    for (const statement of moveShared(owner)) await connection.query(statement);
  } else if (unknown.length > 0 && !isReload) throw lostCopyError(unknown, 'not-owned');
  for (const [schema, group] of bySchema(tables)) {
    const names = group.map((table) => ownedName(table, connection.facts));
    await connection.query(renewOwners(schema, { owner, generation }, names));
  }
};

/**
 * An older version knew no owners. A consumer of such a replication takes its tables when it is launched by this version,
 * if they are still free.
 */
export const adoptTables = async (
  connection: Connection,
  owner: TargetOwner,
  tables: readonly TableRef[],
): Promise<void> => {
  if (!(await wasShared(connection, owner))) return;
  const rows = await readOwners(connection, tables);
  if (rows.some((row) => isSameOwner(row, owner))) return;
  await takeTables(connection, { owner, generation: 0, tables, copied: tables });
};

const isSameOwner = (one: TargetOwner, other: TargetOwner): boolean =>
  one.installationId === other.installationId &&
  one.clientId === other.clientId &&
  one.replicationId === other.replicationId;

/** Throws unless the replication owns every table, see `TargetOwnership.takeTables`. */
export const requireTables = async (
  connection: Connection,
  owner: TargetOwner,
  tables: readonly TableRef[],
): Promise<void> => {
  const rows = await readOwners(connection, await inOwnerSchemas(connection, tables));
  const own = rows.filter((row) => isSameOwner(row, owner));
  const owned = new Set(own.map((row) => exactKey(row.table)));
  const lost = tables.find((table) => !owned.has(exactKey(table)));
  if (lost !== undefined) throw notOwnedError({ owner }, lost);
};

/** Throws unless the table is that of the start; nobody else can take it before the transaction ends. */
export const lockTable = async (connection: Connection, start: OwnedRun, table: TableRef): Promise<void> => {
  if (await hasOwnerTable(connection, table.schema)) {
    const { rows } = await connection.query(
      lockOwnedTable(table.schema, start, ownedName(table, connection.facts)),
    );
    if (rows.length > 0) return;
  }
  throw notOwnedError(start, table);
};

const bySchema = (tables: readonly TableRef[]): readonly (readonly [string, readonly TableRef[]])[] =>
  [...Map.groupBy(tables, ({ schema }) => schema)].sort(([one], [other]) => (one < other ? -1 : 1));

/** Those of the tables in whose database there is a table of owners. */
const inOwnerSchemas = async (
  connection: Connection,
  tables: readonly TableRef[],
): Promise<readonly TableRef[]> => {
  const found: TableRef[] = [];
  for (const [schema, group] of bySchema(tables)) {
    if (await hasOwnerTable(connection, schema)) found.push(...group);
  }
  return found;
};

const readOwners = async (
  connection: Connection,
  tables: readonly TableRef[],
): Promise<readonly OwnerRow[]> => {
  const owners: OwnerRow[] = [];
  for (const [schema, group] of bySchema(tables)) {
    const { rows } = await connection.query(
      selectOwners(
        schema,
        group.map((table) => ownedName(table, connection.facts)),
      ),
    );
    const byName = new Map(rows.map((row) => [String(row.table_name), row]));
    for (const table of group) {
      const row = byName.get(ownedName(table, connection.facts));
      if (row !== undefined) owners.push(toOwnerRow(row, table));
    }
  }
  return owners;
};

const insertAndCheck = async (
  connection: Connection,
  { owner, generation, tables }: TakeRequest,
): Promise<void> => {
  refuseAlike(tables, connection);
  for (const [schema, group] of bySchema(tables)) {
    const names = group.map((table) => ownedName(table, connection.facts));
    await connection.query(insertOwners(schema, { owner, generation }, names));
  }
  refuseForeignTables(owner, tables, await readOwners(connection, tables));
};

/** Two names that the server takes for one are one table, which two source tables would write. */
const refuseAlike = (tables: readonly TableRef[], { facts }: Connection): void => {
  if (!facts.foldsNames) return;
  const groups = Map.groupBy(tables, (table) => exactKey(table).toLowerCase());
  const alike = [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.map(tableLabel));
  if (alike.length === 0) return;
  throw new MillraceError(
    'TargetTableClaimed',
    `The target does not tell names apart that differ only in case: ${alike.map((names) => names.join(' and ')).join('; ')}.`,
    { facts: { tables: alike.flat(), replications: [], hasOthers: true } },
  );
};
