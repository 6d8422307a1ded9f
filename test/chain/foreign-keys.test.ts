import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testInLongForm } from '#test/kit/short-form.ts';
import {
  awaitEqual,
  awaitHealthy,
  awaitLive,
  awaitStatus,
  createReplication,
  createTenant,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

const tables = ['parents', 'children', 'tree', 'chickens', 'eggs'] as const;

/** A replication of one kind of database, with foreign keys at its target only. */
interface Side {
  readonly tenant: Tenant;
  readonly id: number;
  source(statements: string): Promise<unknown>;
  target(statements: string): Promise<unknown>;
  awaitEqual(table: string): Promise<void>;
}

const start = async (side: Side): Promise<void> => {
  await startAndAwaitActive(side.tenant, side.id);
  await awaitLive(side.tenant, side.id);
  await side.target(`
    ALTER TABLE children ADD CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parents (id);
    ALTER TABLE tree ADD CONSTRAINT of_itself FOREIGN KEY (up) REFERENCES tree (id);
    ALTER TABLE chickens ADD CONSTRAINT of_egg FOREIGN KEY (egg) REFERENCES eggs (id);
    ALTER TABLE eggs ADD CONSTRAINT of_chicken FOREIGN KEY (chicken) REFERENCES chickens (id)`);
};

const stateOf = async ({ tenant, id }: Side, name: string) =>
  (await statusOf(tenant, id)).tables.find(
    ({ source }: { source: { table: string } }) => source.table === name,
  );

const awaitHeld = ({ tenant, id }: Side, name: string) =>
  waitFor(
    `table ${name} to be held`,
    150_000,
    async () => {
      const found = await stateOf({ tenant, id } as Side, name);
      return found.state === 'held' ? found : undefined;
    },
    () => statusOf(tenant, id),
  );

const createTables = tables
  .map((name) => {
    const column = { parents: 'note', children: 'parent', tree: 'up', chickens: 'egg', eggs: 'chicken' }[
      name
    ];
    return `CREATE TABLE ${name} (id int PRIMARY KEY, ${column} int);`;
  })
  .join('\n');

/** Each transaction is legal under the foreign keys, statement by statement. */
const legal = (from: number): string => `
  BEGIN;
  INSERT INTO parents VALUES ${rows(from, 200, () => 'NULL')};
  INSERT INTO children VALUES ${rows(from, 200, (id) => String(id))};
  COMMIT;
  BEGIN;
  DELETE FROM children WHERE id BETWEEN ${from} AND ${from + 99};
  DELETE FROM parents WHERE id BETWEEN ${from} AND ${from + 99};
  COMMIT;
  BEGIN;
  UPDATE children SET parent = ${from + 150} WHERE parent = ${from + 160};
  UPDATE parents SET id = ${from + 900} WHERE id = ${from + 160};
  UPDATE children SET parent = ${from + 900} WHERE id = ${from + 160};
  COMMIT;
  BEGIN;
  INSERT INTO tree VALUES (${from + 50}, NULL);
  INSERT INTO tree VALUES (${from}, ${from + 50}), (${from + 1}, ${from});
  UPDATE tree SET up = NULL WHERE id = ${from + 1};
  DELETE FROM tree WHERE id = ${from};
  INSERT INTO tree VALUES (${from + 2}, ${from + 1});
  COMMIT;`;

const rows = (from: number, count: number, value: (id: number) => string): string =>
  Array.from({ length: count }, (_unused, index) => `(${from + index}, ${value(from + index)})`).join(', ');

describe('foreign keys between replicated tables of a target', () => {
  let postgres: Tenant;
  let mariadb: MariadbTenant;
  let sides: readonly Side[] = [];

  beforeAll(async () => {
    [postgres, mariadb] = await Promise.all([
      createTenant('foreign_keys'),
      createMariadbTenant('foreign_keys'),
    ]);
    await postgres.source.query(createTables);
    await mariadb.sql.query(createTables);
    const asTenant = mariadb as unknown as Tenant;
    const mapped = tables.map((table) => ({ source: { table }, target: { table } }));
    const query = (table: string): string => `SELECT * FROM ${table} ORDER BY id`;
    sides = [
      {
        tenant: postgres,
        id: (await createReplication(postgres, mapped)).id,
        source: (statements) => postgres.source.query(statements),
        target: (statements) => postgres.target.query(statements),
        awaitEqual: (table) => awaitEqual(postgres, query(table), query(table)),
      },
      {
        tenant: asTenant,
        id: (await createReplication(asTenant, mapped)).id,
        source: (statements) => mariadb.sql.query(statements),
        target: (statements) =>
          mariadb.sql.query(`USE ${mariadb.targetName}; ${statements}; USE ${mariadb.sourceName}`),
        awaitEqual: (table) => mariadb.awaitEqual(query(table), query(table)),
      },
    ];
    for (const side of sides) await start(side);
  }, 600_000);
  afterAll(async () => {
    await Promise.all(sides.map(({ tenant, id }) => tenant.api.delete(`/replications/${id}`)));
    await postgres?.close();
    await mariadb?.close();
  });

  test('what is legal at the source arrives, whichever table comes first', async () => {
    await Promise.all(
      sides.map(async (side) => {
        for (let round = 1; round <= 5; round += 1) await side.source(legal(round * 10_000));
        for (const table of tables) await side.awaitEqual(table);
        for (const table of tables) expect(await stateOf(side, table)).toMatchObject({ state: 'live' });
      }),
    );
  }, 200_000);

  testInLongForm(
    'a row whose other row never comes, and a circle, hold their tables only, and can go on',
    async () => {
      await Promise.all(
        sides.map(async (side) => {
          await side.source(`
          INSERT INTO children VALUES (9000, 9999);
          BEGIN;
          INSERT INTO chickens VALUES (1, 1);
          INSERT INTO eggs VALUES (1, 1);
          COMMIT`);
          // Another table is changed all the time, and this must not prolong the wait.
          let isBusy = true;
          const busy = (async () => {
            for (let id = 100_000; isBusy; id += 1) {
              await side.source(`INSERT INTO parents VALUES (${id}, 0)`);
              await new Promise((resolve) => setTimeout(resolve, 200));
            }
          })();
          try {
            const held = await Promise.all(
              ['children', 'chickens', 'eggs'].map((table) => awaitHeld(side, table)),
            );
            expect(held[0].message).toMatch(/of_parent.*parents.*is not on its way.*stop and start/);
            expect(held[1].message).toMatch(/of_egg.*eggs/);
          } finally {
            isBusy = false;
            await busy;
          }
          await side.awaitEqual('parents');
          // The way out: the missing row, or the constraint.
          await side.source('INSERT INTO parents VALUES (9999, 0)');
          await side.awaitEqual('parents');
          await side.target(
            'ALTER TABLE chickens DROP CONSTRAINT of_egg; ALTER TABLE eggs DROP CONSTRAINT of_chicken',
          );
          await side.tenant.api.post(`/replications/${side.id}/stop`);
          await awaitStatus(side.tenant, side.id, 'stopped', 60_000);
          await startAndAwaitActive(side.tenant, side.id);
          await awaitLive(side.tenant, side.id);
          for (const table of tables) await side.awaitEqual(table);
          // Just after a start the lag is not known for some seconds.
          await awaitHealthy(side.tenant, side.id);
        }),
      );
    },
    400_000,
  );
});
