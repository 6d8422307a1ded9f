import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeMoneyArray, moneys } from '#core/databases/postgresql/types/moneys.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: moneyDecoders } = moneys;

const money = (raw: unknown, scale = 2) => moneyDecoders.money?.(raw, columnOf('money', 'money', { scale }));

describe('money', () => {
  test.each([
    ['$0.00', 2, '0.00'],
    ['$0.01', 2, '0.01'],
    ['-$1,234.56', 2, '-1234.56'],
    ['-$92,233,720,368,547,758.08', 2, '-92233720368547758.08'],
    // Capture shows cents whatever the currency: a yen has no fraction, a dinar has three digits.
    ['$123.45', 0, '12345'],
    ['-$0.05', 0, '-5'],
    ['$0.00', 0, '0'],
    ['$123.45', 3, '12.345'],
    ['$0.05', 3, '0.005'],
  ])('%s with %i fraction digits is %s', (raw, scale, number) => {
    expect(money(raw, scale)).toBe(number);
  });

  test.each(['1.00', '€1.00', '$1', '$1.234,56', '($1.00)', 1])('%j is not what capture writes', (raw) => {
    expect(money(raw)).toBeUndefined();
  });

  test('needs to know the fraction digits', () => {
    expect(moneyDecoders.money?.('$1.00', columnOf('money', 'money'))).toBeUndefined();
  });

  test('every amount keeps its count of the smallest unit', () => {
    const limit = 2n ** 63n;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -limit, max: limit - 1n }),
        fc.integer({ min: 0, max: 4 }),
        (units, scale) => {
          const digits = String(units < 0n ? -units : units).padStart(3, '0');
          const whole = digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ',');
          const number = money(`${units < 0n ? '-' : ''}$${whole}.${digits.slice(-2)}`, scale);
          expect(BigInt(number?.replace('.', '') ?? 'x')).toBe(units);
          expect(number?.split('.')[1]?.length ?? 0).toBe(scale);
        },
      ),
    );
  });
});

test('an array keeps its form, and every element becomes a number', () => {
  const column = columnOf('money[]', 'money', { isArray: true, scale: 2 });
  expect(decodeMoneyArray('{"$1,234.56",NULL,-$0.01}', column)).toBe('{1234.56,NULL,-0.01}');
  expect(decodeMoneyArray('[0:0]={-$5.00}', column)).toBe('[0:0]={-5.00}');
  expect(decodeMoneyArray('{{$1.00,$2.00},{$3.00,"-$4,000.00"}}', column)).toBe(
    '{{1.00,2.00},{3.00,-4000.00}}',
  );
  expect(decodeMoneyArray('$1.00', column)).toBeUndefined();
});
