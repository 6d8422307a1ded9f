import type { ColumnLimit, UnfitRows } from '../contracts/schema-change.ts';

/** `rows` is undefined where they could not be counted. */
export const describeUnfit = (limit: ColumnLimit, rows: number | undefined): UnfitRows => ({
  column: limit.column,
  what: whatOf(limit),
  ...(rows !== undefined && { rows }),
});

const whatOf = (limit: ColumnLimit): string => {
  switch (limit.kind) {
    case 'null':
      return 'have NULL';
    case 'length':
      return `are longer than ${limit.max} characters`;
    case 'range':
      return `are not between ${limit.min} and ${limit.max}`;
  }
};
