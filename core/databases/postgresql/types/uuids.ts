import { matching, type ValueDecoders } from './value-decoder.ts';

export const uuidDecoders: ValueDecoders = {
  uuid: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
};
