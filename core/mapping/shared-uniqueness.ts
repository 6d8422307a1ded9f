import type {
  ColumnDescription,
  TableDescription,
  UniqueKey,
  Uniqueness,
} from '../contracts/table-description.ts';

/**
 * `mapped` has the target's names, see `mapTable`. `isAsFine` says whether values that are equal to the target's column are
 * equal to the source's.
 */
export const uniquenessOf = (
  mapped: TableDescription,
  target: TableDescription,
  isAsFine: (source: ColumnDescription, target: ColumnDescription) => boolean,
): Uniqueness => {
  const others = target.uniqueKeys;
  if (others === undefined) return 'own';
  if (others.length === 0) return 'none';
  const isFine = (name: string): boolean => {
    const from = mapped.columns.find((column) => column.name === name);
    const to = target.columns.find((column) => column.name === name);
    return from !== undefined && to !== undefined && isAsFine(from, to);
  };
  const kept = [
    ...(mapped.isKeyDeferrable || mapped.primaryKey.length === 0 ? [] : [mapped.primaryKey]),
    ...(mapped.uniqueKeys ?? []).filter(isStrict).map(({ columns }) => columns),
  ];
  const isShared = (columns: readonly string[]): boolean =>
    kept.some((key) => key.every((name) => columns.includes(name) && isFine(name)));
  return isShared(target.primaryKey) && others.every((key) => key.isPlain && isShared(key.columns))
    ? 'shared'
    : 'own';
};

/** Whether no two rows of the source are ever equal in the key. */
const isStrict = ({ isPlain, isImmediate }: UniqueKey): boolean => isPlain && isImmediate;
