import { expect, test } from '@jest/globals';
import { timeDecoders } from '#core/databases/postgresql/types/times.ts';
import { columnOf } from '../column-samples.ts';

const decode = (raw: unknown) => timeDecoders.time?.(raw, columnOf('time without time zone', 'time'));

test.each(['00:00:00', '24:00:00', '23:59:59.999999', '12:30:00.5'])('%s is passed on as it is', (raw) => {
  expect(decode(raw)).toBe(raw);
});

test.each(['00:00:00Z', '12:30', 43_200_000_000, '12:30:00.1234567'])(
  '%j is not the text of PostgreSQL',
  (raw) => {
    expect(decode(raw)).toBeUndefined();
  },
);
