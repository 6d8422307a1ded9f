import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const address = matching(/^[0-9a-f.:]+(?:\/\d{1,3})?$/);

const decoders: ValueDecoders = {
  inet: address,
  cidr: address,
  macaddr: matching(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/),
  macaddr8: matching(/^[0-9a-f]{2}(?::[0-9a-f]{2}){7}$/),
};

export const networks: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('inet', 'inet'),
    documentedColumn('cidr', 'cidr'),
    documentedColumn('macaddr', 'macaddr'),
    documentedColumn('macaddr8', 'macaddr8'),
  ],
};
