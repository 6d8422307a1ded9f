/** LogMiner's own limit of a name does not matter for it, but old servers' does. */
const maxNameLength = 30;

/**
 * The connector's flush table, one for each replication: `MILLRACE_CLIENT_1_DB_2` from the slot's name. A name that
 * would be too long keeps its end, which has the numbers.
 */
export const flushTableName = (slotName: string): string => {
  const name = slotName.toUpperCase();
  return name.length <= maxNameLength
    ? name
    : `MILLRACE_${name.slice('MILLRACE_'.length - maxNameLength).replace(/^_+/, '')}`;
};
