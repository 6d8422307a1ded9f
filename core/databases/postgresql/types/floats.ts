import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

/**
 * The fewest digits that read back as the same number, as PostgreSQL finds them: other programs at times find as few that
 * are others (JSON writes 9.940634e+07 for a float4 of 9.9406336e+07), so capture passes the text on.
 */
const shortest = matching(/^(?:-?\d+(?:\.\d+)?(?:e[+-]\d\d+)?|NaN|-?Infinity)$/);

const decoders: ValueDecoders = { float4: shortest, float8: shortest };

export const floats: TypeFamily = {
  decoders,
  documented: [documentedColumn('real', 'float4'), documentedColumn('double precision', 'float8')],
};
