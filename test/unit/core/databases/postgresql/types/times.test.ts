import { describe, expect, test } from '@jest/globals';
import { times } from '#core/databases/postgresql/types/times.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: timeDecoders } = times;

describe('time without time zone', () => {
  const decode = (raw: unknown) => timeDecoders.time?.(raw, columnOf('time without time zone', 'time'));

  test.each(['00:00:00', '24:00:00', '23:59:59.999999', '12:30:00.5'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['00:00:00Z', '12:30', '12:30:00.1234567', 43_200_000_000])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});

describe('time with time zone', () => {
  const decode = (raw: unknown) => timeDecoders.timetz?.(raw, columnOf('time with time zone', 'timetz'));

  test.each(['24:00:00+02', '12:00:00.5-03:30', '00:00:00+15:59:59'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['12:00:00', '12:00:00Z', '12:00:00+2'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});
