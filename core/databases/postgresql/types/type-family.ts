import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { ValueDecoders } from './value-decoder.ts';

/** Types that are alike: one file. PostgreSQL reads and writes their canonical text itself, so they only need a decoder. */
export interface TypeFamily {
  /** By the name of the type. */
  readonly decoders: ValueDecoders;
  /** A column of each type, with modifiers where they matter, for docs/guide/types.md. */
  readonly documented: readonly ColumnDescription[];
}

export const documentedColumn = (
  type: string,
  baseType: string,
  change: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  name: type,
  type,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...change,
});
