import { matching, type ValueDecoders } from './value-decoder.ts';

const hexBytes = /^(?:[0-9a-f]{2})*$/;

export const binaryDecoders: ValueDecoders = {
  bytea: (raw) => (typeof raw === 'string' && hexBytes.test(raw) ? `\\x${raw}` : undefined),
  // By PostgresTextConverter: Debezium's own form loses leading zeros of varbit.
  bit: matching(/^[01]*$/),
  varbit: matching(/^[01]*$/),
};
