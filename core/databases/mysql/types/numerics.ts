import { numberLiteral } from '../literals.ts';
import { copyNumber } from './transcode.ts';
import { matching, type TypeCodecs } from './type-codec.ts';

const isDecimal = matching(/^-?\d+(?:\.\d+)?$/);

export const numericCodecs: TypeCodecs = {
  decimal: {
    canonicalType: ({ precision = 10, scale = 0 }) => ({
      type: `numeric(${precision},${scale})`,
      baseType: 'numeric',
      precision,
      scale,
    }),
    // ZEROFILL pads the server's text.
    fromSelect: (value) => isDecimal(value)?.replace(/^(-?)0+(?=\d)/, '$1'),
    transcode: copyNumber,
    fromEvent: isDecimal,
    toLiteral: numberLiteral,
  },
};
