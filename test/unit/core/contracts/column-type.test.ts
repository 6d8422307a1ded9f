import { expect, test } from '@jest/globals';
import { knownTypeNames, parseColumnType } from '#core/contracts/column-type.ts';

test.each([
  ['BIGINT', { type: 'bigint', baseType: 'int8', isArray: false }],
  ['int', { type: 'integer', baseType: 'int4', isArray: false }],
  ['numeric', { type: 'numeric', baseType: 'numeric', isArray: false }],
  [
    'decimal( 20 , 4 )',
    { type: 'numeric(20,4)', baseType: 'numeric', isArray: false, precision: 20, scale: 4 },
  ],
  ['numeric(9)', { type: 'numeric(9,0)', baseType: 'numeric', isArray: false, precision: 9, scale: 0 }],
  ['varchar(80)', { type: 'character varying(80)', baseType: 'varchar', isArray: false, maxLength: 80 }],
  ['character  varying', { type: 'character varying', baseType: 'varchar', isArray: false }],
  ['char', { type: 'character(1)', baseType: 'bpchar', isArray: false, maxLength: 1 }],
  ['double precision[]', { type: 'double precision[]', baseType: 'float8', isArray: true }],
  ['timestamp', { type: 'timestamp without time zone', baseType: 'timestamp', isArray: false }],
  [
    'TIMESTAMP (3) WITH TIME ZONE',
    { type: 'timestamp(3) with time zone', baseType: 'timestamptz', isArray: false, precision: 3 },
  ],
  ['timetz', { type: 'time with time zone', baseType: 'timetz', isArray: false }],
])('%s is read as PostgreSQL spells it', (text, type) => {
  expect(parseColumnType(text)).toEqual(type);
});

test.each([
  ...['', 'money', 'my_schema.mood', 'text(5)', 'varchar(0)', 'varchar(99999999)', 'varchar(5,5)'],
  ...[
    'numeric(1001)',
    'numeric(5,6)',
    'timestamp(7)',
    'integer with time zone',
    'text; DROP TABLE x',
    'text[][]',
  ],
  ...['text)', "text DEFAULT 'x'", 'text --', 'constructor', '__proto__'],
])('%s is none', (text) => {
  expect(parseColumnType(text)).toBeUndefined();
});

test('every type that is named to a user is read, and again in the form that is kept', () => {
  for (const name of knownTypeNames) {
    const type = parseColumnType(name)?.type ?? '';
    expect(parseColumnType(type)?.type).toBe(type);
  }
  expect(knownTypeNames).toContain('timestamp with time zone');
});
