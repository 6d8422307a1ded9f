import { expect, test } from '@jest/globals';
import { pgloaderCommand } from '../../../bench/pgloader.ts';

const server = { host: '127.0.0.1', user: 'u', password: 'p' };

test('pgloader loads the rows of one table into a table of another name, and makes nothing', () => {
  const lines = pgloaderCommand({
    source: {
      database: { ...server, kind: 'mariadb', port: 1, database: 'shop' },
      table: 'orders',
    },
    target: {
      database: { ...server, kind: 'postgresql', port: 2, database: 'warehouse' },
      table: 'shop_orders',
    },
  }).split('\n');
  expect(lines).toEqual([
    'LOAD DATABASE',
    '  FROM mysql://u:p@127.0.0.1:1/shop',
    '  INTO postgresql://u:p@127.0.0.1:2/warehouse',
    expect.stringMatching(/^ {2}WITH data only, /),
    "  SET PostgreSQL PARAMETERS timezone to 'UTC'",
    "  INCLUDING ONLY TABLE NAMES MATCHING 'orders'",
    "  ALTER SCHEMA 'shop' RENAME TO 'public'",
    "  ALTER TABLE NAMES MATCHING 'orders' RENAME TO 'shop_orders'",
    ';',
    '',
  ]);
});
