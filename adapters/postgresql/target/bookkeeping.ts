import type { TargetOwner } from '#core/contracts/target-owner.ts';
import {
  bookkeepingLock,
  createClientTables,
  createOwnerTable,
  createSchema,
  findBookkeeping,
} from '#core/databases/postgresql/target/bookkeeping.ts';
import { createDeadLetterTable } from '#core/databases/postgresql/target/dead-letters.ts';
import type { RunStatement } from '../driver/executor.ts';

/** What a target has of the bookkeeping. */
export interface Bookkeeping {
  readonly hasSchema: boolean;
  readonly hasOwners: boolean;
  readonly hasClientTables: boolean;
  /** A version before dead letters created the other tables of the client only. */
  readonly hasDeadLetters: boolean;
  /** The tables of an older version, if the role may read and change them. */
  readonly hasSharedTables: boolean;
}

export const readBookkeeping = async (run: RunStatement, owner: TargetOwner): Promise<Bookkeeping> => {
  const [row] = await run(findBookkeeping(owner));
  return {
    hasSchema: row?.schema_there === 't',
    hasOwners: row?.owners_there === 't',
    hasClientTables: row?.client_there === 't',
    hasDeadLetters: row?.dead_letters_there === 't',
    hasSharedTables: row?.shared_there === 't',
  };
};

/** Creates what is missing of the bookkeeping, in a transaction of its own. */
export const ensureBookkeeping = async (run: RunStatement, owner: TargetOwner): Promise<Bookkeeping> => {
  const found = await readBookkeeping(run, owner);
  if (found.hasOwners && found.hasClientTables && found.hasDeadLetters) return found;
  await run(bookkeepingLock);
  const missing = await readBookkeeping(run, owner);
  if (!missing.hasSchema) await run(createSchema);
  const statements = [
    ...(missing.hasOwners ? [] : createOwnerTable),
    ...(missing.hasClientTables ? [] : createClientTables(owner)),
    ...(missing.hasDeadLetters ? [] : createDeadLetterTable(owner)),
  ];
  for (const statement of statements) await run(statement);
  return { ...missing, hasSchema: true, hasOwners: true, hasClientTables: true, hasDeadLetters: true };
};
