import { expect, test } from '@jest/globals';
import { mysqlTargetDialect } from '#core/databases/mysql/target/dialect.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';

const owner = sampleOwner({ replicationId: 7 });
const orders = { schema: 'shop', table: 'orders' };
const tables = { written: [orders, { schema: 'other', table: 'parts' }], created: [orders] };
const isOwner = "installation_id = '5b0c7c1e-9f3d-4f2a-8a53-2d1f6d1b7a10' AND";

test('what a deletion leaves at PostgreSQL is removed by hand, and who owns the tables goes last', () => {
  expect(postgresTargetDialect.removalStatements(owner, tables)).toEqual([
    'DROP TABLE "shop"."orders";',
    "DELETE FROM millrace.dead_letter_5b0c7c1e9f3d_1 WHERE replication_id = '7';",
    "DELETE FROM millrace.checkpoint_5b0c7c1e9f3d_1 WHERE replication_id = '7';",
    "DELETE FROM millrace.consumer_epoch_5b0c7c1e9f3d_1 WHERE replication_id = '7';",
    expect.stringContaining(
      `DELETE FROM millrace.table_owner o WHERE o.${isOwner} o.client_id = '1' AND o.replication_id = '7'`,
    ),
  ]);
});

test('what a deletion leaves at MySQL is removed by hand, in each database with its tables', () => {
  expect(mysqlTargetDialect.removalStatements(owner, tables)).toEqual([
    'DROP TABLE `shop`.`orders`;',
    "DELETE FROM `millrace_dead_letter_5b0c7c1e9f3d_1` WHERE replication_id = '7';",
    "DELETE FROM `millrace_checkpoint_5b0c7c1e9f3d_1` WHERE replication_id = '7';",
    "DELETE FROM `millrace_consumer_epoch_5b0c7c1e9f3d_1` WHERE replication_id = '7';",
    `DELETE FROM \`shop\`.\`millrace_table_owner\` WHERE ${isOwner} client_id = '1' AND replication_id = '7';`,
    `DELETE FROM \`other\`.\`millrace_table_owner\` WHERE ${isOwner} client_id = '1' AND replication_id = '7';`,
  ]);
});
