import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { numbers, toNumericText } from '#core/databases/oracle/types/numbers.ts';
import { columnOf, nativeColumn } from '../column-samples.ts';

const { types: numberTypes } = numbers;

const { number, float } = numberTypes;

test.each([
  [null, null, 'NUMBER', 'numeric'],
  [12, 2, 'NUMBER(12,2)', 'numeric(12,2)'],
  [5, 0, 'NUMBER(5)', 'numeric(5,0)'],
  [38, null, 'NUMBER(38)', 'numeric(38,0)'],
  // INTEGER, and NUMBER(*,2).
  [null, 0, 'NUMBER(*,0)', 'numeric(38,0)'],
  [null, 2, 'NUMBER(*,2)', 'numeric(38,2)'],
  // Rounded to hundreds; and four digits behind two zeros.
  [5, -2, 'NUMBER(5,-2)', 'numeric(7,0)'],
  [4, 6, 'NUMBER(4,6)', 'numeric(6,6)'],
])('precision %s and scale %s are %s, and %s in PostgreSQL', (precision, scale, native, canonical) => {
  const column = nativeColumn('NUMBER', { precision, scale });
  expect(number?.nativeType(column)).toBe(native);
  expect(number?.canonicalType(column).type).toBe(canonical);
});

test('a FLOAT counts binary digits, so it has no decimal ones to declare', () => {
  const column = nativeColumn('FLOAT', { precision: 126 });
  expect(float?.nativeType(column)).toBe('FLOAT(126)');
  expect(float?.canonicalType(column)).toEqual({ type: 'numeric', baseType: 'numeric' });
});

/** What TO_CHAR(..., 'TM9') gives. */
test.each([
  ['.5', undefined, '0.5'],
  ['-.5', undefined, '-0.5'],
  ['0', undefined, '0'],
  ['1.50', undefined, '1.5'],
  ['12345678901234567890123456789012345678', undefined, '12345678901234567890123456789012345678'],
  ['1E+125', undefined, `1${'0'.repeat(125)}`],
  ['-1.5E+070', undefined, `-15${'0'.repeat(69)}`],
  ['1E-130', undefined, `0.${'0'.repeat(129)}1`],
  ['9.9E-065', undefined, `0.${'0'.repeat(64)}99`],
  ['1.5', 2, '1.50'],
  ['-1', 2, '-1.00'],
  ['0', 2, '0.00'],
  ['.001234', 6, '0.001234'],
  ['1200', 0, '1200'],
])('%s with scale %s is copied as %s', (text, scale, canonical) => {
  const column = columnOf('NUMBER', scale === undefined ? {} : { precision: 38, scale });
  expect(number?.fromSelect(text, column)).toBe(canonical);
});

/** Recorded from Debezium's OracleValueConverters 3.5 with decimal.handling.mode=string. */
test.each([
  ['1.5', undefined, undefined, '1.5'],
  [`1${'0'.repeat(125)}`, undefined, undefined, `1${'0'.repeat(125)}`],
  ['-0.5', undefined, undefined, '-0.5'],
  ['1.50', 12, 2, '1.50'],
  ['0.00', 12, 2, '0.00'],
  ['7', 38, 0, '7'],
  ['0.001234', 4, 6, '0.001234'],
  // A negative scale: a JSON number where it fits into 18 digits, and a string otherwise.
  [-1_234_500, 5, -2, '-1234500'],
  [0, 5, -2, '0'],
  ['99999999999999999900', 18, -2, '99999999999999999900'],
])('a captured %j of NUMBER(%s,%s) is %s', (raw, precision, scale, canonical) => {
  const column = columnOf('NUMBER', { precision: precision ?? null, scale: scale ?? null });
  expect(number?.fromEvent(raw, column)).toBe(canonical);
});

test.each([1.5, '1e5', '.5', '', 'NaN', '~', true, { value: 'AQ==', scale: 0 }])(
  '%j is not what Debezium writes',
  (raw) => {
    expect(number?.fromEvent(raw, columnOf('NUMBER'))).toBeUndefined();
  },
);

test('more fraction digits than the column has are no value of it', () => {
  expect(toNumericText('1.234', 2)).toBeUndefined();
  expect(toNumericText('1.230', 2)).toBe('1.23');
});

test('a copied and a captured value have the same text, whatever the digits', () => {
  const digits = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 60 }), (value, scale) => {
      const sign = value < 0n ? '-' : '';
      const text = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
      const whole = text.slice(0, text.length - scale);
      const fraction = text.slice(text.length - scale);
      // BigDecimal.toPlainString keeps the scale; TM9 drops zeros on both sides, or writes an exponent.
      const captured = `${sign}${whole}${scale === 0 ? '' : `.${fraction}`}`;
      const short = `${sign}${whole.replace(/^0+/, '')}${scale === 0 ? '' : `.${fraction.replace(/0+$/, '')}`}`;
      const selected = short === sign || short === `${sign}.` ? '0' : short.replace(/\.$/, '');
      const scientific = `${sign}${text}E-${String(scale).padStart(3, '0')}`;
      const expected = toNumericText(captured, undefined);
      expect(toNumericText(selected, undefined)).toBe(expected);
      expect(toNumericText(scientific, undefined)).toBe(expected);
    }),
  );
});

test('a key is bound as its text', () => {
  expect(number?.key?.expression(':1', columnOf('NUMBER'))).toBe('TO_NUMBER(:1)');
  expect(number?.key?.toBind('-12.50', columnOf('NUMBER'))).toBe('-12.50');
});
