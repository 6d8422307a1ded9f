import { expect, test } from '@jest/globals';
import { createExecutor } from '#adapters/oracle/driver/executor.ts';
import { createSourceRows } from '#adapters/oracle/source/source-rows.ts';
import { columnOf, tableOf } from '../../../core/databases/oracle/column-samples.ts';
import { createFakePool } from '../fake-pool.ts';

const table = tableOf(
  [columnOf('NUMBER', {}, { name: 'ID' }), columnOf('CLOB', {}, { name: 'NOTE' })],
  ['ID'],
);
const column = (name: string) => ({ name, decode: () => null, isUnavailable: () => false });
const applyTable = {
  mapping: { source: table.ref, target: table.ref },
  columns: [column('NOTE'), column('ID'), column('FORMER')],
  keyColumns: [1],
  ignoredColumns: new Set<string>(),
};

test('rows come by their keys, with the SCN of after they were read', async () => {
  const fake = createFakePool([
    [/current_scn/, [{ currentScn: '450' }]],
    [/FROM "SHOP"/, [{ C0: 'text', C1: '7' }]],
  ]);
  const rows = createSourceRows(createExecutor(fake.pool, 'db'), [table]);
  expect(await rows.readRows(applyTable, [[undefined, '7', undefined]])).toEqual({
    rows: new Map([['7', ['text', '7', undefined]]]),
    position: 450,
  });
  expect(fake.calls.map(({ text }) => /current_scn/.test(text))).toEqual([false, true]);
});

test('many keys take several statements', async () => {
  const fake = createFakePool([
    [/current_scn/, [{ currentScn: '450' }]],
    [/FROM "SHOP"/, []],
  ]);
  const keys = Array.from({ length: 450 }, (_unused, index) => [undefined, String(index), undefined]);
  await createSourceRows(createExecutor(fake.pool, 'db'), [table]).readRows(applyTable, keys);
  expect(fake.calls.map(({ values }) => values?.length ?? 0)).toEqual([200, 200, 50, 0]);
});
