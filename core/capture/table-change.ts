import type { RawRow, TableChange } from '../contracts/change-event.ts';

/**
 * The change that an event's `source` describes, once its connector's own names are resolved: the table's schema and the
 * place in the log. Undefined when the event lacks one of the parts.
 */
export const tableChange = (
  { table, ts_ms: committedAtMs }: RawRow,
  schema: unknown,
  position: unknown,
): TableChange | undefined =>
  typeof schema === 'string' &&
  typeof table === 'string' &&
  typeof position === 'number' &&
  typeof committedAtMs === 'number'
    ? { schema, table, position, committedAtMs }
    : undefined;
