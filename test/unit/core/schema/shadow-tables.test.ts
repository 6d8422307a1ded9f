import { expect, test } from '@jest/globals';
import { tableKey } from '#core/contracts/identifiers.ts';
import { isShadowTable } from '#core/schema/shadow-tables.ts';

const tables = new Set([{ schema: 'shop', table: 'orders' }].map(tableKey));

test.each<[string, boolean]>([
  ['_orders_gho', true],
  ['_orders_ghc', true],
  ['_orders_20260301120000_del', true],
  ['_orders_new', true],
  ['__orders_old', true],
  ['orders_new', false],
  ['_orders_other', false],
  ['_items_new', false],
])('%s', (table, isShadow) => {
  expect(isShadowTable({ schema: 'shop', table }, tables)).toBe(isShadow);
  expect(isShadowTable({ schema: 'other', table }, tables)).toBe(false);
});
