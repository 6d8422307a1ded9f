import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  defaultTemplate,
  type ReplicationDraft,
  targetNameOf,
  toRequest,
  toYaml,
} from '../../../../console/data/replication-draft.ts';
import { createReplicationSchema } from '../../../../lambdas/api/replication-contracts.ts';

const draft: ReplicationDraft = {
  name: '',
  sourceId: 1,
  targetId: 2,
  template: defaultTemplate,
  newTables: { include: ['public.*'], exclude: ['public.tmp_*'] },
  tables: [
    { schema: 'public', table: 'orders', targetTable: '', columns: [] },
    {
      schema: 'Sales: EU',
      table: 'invoices',
      targetTable: 'bills',
      columns: [
        { source: 'card', target: 'ignored', type: '', omit: true },
        { source: 'sum', target: 'total', type: 'numeric(20,4)', omit: false },
      ],
    },
  ],
};

test('the request is one that the API takes, and leaves out what has a default', () => {
  const request = toRequest(draft);
  expect(createReplicationSchema.safeParse(request).error).toBeUndefined();
  expect(request).toEqual({
    source_database_id: 1,
    target_database_id: 2,
    tables: [
      { source: { schema: 'public', table: 'orders' } },
      {
        source: { schema: 'Sales: EU', table: 'invoices' },
        target: { table: 'bills' },
        columns: [
          { source: 'card', omit: true },
          { source: 'sum', target: 'total', type: 'numeric(20,4)' },
        ],
      },
    ],
    new_tables: { include: ['public.*'], exclude: ['public.tmp_*'] },
  });
});

test('the file says the same', () => {
  expect(
    parse(toYaml({ ...draft, template: '{schema}_{table}' }, { source: 'shop', target: 'a: b' })),
  ).toEqual({
    replications: [
      {
        name: 'shop to a: b',
        source: 'shop',
        target: 'a: b',
        target_table_name: '{schema}_{table}',
        new_tables: { include: ['public.*'], exclude: ['public.tmp_*'] },
        tables: [
          'public.orders',
          {
            source: 'Sales: EU.invoices',
            target: 'bills',
            columns: [
              { source: 'card', omit: true },
              { source: 'sum', target: 'total', type: 'numeric(20,4)' },
            ],
          },
        ],
      },
    ],
  });
});

test('a target table is named by hand or by the template', () => {
  const names = { template: '{client}_{sourcedb}_{table}', sourceDatabase: 'shop', client: 'acme' };
  const table = { schema: 'public', table: 'orders', targetTable: '' };
  expect(targetNameOf(table, names)).toBe('acme_shop_orders');
  expect(targetNameOf({ ...table, targetTable: 'mine' }, names)).toBe('mine');
});
