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
export const labelEncoder: EncoderChoice = (source, target) => {
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
