import { describe, expect, test } from '@jest/globals';
import { binaries } from '#core/databases/postgresql/types/binaries.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: binaryDecoders } = binaries;

describe('bytea', () => {
  const decode = (raw: unknown) => binaryDecoders.bytea?.(raw, columnOf('bytea', 'bytea'));

  test.each(['\\x', '\\x00ff', '\\xdeadbeef'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['00ff', '\\x0', '\\xZZ', '\\xAB', '\\000\\377', 1])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});

describe('bit(3)', () => {
  const decode = (raw: unknown) => binaryDecoders.bit?.(raw, columnOf('bit(3)', 'bit'));

  test.each(['101', ''])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['102', true, '0x1'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('bit varying', () => {
  const decode = (raw: unknown) => binaryDecoders.varbit?.(raw, columnOf('bit varying', 'varbit'));

  test.each(['', '0001'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['2', 1])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});
