import { expect, test } from '@jest/globals';
import { validateColumn } from '#core/databases/oracle/types/column-types.ts';
import { intervals } from '#core/databases/oracle/types/intervals.ts';
import { columnOf } from '../column-samples.ts';

const { types: intervalTypes } = intervals;

const months = intervalTypes['interval year to month'];
const days = intervalTypes['interval day to second'];
const monthColumn = columnOf('INTERVAL YEAR(4) TO MONTH', { precision: 4 });
const dayColumn = columnOf('INTERVAL DAY(3) TO SECOND(6)', { precision: 3, scale: 6 });

test('both are intervals', () => {
  expect(monthColumn).toMatchObject({ type: 'interval', native: { type: 'INTERVAL YEAR(4) TO MONTH' } });
  expect(dayColumn).toMatchObject({ type: 'interval', native: { type: 'INTERVAL DAY(3) TO SECOND(6)' } });
});

/** What TO_CHAR gives, and what Debezium's OracleValueConverters 3.5 wrote for the same value. */
test.each([
  ['-03-06', 'P-3Y-6M0DT0H0M0S', '-3 years -6 mons'],
  ['+0099-11', 'P99Y11M0DT0H0M0S', '99 years 11 mons'],
  ['+00-00', 'P0Y0M0DT0H0M0S', '00:00:00'],
  ['-00-01', 'P0Y-1M0DT0H0M0S', '-1 mons'],
  ['+01-00', 'P1Y0M0DT0H0M0S', '1 year'],
])('%s and %s are %s', (selected, captured, canonical) => {
  expect(months?.fromSelect(selected, monthColumn)).toBe(canonical);
  expect(months?.fromEvent(captured, monthColumn)).toBe(canonical);
});

test.each([
  ['-001 02:03:04.560000', 'P0Y0M-1DT-2H-3M-4.56S', '-1 days -02:03:04.56'],
  ['+01 02:03:04.000001', 'P0Y0M1DT2H3M4.000001S', '1 day 02:03:04.000001'],
  ['+01 02:03:59.999999', 'P0Y0M1DT2H3M59.999999S', '1 day 02:03:59.999999'],
  ['+00 00:00:00.000000', 'P0Y0M0DT0H0M0S', '00:00:00'],
  ['-00 00:00:00.100000', 'P0Y0M0DT0H0M-0.1S', '-00:00:00.1'],
  ['+400 00:00:00.000000', 'P0Y0M400DT0H0M0S', '400 days'],
])('%s and %s are %s', (selected, captured, canonical) => {
  expect(days?.fromSelect(selected, dayColumn)).toBe(canonical);
  expect(days?.fromEvent(captured, dayColumn)).toBe(canonical);
});

test('nanoseconds are refused: Debezium adds them to the seconds', () => {
  expect(validateColumn(columnOf('INTERVAL DAY(2) TO SECOND(9)', { precision: 2, scale: 9 }))).toBe(
    'type INTERVAL DAY(2) TO SECOND(9) has more than 6 fraction digits, which Debezium reads as another number',
  );
  expect(days?.fromSelect('+01 02:03:04.123456789', dayColumn)).toBeUndefined();
  expect(validateColumn(dayColumn)).toBeUndefined();
});

test.each([1_000_000, '1 day', 'P1D', "TO_DSINTERVAL('+01 02:03:04')"])(
  '%j is not what Debezium writes',
  (raw) => {
    expect(days?.fromEvent(raw, dayColumn)).toBeUndefined();
  },
);
