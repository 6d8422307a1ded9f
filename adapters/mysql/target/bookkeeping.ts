import type { TargetOwner } from '#core/contracts/target-owner.ts';
import {
  clientTableNames,
  createClientTables,
  createOwnerTable,
  findTables,
  ownerTableName,
  sharedTableNames,
} from '#core/databases/mysql/target/bookkeeping.ts';
import { hasSharedCheckpoints } from '#core/databases/mysql/target/checkpoints.ts';
import { createDeadLetterTable } from '#core/databases/mysql/target/dead-letters.ts';
import type { Connection } from '../driver/connection.ts';

/** Creates the client's tables in the registered database unless they are there. */
export const ensureClientTables = async (connection: Connection, owner: TargetOwner): Promise<void> => {
  if (!(await hasClientTables(connection, owner))) {
    for (const statement of createClientTables(owner)) await connection.query(statement);
  }
  if (!(await hasDeadLetters(connection, owner))) await connection.query(createDeadLetterTable(owner));
};

export const hasClientTables = (connection: Connection, owner: TargetOwner): Promise<boolean> => {
  const { epoch, checkpoint } = clientTableNames(owner);
  return areThere(connection, undefined, [epoch, checkpoint]);
};

/** A version before dead letters created the other tables of the client only. */
export const hasDeadLetters = (connection: Connection, owner: TargetOwner): Promise<boolean> =>
  areThere(connection, undefined, [clientTableNames(owner).deadLetter]);

export const hasOwnerTable = (connection: Connection, schema: string): Promise<boolean> =>
  areThere(connection, schema, [ownerTableName]);

/**
 * Creates the table of owners in a database of target tables unless it is there. Looked up first, because CREATE TABLE IF
 * NOT EXISTS demands the privilege to create one in any case.
 */
export const ensureOwnerTable = async (connection: Connection, schema: string): Promise<void> => {
  if (await hasOwnerTable(connection, schema)) return;
  await connection.query(createOwnerTable(schema));
};

/** Whether an older version has applied changes for the replication, as far as the account sees its tables. */
export const wasShared = async (connection: Connection, owner: TargetOwner): Promise<boolean> => {
  if (!(await areThere(connection, undefined, Object.values(sharedTableNames)))) return false;
  const { rows } = await connection.query(hasSharedCheckpoints(owner));
  return rows.length > 0;
};

const areThere = async (
  connection: Connection,
  schema: string | undefined,
  names: readonly string[],
): Promise<boolean> => {
  const { rows } = await connection.query(findTables(schema, names));
  return rows.length === names.length;
};
