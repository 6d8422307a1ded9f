import { quoteLiteral } from '../literals.ts';
import { type MysqlType, type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { fixedColumn } from './new-column.ts';
import { copyBytes } from './transcode.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/** `enum('a','it''s')` as the server spells it. */
const list = /^(?:enum|set)\(('(?:[^']|'')*'(?:,'(?:[^']|'')*')*)\)$/;

/** The labels of an ENUM or SET, in order; undefined for another type. */
export const parseLabels = (type: string): readonly string[] | undefined => {
  const quoted = list.exec(type)?.[1];
  return quoted?.match(/'(?:[^']|'')*'/g)?.map((label) => label.slice(1, -1).replaceAll("''", "'"));
};

const textTypes: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar']);

/**
 * A label is looked up here, because MySQL would take a text that is none, but a number, for the position of one (MySQL
 * manual, 13.3.6).
 */
const encoder: EncoderChoice = (source, target) => {
  const isSet = target.baseType === 'set';
  if (!isSet && target.baseType !== 'enum') return undefined;
  const isText = source.typeKind === 'enum' || textTypes.has(scalarType(source) ?? '');
  const labels = parseLabels(target.type);
  if (!isText || source.isArray || labels === undefined) return undefined;
  const known = new Set(labels);
  return {
    form: 'text',
    encode: (text) => {
      if (known.has(text)) return text;
      const isKnownSet = isSet && (text === '' || text.split(',').every((label) => known.has(label)));
      return isKnownSet ? text : refuse('is no label of its column');
    },
  };
};

const string = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);

/**
 * Debezium (3.5.0, dbz#2102) doubles the backslash of a member, and columns that have one are refused. A statement in the log can add one
 * while changes are captured: no value is better than another one.
 */
const withoutBackslash = (label: string | undefined): string | undefined =>
  label?.includes('\\') === true ? undefined : label;

/** Its values are the labels of its type, which are taken apart so that nothing else of it gets into DDL. */
const labelled = (name: 'enum' | 'set', fromEvent: MysqlType['fromEvent']): MysqlType => ({
  canonicalType: () => plainType('text'),
  fromSelect: (value) => value,
  transcode: copyBytes,
  fromEvent,
  create: ({ charset }, { native }) => {
    const labels = parseLabels(native?.type ?? '');
    if (labels === undefined) return undefined;
    const list = labels.map((label) => quoteLiteral(label, 'text')).join(',');
    return { ...fixedColumn(`${name}(${list})`, 8), ...charset };
  },
});

const types: MysqlTypes = {
  // Sorted by the number of the member and compared by its text, so a range of one is none of the other: no literal.
  // Debezium puts a backslash before a comma of a member (`b,c` arrives as `b\,c`). No member has one itself: column-codec.ts.
  enum: labelled('enum', (raw) => withoutBackslash(string(raw)?.replaceAll('\\,', ','))),
  set: labelled('set', (raw) => withoutBackslash(string(raw))),
};

export const labels: TypeFamily = {
  types,
  encoder,
  documented: [
    { columnType: "enum('a','b')", maxLength: 1, charset: 'utf8mb4' },
    { columnType: "set('a','b')", maxLength: 3, charset: 'utf8mb4' },
  ],
};
