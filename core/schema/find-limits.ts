import type { ColumnLimit } from '../contracts/schema-change.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';

/**
 * What columns hold no more after a change, as far as it can be counted: NULL, texts of more characters, integers out of a range. Both
 * tables have the target's names.
 */
export const findLimits = (before: TableDescription, after: TableDescription): readonly ColumnLimit[] =>
  after.columns.flatMap((column): readonly ColumnLimit[] => {
    const old = before.columns.find(({ name }) => name === column.name);
    if (old === undefined || column.isGenerated) return [];
    const { name } = column;
    const range = rangeOf(column);
    const oldRange = rangeOf(old);
    const isShorter =
      column.maxLength !== undefined &&
      isText(column) &&
      isText(old) &&
      (old.maxLength === undefined || column.maxLength < old.maxLength);
    const isNarrower =
      range !== undefined &&
      oldRange !== undefined &&
      (BigInt(range[0]) > BigInt(oldRange[0]) || BigInt(range[1]) < BigInt(oldRange[1]));
    return [
      ...(column.notNull && !old.notNull ? [{ kind: 'null', column: name } as const] : []),
      ...(isShorter ? [{ kind: 'length', column: name, max: column.maxLength ?? 0 } as const] : []),
      ...(isNarrower ? [{ kind: 'range', column: name, min: range[0], max: range[1] } as const] : []),
    ];
  });

const textTypes: ReadonlySet<string> = new Set(['varchar', 'text', 'bpchar']);
const isText = ({ baseType, isArray }: ColumnDescription): boolean => textTypes.has(baseType) && !isArray;

type Range = readonly [min: string, max: string];

const ranges: Readonly<Record<string, Range>> = {
  int2: ['-32768', '32767'],
  int4: ['-2147483648', '2147483647'],
  int8: ['-9223372036854775808', '9223372036854775807'],
  tinyint: ['-128', '127'],
  smallint: ['-32768', '32767'],
  mediumint: ['-8388608', '8388607'],
  int: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};

const rangeOf = ({ native, baseType, isArray }: ColumnDescription): Range | undefined => {
  if (isArray) return undefined;
  const range = ranges[native?.baseType ?? baseType];
  if (range === undefined || native?.isUnsigned !== true) return range;
  return ['0', String(BigInt(range[1]) * 2n + 1n)];
};
