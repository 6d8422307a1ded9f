import { matching, type ValueDecoders } from './value-decoder.ts';

export const timeDecoders: ValueDecoders = {
  // By PostgresTextConverter: Debezium's own form of 24:00:00 is 00:00:00.
  time: matching(/^\d\d:\d\d:\d\d(\.\d{1,6})?$/),
};
