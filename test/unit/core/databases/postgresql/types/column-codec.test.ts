import { describe, expect, test } from '@jest/globals';
import { unavailableValue, unreadableValue } from '#core/databases/postgresql/source/capture-settings.ts';
import { decoderFor, isUnavailable, validateColumn } from '#core/databases/postgresql/types/column-codec.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { columnOf } from '../column-samples.ts';

describe('decoderFor', () => {
  test('NULL is null, for every type', () => {
    expect(decoderFor(columnOf('integer', 'int4'))(null)).toBeNull();
    expect(decoderFor(columnOf('regclass', 'regclass'))(null)).toBeNull();
  });

  test('takes the decoder of the base type, and one for all arrays', () => {
    expect(decoderFor(columnOf('boolean', 'bool'))(true)).toBe('t');
    expect(decoderFor(columnOf('boolean[]', 'bool', { isArray: true }))('{t,f}')).toBe('{t,f}');
    expect(decoderFor(columnOf('public.mood', 'mood', { typeKind: 'enum' }))("it's")).toBe("it's");
    expect(decoderFor(columnOf('public.bool', 'bool', { typeKind: 'enum' }))('t')).toBe('t');
    expect(decoderFor(columnOf('public.bool', 'bool', { typeKind: 'composite' }))('(1)')).toBe('(1)');
    expect(decoderFor(columnOf('public.int4', 'int4', { typeKind: 'extension' }))('x')).toBe('x');
    expect(decoderFor(columnOf('int4range', 'int4range', { typeKind: 'range' }))('[1,2)')).toBe('[1,2)');
    expect(decoderFor(columnOf('public.m[]', '_int4', { typeKind: 'nested-array' }))('{"{1}"}')).toBe(
      '{"{1}"}',
    );
    const fees = columnOf('money[]', 'money', { isArray: true, scale: 2 });
    expect(decoderFor(fees)('{$1.00}')).toBe('{1.00}');
  });

  test('holds the table of a text that cannot be read', () => {
    expect(() => decoderFor(columnOf('text', 'text'))(unreadableValue)).toThrow(
      expect.objectContaining({
        code: 'UnreadableText',
        message: expect.stringContaining('bytes that are not valid in the encoding'),
      }),
    );
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
    const decode = decoderFor(columnOf('regclass', 'regclass'));
    expect(() => decode('t')).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
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
    columnOf('time with time zone', 'timetz'),
    columnOf('money', 'money', { scale: 2 }),
    columnOf('money[]', 'money', { isArray: true, scale: 2 }),
    columnOf('polygon', 'polygon'),
    columnOf('int4range', 'int4range', { typeKind: 'range' }),
    columnOf('int4multirange[]', 'int4multirange', { typeKind: 'multirange', isArray: true }),
    columnOf('public.pair', 'pair', { typeKind: 'composite', typeParts: ['integer', 'text'] }),
    columnOf('public.citext', 'citext', { typeKind: 'extension' }),
    columnOf('public.geometry(Point,4326)', 'geometry', { typeKind: 'extension' }),
    columnOf('public.matrix[]', '_int4', { typeKind: 'nested-array', typeParts: ['integer'] }),
  ])('$type can be replicated', (column) => {
    expect(validateColumn(column)).toBeUndefined();
  });

  test.each([
    [columnOf('regclass', 'regclass'), 'an object of the source'],
    [columnOf('regtype[]', 'regtype', { isArray: true }), 'an object of the source'],
    [columnOf('aclitem', 'aclitem'), 'an object of the source'],
    [columnOf('pg_node_tree', 'pg_node_tree'), 'internal to the server'],
    [columnOf('public.cost', 'cost', { typeKind: 'composite', typeParts: ['text', 'money'] }), 'lc_monetary'],
    [columnOf('public.d', 'd', { typeKind: 'composite', typeParts: ['_cost', 'money[]'] }), 'lc_monetary'],
    [columnOf('public.r', 'r', { typeKind: 'composite', typeParts: ['regclass'] }), 'regclass'],
    // A user's type that is named like one of an object's own properties.
    [columnOf('constructor', 'constructor'), 'internal to the server'],
  ])('$type is refused', (column, reason) => {
    expect(validateColumn(column)).toContain(reason);
    expect(validateColumn(column)).toContain(column.type);
  });
});
