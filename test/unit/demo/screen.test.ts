import { describe, expect, test } from '@jest/globals';
import type { TableCopy } from '../../../demo/control-api.ts';
import { copyLine } from '../../../demo/screen.ts';

const table = (
  name: string,
  state: string,
  rowsCopied: number,
  more: Partial<TableCopy> = {},
): TableCopy => ({
  source: { table: name },
  state,
  rows_copied: rowsCopied,
  estimated_rows: rowsCopied,
  percent: 0,
  rows_per_second: null,
  seconds_left: null,
  started_at: null,
  finished_at: null,
  message: null,
  ...more,
});

describe('copyLine', () => {
  test('counts the states and tells of the biggest table that is being copied', () => {
    const line = copyLine([
      table('airlines', 'live', 16),
      table('planes', 'copying', 10, { estimated_rows: 3_322 }),
      table('flights', 'copying', 150_000, {
        estimated_rows: 336_776,
        percent: 44.5,
        rows_per_second: 80_123.4,
        seconds_left: 2.3,
      }),
    ]);
    expect(line).toBe(
      '1 live, 2 copying; 150,026 rows copied; flights 44 %, copying 80,123 rows/s, 3 s left',
    );
  });

  test('without a table in copy there are only the states', () => {
    expect(copyLine([table('airlines', 'live', 16)])).toBe('1 live; 16 rows copied');
  });
});
