import { describe, expect, test } from '@jest/globals';
import { unavailableValue } from '#core/databases/postgresql/capture-settings.ts';
import { decoderFor, isUnavailable, validateColumn } from '#core/databases/postgresql/column-codec.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { columnOf } from './column-samples.ts';

describe('decoderFor', () => {
  test('NULL is null, for every type', () => {
    expect(decoderFor(columnOf('integer', 'int4'))(null)).toBeNull();
    expect(decoderFor(columnOf('money', 'money'))(null)).toBeNull();
  });

  test('takes the decoder of the base type, and one for all arrays', () => {
    expect(decoderFor(columnOf('boolean', 'bool'))(true)).toBe('t');
    expect(decoderFor(columnOf('boolean[]', 'bool', { isArray: true }))('{t,f}')).toBe('{t,f}');
    expect(decoderFor(columnOf('public.mood', 'mood', { typeKind: 'enum' }))("it's")).toBe("it's");
    expect(decoderFor(columnOf('public.bool', 'bool', { typeKind: 'enum' }))('t')).toBe('t');
  });

  test.each([undefined, 'secret', ['secret'], { secret: 1 }, unavailableValue])(
    'names the column, and never the value, when it is %j for an integer',
    (raw) => {
      const decode = () => decoderFor(columnOf('integer', 'int4', { name: 'amount' }))(raw);
      expect(decode).toThrow(MillraceError);
      expect(decode).toThrow(
        expect.objectContaining({ code: 'UndecodableEvent', message: expect.stringContaining('amount') }),
      );
      expect(decode).not.toThrow(/secret/);
    },
  );

  test('a column that cannot be replicated fails only when it has a value', () => {
    const decode = decoderFor(columnOf('money', 'money'));
    expect(() => decode('1.00')).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
  });
});

test('isUnavailable knows the placeholder that capture is set to, and nothing else', () => {
  const column = columnOf('text', 'text');
  expect(isUnavailable(column, unavailableValue)).toBe(true);
  for (const raw of ['__debezium_unavailable_value', '', null, undefined, 0])
    expect(isUnavailable(column, raw)).toBe(false);
});

describe('validateColumn', () => {
  test.each([
    columnOf('integer', 'int4'),
    columnOf('jsonb', 'jsonb'),
    columnOf('text[]', 'text', { isArray: true }),
    columnOf('time with time zone[]', 'timetz', { isArray: true }),
    columnOf('public.mood', 'mood', { typeKind: 'enum' }),
    columnOf('public.mood[]', 'mood', { typeKind: 'enum', isArray: true }),
  ])('$type can be replicated', (column) => {
    expect(validateColumn(column)).toBeUndefined();
  });

  test.each([
    [columnOf('time with time zone', 'timetz'), 'its time zone is lost'],
    [columnOf('money', 'money'), 'cannot be captured exactly'],
    [columnOf('regclass', 'regclass'), 'cannot be captured exactly'],
    [columnOf('money[]', 'money', { isArray: true }), 'cannot be captured exactly'],
    [columnOf('public.citext', 'citext', { typeKind: 'extension' }), 'extension'],
    [columnOf('public.pair', 'pair', { typeKind: 'composite' }), 'composite'],
    [columnOf('int4range', 'int4range', { typeKind: 'range' }), 'range'],
    [columnOf('int4multirange', 'int4multirange', { typeKind: 'multirange' }), 'multirange'],
    // A user's type that is named like one of an object's own properties.
    [columnOf('constructor', 'constructor'), 'cannot be captured exactly'],
  ])('$type is refused', (column, reason) => {
    expect(validateColumn(column)).toContain(reason);
    expect(validateColumn(column)).toContain(column.type);
  });
});
