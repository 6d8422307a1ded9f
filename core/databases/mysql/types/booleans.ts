import type { TypeFamily } from './mysql-type.ts';
import { fixedColumn } from './new-column.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const integerTypes: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);

/** MySQL's BOOL is TINYINT(1) (MySQL manual, 13.1.1). */
const encoder: EncoderChoice = (source, target) => {
  if (scalarType(source) !== 'bool') return undefined;
  const isBit = target.baseType === 'bit' && target.maxLength === 1;
  if (!isBit && !integerTypes.has(target.baseType)) return undefined;
  return {
    form: isBit ? 'bits' : 'number',
    encode: (text) => {
      if (text === 't') return '1';
      return text === 'f' ? '0' : refuse('is no boolean');
    },
  };
};

export const booleans: TypeFamily = {
  types: {},
  encoder,
  forCanonical: {
    bool: () => fixedColumn('tinyint(1)', 1),
  },
};
