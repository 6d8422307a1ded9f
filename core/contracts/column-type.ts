/** A type that a mapping gives a column, as a `ColumnDescription` says it. */
export interface ColumnType {
  /** As DDL spells it: `numeric(20,4)`, `character varying(80)`, `bigint[]`. */
  readonly type: string;
  readonly baseType: string;
  readonly isArray: boolean;
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** What may stand in parentheses after a type's name. */
type Modifier = 'none' | 'length' | 'fixed-length' | 'precision-and-scale' | 'fraction-digits';

interface KnownType {
  readonly type: string;
  readonly baseType: string;
  readonly modifier: Modifier;
  /** Stands behind the modifier. */
  readonly suffix?: string;
}

const withZone = ' with time zone';
const withoutZone = ' without time zone';

const knownTypes: ReadonlyMap<string, KnownType> = new Map(
  (
    [
      [{ type: 'boolean', baseType: 'bool', modifier: 'none' }, 'bool'],
      [{ type: 'smallint', baseType: 'int2', modifier: 'none' }, 'int2'],
      [{ type: 'integer', baseType: 'int4', modifier: 'none' }, 'int', 'int4'],
      [{ type: 'bigint', baseType: 'int8', modifier: 'none' }, 'int8'],
      [{ type: 'real', baseType: 'float4', modifier: 'none' }, 'float4'],
      [{ type: 'double precision', baseType: 'float8', modifier: 'none' }, 'float8'],
      [{ type: 'numeric', baseType: 'numeric', modifier: 'precision-and-scale' }, 'decimal'],
      [{ type: 'text', baseType: 'text', modifier: 'none' }],
      [{ type: 'character varying', baseType: 'varchar', modifier: 'length' }, 'varchar'],
      [{ type: 'character', baseType: 'bpchar', modifier: 'fixed-length' }, 'char'],
      [{ type: 'bytea', baseType: 'bytea', modifier: 'none' }],
      [{ type: 'uuid', baseType: 'uuid', modifier: 'none' }],
      [{ type: 'date', baseType: 'date', modifier: 'none' }],
      [{ type: 'time', baseType: 'time', modifier: 'fraction-digits', suffix: withoutZone }],
      [{ type: 'time', baseType: 'timetz', modifier: 'fraction-digits', suffix: withZone }, 'timetz'],
      [{ type: 'timestamp', baseType: 'timestamp', modifier: 'fraction-digits', suffix: withoutZone }],
      [
        { type: 'timestamp', baseType: 'timestamptz', modifier: 'fraction-digits', suffix: withZone },
        'timestamptz',
      ],
      [{ type: 'interval', baseType: 'interval', modifier: 'none' }],
      [{ type: 'bit', baseType: 'bit', modifier: 'fixed-length' }],
      [{ type: 'bit varying', baseType: 'varbit', modifier: 'length' }, 'varbit'],
      [{ type: 'json', baseType: 'json', modifier: 'none' }],
      [{ type: 'jsonb', baseType: 'jsonb', modifier: 'none' }],
      [{ type: 'xml', baseType: 'xml', modifier: 'none' }],
    ] satisfies readonly (readonly [KnownType, ...string[]])[]
  ).flatMap(([known, ...aliases]: readonly [KnownType, ...string[]]) => [
    ...(known.suffix === withZone ? [] : [[known.type, known] as const]),
    ...(known.suffix === undefined ? [] : [[`${known.type}${known.suffix}`, known] as const]),
    ...aliases.map((alias) => [alias, known] as const),
  ]),
);

/** Limits of PostgreSQL 18: character and bit strings, numeric, fractions of a second. */
const maxLength = 10_485_760;
const maxPrecision = 1_000;
const maxFractionDigits = 6;

const typeForm =
  /^(?<name>[a-z][a-z0-9]*(?: [a-z]+)?)(?:\((?<first>\d{1,8})(?:,(?<second>\d{1,4}))?\))?(?<zone> with(?:out)? time zone)?(?<array>\[\])?$/;

/**
 * Reads a type that a mapping may name: one of PostgreSQL's built-in types, in which canonical values are, with its
 * modifiers, whatever kind the target is; a target of another kind makes its own type of it, as of a source column's.
 * Spelling is free as in SQL (`varchar(80)`, `TIMESTAMP (3)`). Undefined for anything else, so that nothing of a client
 * reaches a statement as it was written.
 */
export const parseColumnType = (text: string): ColumnType | undefined => {
  const tidy = text
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([(),[\]]) ?/g, '$1')
    .replace(/\)(?=[a-z])/, ') ');
  const { name = '', first, second, zone = '', array } = typeForm.exec(tidy)?.groups ?? {};
  const known = knownTypes.get(`${name}${zone}`);
  if (known === undefined) return undefined;
  const modifiers = readModifiers(known.modifier, first, second);
  if (modifiers === undefined) return undefined;
  const isArray = array !== undefined;
  const { text: inParentheses, ...facts } = modifiers;
  return {
    type: `${known.type}${inParentheses}${known.suffix ?? ''}${isArray ? '[]' : ''}`,
    baseType: known.baseType,
    isArray,
    ...facts,
  };
};

interface Modifiers extends Pick<ColumnType, 'maxLength' | 'precision' | 'scale'> {
  readonly text: string;
}

const readModifiers = (
  modifier: Modifier,
  first: string | undefined,
  second: string | undefined,
): Modifiers | undefined => {
  // SQL's `character` and `bit` without a length have the length 1.
  if (first === undefined) return modifier === 'fixed-length' ? { text: '(1)', maxLength: 1 } : { text: '' };
  const value = Number(first);
  if (modifier === 'precision-and-scale') {
    const scale = Number(second ?? 0);
    if (value < 1 || value > maxPrecision || scale > value) return undefined;
    return { text: `(${value},${scale})`, precision: value, scale };
  }
  if (second !== undefined) return undefined;
  switch (modifier) {
    case 'none':
      return undefined;
    case 'length':
    case 'fixed-length':
      return value < 1 || value > maxLength ? undefined : { text: `(${value})`, maxLength: value };
    case 'fraction-digits':
      return value > maxFractionDigits ? undefined : { text: `(${value})`, precision: value };
  }
};

/** Names for a message. */
export const knownTypeNames: readonly string[] = [
  ...new Set([...knownTypes.values()].map(({ type, suffix = '' }) => `${type}${suffix}`)),
];
