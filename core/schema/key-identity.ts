import type { TableDescription } from '../contracts/table-description.ts';

/** Whether the log names a changed or deleted row by the table's key. */
export const isNamedInLog = ({ replicaIdentity, keyIndex }: TableDescription): boolean =>
  replicaIdentity === 'full' ||
  replicaIdentity === 'index' ||
  (replicaIdentity === 'default' && keyIndex === undefined);

/** Completes "Table public.orders has changed at the source: ". */
export const keyMadeAgain =
  'its key was dropped and created again, and in between several rows may have had the same one';

/**
 * Whether rows may have had the same key for a time. Without its key, PostgreSQL refuses UPDATE and DELETE on a published table, so
 * rows that were doubled could not have gone again; with REPLICA IDENTITY FULL they can, and an event does not say which of them it
 * is about. `identity` is what an event between the two descriptions has.
 */
export const isKeyMadeAgain = (
  before: TableDescription,
  after: TableDescription,
  identity = after.replicaIdentity,
): boolean => {
  const [old, now] = [before.catalog?.keyId, after.catalog?.keyId];
  if (old === undefined || now === undefined || old === now) return false;
  return [before.replicaIdentity, after.replicaIdentity, identity].includes('full');
};
