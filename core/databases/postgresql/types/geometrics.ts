import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const number = String.raw`-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|Infinity|NaN)`;
const point = String.raw`\(${number},${number}\)`;

/** A list may have any length, so this is one class of characters: a repeated group would need a stack as deep as the path is long. */
const points = String.raw`\([-+.\d,()eINafinty]*\)`;

/** Coordinates are of double precision, written with the fewest digits that read back as the same number. */
const decoders: ValueDecoders = {
  point: matching(new RegExp(`^${point}$`)),
  line: matching(new RegExp(`^\\{${number},${number},${number}\\}$`)),
  lseg: matching(new RegExp(`^\\[${point},${point}\\]$`)),
  box: matching(new RegExp(`^${point},${point}$`)),
  // Open in square brackets, closed in round ones.
  path: matching(new RegExp(`^(?:\\[${points}\\]|\\(${points}\\))$`)),
  polygon: matching(new RegExp(`^\\(${points}\\)$`)),
  circle: matching(new RegExp(`^<${point},${number}>$`)),
};

export const geometrics: TypeFamily = {
  decoders,
  documented: [documentedColumn('point', 'point'), documentedColumn('polygon', 'polygon')],
};
