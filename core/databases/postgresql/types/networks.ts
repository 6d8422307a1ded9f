import { matching, type ValueDecoders } from './value-decoder.ts';

const address = matching(/^[0-9a-f.:]+(?:\/\d{1,3})?$/);

export const networkDecoders: ValueDecoders = {
  inet: address,
  cidr: address,
  macaddr: matching(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/),
  macaddr8: matching(/^[0-9a-f]{2}(?::[0-9a-f]{2}){7}$/),
};
