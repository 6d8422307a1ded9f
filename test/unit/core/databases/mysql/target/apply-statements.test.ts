import { describe, expect, test } from '@jest/globals';
import type { PlanStep } from '#core/apply/plan-batch.ts';
import { describeApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import type { MysqlTargetTable } from '#core/databases/mysql/target/catalog.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import { mysqlColumn, sourceColumn, tableOf } from '../target-columns.ts';

const source = tableOf(
  [
    sourceColumn('int8', { name: 'id' }),
    sourceColumn('varchar', { name: 'part', maxLength: 10 }),
    sourceColumn('text', { name: 'note' }),
  ],
  ['id', 'part'],
);

const targetOf = (more: Partial<MysqlTargetTable> = {}): MysqlTargetTable => ({
  ...tableOf(
    [
      mysqlColumn('bigint(20)', { name: 'id' }),
      mysqlColumn('varchar(10)', {
        name: 'part',
        maxLength: 10,
        charset: 'utf8mb4',
        collation: 'utf8mb4_nopad_bin',
      }),
      mysqlColumn('longtext', { name: 'note' }),
    ],
    ['id', 'part'],
  ),
  ref: { schema: 'w', table: 't' },
  storageEngine: 'InnoDB',
  hasOtherUniqueIndexes: false,
  isReferenced: false,
  ...more,
});

const textsOf = (steps: readonly PlanStep[], more: Partial<MysqlTargetTable> = {}) =>
  describeApplyTable(
    { source: source.ref, target: { schema: 'w', table: 't' } },
    source,
    targetOf(more),
    codec,
  )
    .statements.forSteps(steps)
    .map(({ text }) => text);

const write = (step: Partial<Extract<PlanStep, { readonly kind: 'write' }>>): readonly PlanStep[] => [
  { kind: 'write', deletes: [], patches: [], upserts: [], ...step },
];

describe('a table whose only unique index is its key', () => {
  test('is written by key, deletes first', () => {
    expect(
      textsOf(
        write({
          deletes: [['1', "a'b", undefined]],
          patches: [['2', 'a', 'x']],
          upserts: [
            ['3', 'a', null],
            ['4', 'b', 'y'],
          ],
        }),
      ),
    ).toEqual([
      "DELETE FROM `w`.`t` WHERE (`id`, `part`) IN ((1,'a''b'))",
      "UPDATE `w`.`t` SET `note`='x' WHERE `id`=2 AND `part`='a'",
      "INSERT INTO `w`.`t` (`id`, `part`, `note`) VALUES (3,'a',NULL),(4,'b','y') " +
        'ON DUPLICATE KEY UPDATE `note`=VALUES(`note`)',
    ]);
  });

  test('changes rows of which the same columns are known by one statement', () => {
    const long = 'n'.repeat(8_000);
    expect(
      textsOf(
        write({
          patches: [
            ['1', 'a', 'x'],
            ['2', 'a', undefined],
            ['3', 'b', null],
            ['4', 'b', long],
          ],
        }),
      ),
    ).toEqual([
      [
        "UPDATE (SELECT NULL AS `id`,_utf8mb4'' COLLATE utf8mb4_bin AS `part`,_utf8mb4'' COLLATE utf8mb4_bin AS `note` " +
          "FROM DUAL WHERE FALSE UNION ALL SELECT 1,'a','x' UNION ALL SELECT 3,'b',NULL) AS listed " +
          'STRAIGHT_JOIN `w`.`t` AS old ON old.`id`=listed.`id` AND ' +
          'old.`part`=CONVERT(listed.`part` USING utf8mb4) COLLATE utf8mb4_nopad_bin SET old.`note`=listed.`note`',
        "UPDATE `w`.`t` SET `id`=2,`part`='a' WHERE `id`=2 AND `part`='a'",
        `UPDATE \`w\`.\`t\` SET \`note\`='${long}' WHERE \`id\`=4 AND \`part\`='b'`,
      ].join(';'),
    ]);
  });

  test('keeps what a row does not mention', () => {
    expect(textsOf(write({ upserts: [['3', 'a', undefined]] }))).toEqual([
      "INSERT INTO `w`.`t` (`id`, `part`) VALUES (3,'a') ON DUPLICATE KEY UPDATE `id`=VALUES(`id`)",
    ]);
  });
});

describe('a table with another unique index', () => {
  test('is never updated by a row of another key', () => {
    expect(textsOf(write({ upserts: [['3', 'a', 'x']] }), { hasOtherUniqueIndexes: true })).toEqual([
      "DELETE FROM `w`.`t` WHERE (`id`, `part`) IN ((3,'a'))",
      "INSERT INTO `w`.`t` (`id`, `part`, `note`) VALUES (3,'a','x')",
    ]);
  });

  test('keeps rows in their place that others point to', () => {
    expect(
      textsOf(write({ upserts: [['3', 'a', 'x']] }), { hasOtherUniqueIndexes: true, isReferenced: true }),
    ).toEqual([
      "UPDATE `w`.`t` SET `note`='x' WHERE `id`=3 AND `part`='a';" +
        "INSERT INTO `w`.`t` (`id`, `part`, `note`) SELECT 3,'a','x' FROM DUAL " +
        "WHERE NOT EXISTS (SELECT 1 FROM `w`.`t` WHERE `id`=3 AND `part`='a')",
    ]);
  });
});

test('a row has a statement of its own where a list cannot be compared with its key', () => {
  const [id, , note] = targetOf().columns;
  if (id === undefined || note === undefined) throw new Error('A column is missing.');
  const columns = [id, mysqlColumn("enum('a','b')", { name: 'part' }), note];
  const patches = [
    ['1', 'a', 'x'],
    ['2', 'a', 'y'],
  ];
  expect(textsOf(write({ patches }), { columns })).toEqual([
    "UPDATE `w`.`t` SET `note`='x' WHERE `id`=1 AND `part`='a';" +
      "UPDATE `w`.`t` SET `note`='y' WHERE `id`=2 AND `part`='a'",
  ]);
});

test('rows that stay in their place are changed and added together', () => {
  const upserts = [
    ['3', 'a', 'x'],
    ['4', 'a', 'y'],
  ];
  const [text, ...others] = textsOf(write({ upserts }), { hasOtherUniqueIndexes: true, isReferenced: true });
  expect(others).toEqual([]);
  const [update, insert] = text?.split(';') ?? [];
  const list = /\(SELECT .*? AS listed/.exec(update ?? '')?.[0];
  expect(update).toMatch(/^UPDATE \(SELECT .* SET old\.`note`=listed\.`note`$/);
  expect(insert).toContain(
    `INSERT INTO \`w\`.\`t\` (\`id\`, \`part\`, \`note\`) SELECT * FROM ${list} WHERE NOT EXISTS (`,
  );
});

test('a key changes only where the old row is and no other one has the new key', () => {
  expect(textsOf([{ kind: 'move', from: ['1', 'a', undefined], row: ['2', 'a', undefined] }])).toEqual([
    "UPDATE `w`.`t` SET `id`=2,`part`='a' WHERE `id`=1 AND `part`='a' AND NOT EXISTS " +
      "(SELECT 1 FROM (SELECT 1 FROM `w`.`t` WHERE `id`=2 AND `part`='a' LIMIT 1) AS taken)",
  ]);
});

test('a truncate is part of the transaction', () => {
  expect(textsOf([{ kind: 'truncate' }])).toEqual(['DELETE FROM `w`.`t`']);
});

test('many rows are several statements of bounded size', () => {
  const upserts = Array.from({ length: 2_500 }, (_, id) => [String(id), 'a', 'n'.repeat(200)]);
  const texts = textsOf(write({ upserts }));
  expect(texts.length).toBeGreaterThan(2);
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(300_000);
  const deletes = textsOf(write({ deletes: upserts }));
  expect(deletes).toHaveLength(5);
});

test('a table of another storage engine is refused', () => {
  expect(() => textsOf([], { storageEngine: 'Aria' })).toThrow(
    expect.objectContaining({ code: 'SchemaMismatch', message: expect.stringContaining('Aria') }),
  );
});

test('a value that the target cannot represent does not show in the error', () => {
  expect(() => textsOf(write({ upserts: [['1', 'far too long a part', null]] }))).toThrow(
    expect.objectContaining({
      code: 'ValueRejected',
      message: expect.stringMatching(/^A value for column part of table w\.t is longer than its column\. /),
      facts: { table: 'w.t', column: 'part' },
    }),
  );
});

test('under null a value that the target cannot represent is NULL, and counted until it is asked for', () => {
  const table = describeApplyTable(
    { source: source.ref, target: { schema: 'w', table: 't' }, valuePolicy: 'null' },
    source,
    targetOf({
      columns: [
        mysqlColumn('bigint(20)', { name: 'id', notNull: true }),
        mysqlColumn('varchar(10)', { name: 'part', maxLength: 10, notNull: true }),
        mysqlColumn('varchar(3)', { name: 'note', maxLength: 3 }),
      ],
    }),
    codec,
  );
  const upserts = [
    ['1', 'a', 'long'],
    ['2', 'a', 'x'],
  ];
  expect(table.statements.forSteps(write({ upserts }))[0]?.text).toContain("VALUES (1,'a',NULL),(2,'a','x')");
  expect([...table.takeNulled()]).toEqual([['note', 1]]);
  expect(table.takeNulled().size).toBe(0);
  expect(() => table.statements.forSteps(write({ upserts: [['1', 'far too long a part', null]] }))).toThrow(
    expect.objectContaining({ code: 'ValueRejected', message: expect.stringContaining('NOT NULL') }),
  );
});
