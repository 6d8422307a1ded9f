import { expect, test } from '@jest/globals';
import {
  alterPublicationStatements,
  createPublicationStatement,
  createSlotStatement,
  dropPublicationStatement,
  emitMarkerStatement,
  heartbeatStatement,
} from '#core/databases/postgresql/source/capture-statements.ts';

const tables = [
  { schema: 'public', table: 'users' },
  { schema: 'S', table: 'a"; --' },
];

test('a publication has just these tables and every operation, TRUNCATE too', () => {
  expect(createPublicationStatement('p"1', tables)).toBe(
    `CREATE PUBLICATION "p""1" FOR TABLE ONLY "public"."users", ONLY "S"."a""; --" WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
  );
  expect(alterPublicationStatements('p', tables.slice(0, 1), [])).toEqual([
    'ALTER PUBLICATION "p" SET TABLE ONLY "public"."users"',
    `ALTER PUBLICATION "p" SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
  ]);
  expect(dropPublicationStatement('p"1')).toBe('DROP PUBLICATION IF EXISTS "p""1"');
});

test('a published table of another owner stays as it is, since SET TABLE would be refused', () => {
  const published = [
    { schema: 'public', table: 'users', isOwner: false },
    { schema: 'public', table: 'old', isOwner: true },
  ];
  expect(alterPublicationStatements('p', tables, published).slice(0, 2)).toEqual([
    'ALTER PUBLICATION "p" ADD TABLE ONLY "S"."a""; --"',
    'ALTER PUBLICATION "p" DROP TABLE ONLY "public"."old"',
  ]);
  expect(alterPublicationStatements('p', tables.slice(1), published)).toHaveLength(2);
});

test('a heartbeat names its slot as a literal, since Debezium binds nothing', () => {
  expect(heartbeatStatement("it's")).toContain("slot_name = 'it''s'");
});

test('a slot is kept on standbys too where the server can do that', () => {
  expect(createSlotStatement('s', true).text).toContain('failover => true');
  expect(createSlotStatement('s', false).text).not.toContain('failover');
});

test('names of slots and contents of markers are bound', () => {
  expect(createSlotStatement("s'", true).values).toEqual(["s'"]);
  expect(emitMarkerStatement("it's").values).toEqual(["it's"]);
  expect(emitMarkerStatement("it's").text).not.toContain("it's");
});
