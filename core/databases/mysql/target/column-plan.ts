import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { quoteLiteral } from '../literals.ts';
import { parseLabels } from './types/labels.ts';
import { enumLabelLength, longestCanonicalText } from './types/texts.ts';

/** Of all columns of a key in bytes, and of each one (MySQL manual, 17.21, InnoDB limits, for DYNAMIC rows). */
const maxKeyBytes = 3_072;
/** Of all columns of a row but TEXT and BLOB, whose values lie elsewhere (MySQL manual, 10.4.7). */
const maxRowBytes = 65_535;
/** What a TEXT or BLOB column takes of it: up to four bytes of length and eight of a pointer. */
const pointerBytes = 12;
/** Of one varchar in utf8mb4; more than that the row limit never allows. */
const maxVarcharLength = 16_383;
const bytesPerCharacter = 4;
/** MySQL manual, 13.1.3. */
const maxDigits = 65;
const maxScale = 30;
const maxBits = 64;
/** PostgreSQL's times have microseconds. */
const maxFraction = 6;

/** A column of a table that Millrace creates. */
export interface PlannedColumn {
  readonly name: string;
  /** As DDL spells it. */
  readonly type: string;
  /** The character set, where the type has one and it is not the table's own. */
  readonly charset?: string;
  /** Written behind the nullability. */
  readonly suffix?: string;
}

export interface ColumnPlan {
  readonly columns: readonly PlannedColumn[];
  /** Why a table cannot be created for the source's rows, one reason each. */
  readonly refusals: readonly string[];
}

/** A type with what it takes of a row and of a key. */
interface Candidate {
  readonly type: string;
  readonly rowBytes: number;
  /** Undefined for a type that has no length, which no key can have. */
  readonly keyBytes?: number;
  readonly charset?: string;
  readonly suffix?: string;
  /** The type without a length, when there is no room for this one. */
  readonly unlimited?: 'longtext' | 'longblob';
}

interface Refused {
  readonly refused: string;
}

const fixed = (type: string, bytes: number): Candidate => ({ type, rowBytes: bytes, keyBytes: bytes });

const ascii = (type: string, length: number): Candidate => ({
  ...fixed(type, length),
  charset: 'ascii',
});

const longText: Candidate = { type: 'longtext', rowBytes: pointerBytes, unlimited: 'longtext' };
const longBlob: Candidate = { type: 'longblob', rowBytes: pointerBytes, unlimited: 'longblob' };

const varchar = (length: number): Candidate =>
  length > maxVarcharLength
    ? longText
    : {
        type: `varchar(${length})`,
        rowBytes: length * bytesPerCharacter + 2,
        keyBytes: length * bytesPerCharacter,
        unlimited: 'longtext',
      };

/**
 * The columns of a new table for the rows of a source table: of a MySQL source its own types, and otherwise the types that
 * hold every ordinary value exactly. What has no such type is text in its canonical form.
 *
 * Declared lengths stay as long as the row has room for them; the longest ones give way. A key column without a length gets
 * what room the key has left.
 */
export const planColumns = (source: TableDescription): ColumnPlan => {
  const refusals: string[] = [];
  const candidates = source.columns
    .filter((column) => !column.isGenerated)
    .map((column) => {
      const candidate = candidateFor(column);
      if ('refused' in candidate) refusals.push(`column ${column.name} ${candidate.refused}`);
      return { column, candidate: 'refused' in candidate ? longText : candidate };
    });
  const isKey = (column: ColumnDescription) => source.primaryKey.includes(column.name);

  const keys = candidates.filter(({ column }) => isKey(column));
  const open = keys.filter(({ candidate }) => candidate.keyBytes === undefined);
  const taken = keys.reduce((sum, { candidate }) => sum + (candidate.keyBytes ?? 0), 0);
  const share = open.length === 0 ? 0 : Math.floor((maxKeyBytes - taken) / open.length);
  const minShare = 64;
  if (taken > maxKeyBytes || (open.length > 0 && share < minShare)) {
    refusals.push(`its key is longer than the ${maxKeyBytes} bytes that InnoDB has for one`);
  }
  for (const { column, candidate } of keys) {
    if (candidate.type === 'float') {
      refusals.push(`key column ${column.name} is ${column.type}, which MySQL cannot look up by its value`);
    }
  }

  const limited = candidates.map(({ column, candidate }) => {
    if (!isKey(column) || candidate.keyBytes !== undefined) return { column, candidate };
    return {
      column,
      candidate:
        candidate.unlimited === 'longblob'
          ? fixed(`varbinary(${share})`, share)
          : varchar(Math.max(1, Math.floor(share / bytesPerCharacter))),
    };
  });
  return {
    refusals,
    columns: fitRow(limited, isKey).map(({ column, candidate }) => ({
      name: column.name,
      type: candidate.type,
      ...(candidate.charset !== undefined && { charset: candidate.charset }),
      ...(candidate.suffix !== undefined && { suffix: candidate.suffix }),
    })),
  };
};

interface Chosen {
  readonly column: ColumnDescription;
  readonly candidate: Candidate;
}

const fitRow = (
  columns: readonly Chosen[],
  isKey: (column: ColumnDescription) => boolean,
): readonly Chosen[] => {
  // One bit of a row for each column that may be NULL.
  let bytes = columns.reduce((sum, { candidate }) => sum + candidate.rowBytes, Math.ceil(columns.length / 8));
  const widest = columns
    .filter(({ column, candidate }) => !isKey(column) && candidate.unlimited !== undefined)
    .toSorted((a, b) => b.candidate.rowBytes - a.candidate.rowBytes);
  const given = new Set<ColumnDescription>();
  for (const { column, candidate } of widest) {
    if (bytes <= maxRowBytes || candidate.rowBytes <= pointerBytes) break;
    bytes -= candidate.rowBytes - pointerBytes;
    given.add(column);
  }
  return columns.map(({ column, candidate }) => ({
    column,
    candidate: given.has(column)
      ? {
          type: candidate.unlimited ?? 'longtext',
          rowBytes: pointerBytes,
          ...(candidate.charset !== undefined && { charset: candidate.charset }),
        }
      : candidate,
  }));
};

/**
 * Types with values that MySQL's own do not have: NaN and infinity, dates before the year 1 or after 9999, and numbers of
 * more than 65 digits.
 */
const widerTypes: ReadonlySet<string> = new Set([
  'numeric',
  'float4',
  'float8',
  'date',
  'timestamp',
  'timestamptz',
]);

/** Whether the column of a new table holds every value of its canonical type, or of the same type in MySQL. */
export const holdsEveryValue = (column: ColumnDescription): boolean =>
  nativeCandidate(column) !== undefined ||
  column.typeKind !== 'base' ||
  column.isArray ||
  !widerTypes.has(column.baseType);

const candidateFor = (column: ColumnDescription): Candidate | Refused =>
  (column.native && nativeCandidate(column)) ?? canonicalCandidate(column);

const canonicalCandidate = (column: ColumnDescription): Candidate | Refused => {
  if (column.typeKind === 'enum' && !column.isArray)
    return varchar(longestCanonicalText(column) ?? enumLabelLength);
  if (column.typeKind !== 'base' || column.isArray) return longText;
  const { maxLength, precision } = column;
  const fraction = Math.min(precision ?? maxFraction, maxFraction);
  switch (column.baseType) {
    case 'bool':
      return fixed('tinyint(1)', 1);
    case 'int2':
      return fixed('smallint', 2);
    case 'int4':
      return fixed('int', 4);
    case 'int8':
      return fixed('bigint', 8);
    case 'oid':
      return fixed('int unsigned', 4);
    case 'xid8':
      return fixed('bigint unsigned', 8);
    case 'numeric':
      return decimalCandidate(column);
    case 'float4':
      return fixed('float', 4);
    case 'float8':
      return fixed('double', 8);
    case 'date':
      return fixed('date', 3);
    case 'time':
      return fixed(`time(${fraction})`, 6);
    case 'timestamp':
    case 'timestamptz':
      return fixed(`datetime(${fraction})`, 8);
    case 'uuid':
      return ascii('char(36)', 36);
    case 'bytea':
      return longBlob;
    case 'bit':
      return (maxLength ?? 1) <= maxBits
        ? fixed(`bit(${maxLength ?? 1})`, Math.ceil((maxLength ?? 1) / 8))
        : varchar(maxLength ?? 1);
    // Of fixed length in PostgreSQL, but its padding is part of what it writes, and CHAR forgets that.
    case 'bpchar':
    case 'varchar':
    case 'varbit':
      return maxLength === undefined ? longText : varchar(maxLength);
    case 'inet':
    case 'cidr':
    case 'macaddr':
    case 'macaddr8':
    case 'pg_lsn':
    case 'timetz':
    case 'interval':
    case 'name':
    case 'char':
      return varchar(longestCanonicalText(column) ?? maxVarcharLength);
    default:
      return longText;
  }
};

/** MySQL has at most 65 digits, 30 of them in the fraction, and no decimal without a size. */
const decimalCandidate = ({ precision, scale = 0, type }: ColumnDescription): Candidate | Refused => {
  const remedy = 'give its target column a type, or a text type';
  if (precision === undefined) {
    return { refused: `is numeric without a precision, which MySQL does not have; ${remedy}` };
  }
  // PostgreSQL's scale may be negative, or larger than the precision.
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  if (digits > maxDigits || scale > maxScale) {
    return {
      refused: `is ${type}, but MySQL has at most ${maxDigits} digits, ${maxScale} of them in the fraction; ${remedy}`,
    };
  }
  // Nine digits take four bytes (MySQL manual, 13.7).
  return fixed(`decimal(${digits},${Math.max(0, scale)})`, Math.ceil(digits / 9) * 4 + 4);
};

/** A type as the server spells it, taken apart so that nothing else of it gets into our DDL. */
const nativeForm = /^([a-z]+)(?:\((\d+)(?:,(\d+))?\))?((?: unsigned)?)(?: zerofill)?(?: |$)/;

const integerBytes: ReadonlyMap<string, number> = new Map([
  ['tinyint', 1],
  ['smallint', 2],
  ['mediumint', 3],
  ['int', 4],
  ['bigint', 8],
]);

/** Whether a type is one of MySQL's and MariaDB's that are the same at both. */
const isCharset = (charset: string | undefined): charset is string =>
  charset !== undefined && /^[a-z0-9]+$/.test(charset);

/** The source's own type; undefined where only one of the two servers has it, or it is not MySQL's at all. */
const nativeCandidate = (column: ColumnDescription): Candidate | undefined => {
  const { native } = column;
  if (native === undefined) return undefined;
  const charset =
    isCharset(native.charset) && native.charset !== 'utf8mb4' ? { charset: native.charset } : {};
  const labels = parseLabels(native.type);
  if (labels !== undefined && (native.baseType === 'enum' || native.baseType === 'set')) {
    const list = labels.map((label) => quoteLiteral(label, 'text')).join(',');
    return { ...fixed(`${native.baseType}(${list})`, 8), ...charset };
  }
  const [, base = '', first, second, unsigned = ''] = nativeForm.exec(native.type) ?? [];
  const length = Number(first ?? 1);
  const bytes = integerBytes.get(base);
  if (bytes !== undefined) {
    const isBoolean = base === 'tinyint' && first === '1';
    return fixed(`${base}${isBoolean ? '(1)' : ''}${unsigned}`, bytes);
  }
  switch (base) {
    case 'decimal':
      return fixed(
        `decimal(${first ?? 10},${second ?? 0})${unsigned}`,
        Math.ceil(Number(first ?? 10) / 9) * 4 + 4,
      );
    case 'float':
      return fixed(`float${unsigned}`, 4);
    case 'double':
      return fixed(`double${unsigned}`, 8);
    case 'bit':
      return fixed(`bit(${length})`, Math.ceil(length / 8));
    case 'char':
      return { ...fixed(`char(${length})`, length * bytesPerCharacter), ...charset };
    case 'varchar':
      return { ...varchar(length), ...charset };
    case 'binary':
      return fixed(`binary(${length})`, length);
    case 'varbinary':
      return { ...fixed(`varbinary(${length})`, length), unlimited: 'longblob' };
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return { ...longText, type: base, ...charset };
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return { ...longBlob, type: base };
    case 'json':
    case 'geometry':
    case 'point':
    case 'linestring':
    case 'polygon':
    case 'multipoint':
    case 'multilinestring':
    case 'multipolygon':
    case 'geometrycollection':
    case 'geomcollection':
      return { ...longBlob, type: base === 'geomcollection' ? 'geometrycollection' : base };
    case 'date':
      return fixed('date', 3);
    case 'year':
      return fixed('year', 1);
    case 'time':
      return fixed(`time(${first ?? 0})`, 6);
    case 'datetime':
      return fixed(`datetime(${first ?? 0})`, 8);
    case 'timestamp':
      // Without a default of its own it would be set by itself, on some servers.
      return {
        ...fixed(`timestamp(${first ?? 0})`, 7),
        ...(column.notNull ? { suffix: `DEFAULT '1970-01-01 00:00:01'` } : {}),
      };
    default:
      return undefined;
  }
};
