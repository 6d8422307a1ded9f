import type { NulledValues } from '../contracts/copy.ts';
import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import { countOf } from '../naming/count-of.ts';

/** For a log line: `public.t: 3 values of column a, 1 value of column b became NULL, because ...`. */
export const describeNulled = (table: TableRef, columns: NulledValues): string => {
  const counts = [...columns].map(([column, count]) => `${countOf(count, 'value')} of column ${column}`);
  return `${tableLabel(table)}: ${counts.join(', ')} became NULL, because the target cannot hold them (value_policy null)`;
};

export const totalOf = (columns: NulledValues): number =>
  [...columns.values()].reduce((sum, count) => sum + count, 0);

export const addNulled = (total: Map<string, number>, columns: NulledValues): void => {
  for (const [column, count] of columns) total.set(column, (total.get(column) ?? 0) + count);
};
