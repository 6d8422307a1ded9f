import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { decoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { parseLabels } from '#core/databases/mysql/types/labels.ts';
import { column } from '../columns.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const letters = mysqlColumn(`enum('a','it''s','1,2','')`);

describe('labels', () => {
  test('are read from the type as the server spells it', () => {
    expect(parseLabels(`enum('a','it''s','1,2','')`)).toEqual(['a', "it's", '1,2', '']);
    expect(parseLabels(`set('x')`)).toEqual(['x']);
    expect(parseLabels('varchar(3)')).toBeUndefined();
    expect(parseLabels(`enum('a') DEFAULT 'a'`)).toBeUndefined();
  });

  test('of an ENUM are looked up, since MySQL would take a number for a position', () => {
    const encode = encoderFor(sourceColumn('mood', { typeKind: 'enum' }), letters)?.encode;
    expect(encode?.("it's")).toBe("it's");
    expect(encode?.('1')).toEqual({ refused: 'is no label of its column' });
    expect(encode?.('A')).toEqual({ refused: 'is no label of its column' });
  });

  test('of a SET may be several', () => {
    const encode = encoderFor(sourceColumn('text'), mysqlColumn(`set('x','y')`))?.encode;
    expect([encode?.(''), encode?.('x'), encode?.('x,y')]).toEqual(['', 'x', 'x,y']);
    expect(encode?.('x,z')).toEqual({ refused: 'is no label of its column' });
  });

  test('are not for numbers', () => {
    expect(holdsEveryValue(sourceColumn('int4'), letters, false)).toBe(false);
  });

  test('with a backslash are not read from an event, in which it may stand twice', () => {
    const decode = (type: string) => decoderFor(column(type, { columnType: `${type}('a')` }));
    expect(decode('enum')('c\\,d')).toBe('c,d');
    expect(decode('set')('c,d')).toBe('c,d');
    expect(() => decode('enum')('a\\\\b')).toThrow();
    expect(() => decode('set')('a\\\\b,c')).toThrow();
  });
});
