import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const decoders: ValueDecoders = {
  uuid: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
};

export const uuids: TypeFamily = {
  decoders,
  documented: [documentedColumn('uuid', 'uuid')],
};
