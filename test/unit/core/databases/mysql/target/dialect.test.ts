import { expect, test } from '@jest/globals';
import { mysqlTargetDialect } from '#core/databases/mysql/target/dialect.ts';
import { sourceColumn, tableOf } from '../target-columns.ts';

const { defaultSchema, refuseName, refuseTable } = mysqlTargetDialect;

test('tables go to the registered database', () => {
  expect(defaultSchema({ databaseName: 'warehouse' })).toBe('warehouse');
});

test.each([
  ['é'.repeat(64), undefined],
  ['x'.repeat(65), 'longer than 64 characters'],
  ['emoji 😀', 'beyond U+FFFF'],
  ['blank ', 'ends with a blank'],
  ['millrace_table_owner', 'kept for the tables that Millrace has'],
  ['Millrace_Checkpoint', 'kept for the tables that Millrace has'],
  ['millrace_checkpoint_3f2a9c1db0e7_4', 'kept for the tables that Millrace has'],
  ['millrace_dead_letter_3f2a9c1db0e7_4', 'kept for the tables that Millrace has'],
  ['millrace_consumer_epoch_3f2a9c1db0e7_4', 'kept for the tables that Millrace has'],
  ['millrace_rehearsal_000', 'kept for the tables that Millrace has'],
  ['millrace_public_orders', undefined],
  ['millrace_checkpoints', undefined],
])('the name %s', (table, reason) => {
  const refused = refuseName({ schema: 'warehouse', table });
  if (reason === undefined) expect(refused).toBeUndefined();
  else expect(refused).toContain(reason);
});

test('columns whose names differ in case only are one to MySQL', () => {
  const table = tableOf([sourceColumn('int4', { name: 'Id' }), sourceColumn('int4', { name: 'id' })]);
  expect(refuseTable(table)).toEqual(['columns Id and id have the same name to MySQL']);
});
