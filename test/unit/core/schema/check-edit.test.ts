import { describe, expect, test } from '@jest/globals';
import { mysqlTargetDialect } from '#core/databases/mysql/target/dialect.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';

const target = { schema: 'public', table: 'shop_orders' };
const planned = [
  `ALTER TABLE "public"."shop_orders" ADD COLUMN "extra" integer DEFAULT '7' NOT NULL`,
  'ALTER TABLE "public"."shop_orders" ADD COLUMN "note" text',
  'ALTER TABLE "public"."shop_orders" RENAME COLUMN "a" TO "x"',
  'ALTER TABLE "public"."shop_orders" ALTER COLUMN "v" TYPE character varying(60)',
];
const all = `ADD COLUMN extra bigint DEFAULT '7', ADD note varchar(500), RENAME COLUMN a TO x, ALTER v TYPE text`;

const check = (statement: string, droppable: readonly string[] = []) =>
  postgresTargetDialect.checkEdit({ statement, target, planned, droppable });
const problemsOf = (statement: string, droppable: readonly string[] = []): readonly string[] =>
  check(statement, droppable).problems ?? [];

describe('at PostgreSQL', () => {
  test.each([
    `ALTER TABLE public.shop_orders ${all}`,
    `alter table "public"."shop_orders" ${all};`,
    `ALTER TABLE public.shop_orders ADD COLUMN IF NOT EXISTS extra bigint DEFAULT '7' NOT NULL, ADD COLUMN "note" timestamp with time zone, RENAME COLUMN a TO x, ALTER COLUMN v SET DATA TYPE text, ALTER COLUMN x DROP NOT NULL`.replace(
      ', ALTER COLUMN x DROP NOT NULL',
      '',
    ),
  ])('%s may be run', (statement) => {
    const checked = check(statement);
    expect(checked.problems).toBeUndefined();
    expect(checked).toMatchObject({
      statement: expect.stringMatching(/^ALTER TABLE "public"\."shop_orders" \w/),
    });
  });

  test('a column that the source dropped may be dropped', () => {
    expect(problemsOf(`ALTER TABLE public.shop_orders ${all}, DROP COLUMN b`, ['b'])).toEqual([]);
    expect(problemsOf(`ALTER TABLE public.shop_orders ${all}, DROP COLUMN b`)).toEqual([
      'It drops column b, which the source still has.',
    ]);
  });

  test.each([
    ['DROP TABLE public.shop_orders', /no ALTER TABLE/],
    [`ALTER TABLE public.other ${all}`, /has to name the target table public.shop_orders/],
    [`ALTER TABLE shop_orders ${all}`, /has to name the target table/],
    [`ALTER TABLE "Public".shop_orders ${all}`, /has to name the target table/],
    [`ALTER TABLE public.shop_orders ${all}; DROP TABLE public.other`, /more than one statement/],
    [`ALTER TABLE public.shop_orders ${all} -- done`, /comment/],
    [`ALTER TABLE public.shop_orders ${all} /* done */`, /comment/],
    [
      `ALTER TABLE public.shop_orders ${all.replace("'7'", "E'\\'', DROP COLUMN id, ADD y text DEFAULT '")}`,
      /backslash/,
    ],
    [`ALTER TABLE public.shop_orders ${all.replace("'7'", '$$7$$')}`, /quote/],
    [
      `ALTER TABLE public.shop_orders ${all.replace("'7'", "'8'")}`,
      /the same value in column extra as planned: DEFAULT '7'/,
    ],
    [`ALTER TABLE public.shop_orders ${all.replace(" DEFAULT '7'", '')}`, /the same value in column extra/],
    [
      `ALTER TABLE public.shop_orders ${all.replace('varchar(500)', "varchar(500) DEFAULT 'x'")}`,
      /no DEFAULT/,
    ],
    [
      `ALTER TABLE public.shop_orders ${all.replace('varchar(500)', 'varchar(500) NOT NULL')}`,
      /note has to take NULL/,
    ],
    [`ALTER TABLE public.shop_orders ${all.replace('varchar(500)', 'bigserial')}`, /BIGSERIAL/],
    [
      `ALTER TABLE public.shop_orders ${all.replace('varchar(500)', 'int GENERATED ALWAYS AS (1) STORED')}`,
      /GENERATED/,
    ],
    [`ALTER TABLE public.shop_orders ${all.replace('TYPE text', 'TYPE text USING upper(v)')}`, /USING/],
    [`ALTER TABLE public.shop_orders ${all}, ALTER COLUMN other TYPE text`, /changes column other/],
    [`ALTER TABLE public.shop_orders ${all}, ADD more int`, /adds column more/],
    [
      `ALTER TABLE public.shop_orders ${all}, RENAME COLUMN b TO c`,
      /renames column b to c, which is not planned/,
    ],
    [`ALTER TABLE public.shop_orders ${all}, RENAME TO other`, /may not stand in it/],
    [`ALTER TABLE public.shop_orders ${all}, OWNER TO me`, /may not stand in it/],
    [`ALTER TABLE public.shop_orders ${all}, ADD CONSTRAINT c CHECK (true)`, /may not stand in it/],
    [`ALTER TABLE public.shop_orders ${all}, ADD PRIMARY KEY (a)`, /may not stand in it/],
    [
      `ALTER TABLE public.shop_orders ${all.replace(', RENAME COLUMN a TO x', '')}`,
      /does not rename column a to x/,
    ],
    [
      `ALTER TABLE public.shop_orders ${all.replace(', ALTER v TYPE text', '')}`,
      /does not change the type of column v/,
    ],
    [
      `ALTER TABLE public.shop_orders ${all.replace(', ADD note varchar(500)', '')}`,
      /does not add column note/,
    ],
    [`ALTER TABLE public.shop_orders ${all},`, /not complete/],
    ['ALTER TABLE public.shop_orders', /not complete/],
    ["ALTER TABLE public.shop_orders ADD note text COLLATE 'x", /quote/],
  ])('%s is refused', (statement, problem) => {
    expect(problemsOf(statement).join(' ')).toMatch(problem);
  });
});

describe('at MySQL', () => {
  const mysqlPlanned = [
    'ALTER TABLE `app`.`shop_orders` ADD COLUMN `extra` int DEFAULT 7 NOT NULL',
    'ALTER TABLE `app`.`shop_orders` MODIFY COLUMN `v` varchar(60) CHARACTER SET utf8mb4 NULL',
  ];
  const checkMysql = (statement: string) =>
    mysqlTargetDialect.checkEdit({
      ...{ statement, target: { schema: 'app', table: 'shop_orders' } },
      ...{ planned: mysqlPlanned, droppable: ['b'] },
    });

  test.each([
    'ALTER TABLE shop_orders ADD extra bigint DEFAULT 7 NOT NULL, MODIFY v varchar(200), DROP COLUMN b, ALGORITHM=INPLACE, LOCK=NONE',
    "ALTER TABLE `app`.`shop_orders` ADD COLUMN `extra` int NOT NULL DEFAULT 7 COMMENT 'new', MODIFY COLUMN `v` text",
  ])('%s may be run', (statement) => {
    expect(checkMysql(statement).problems).toBeUndefined();
  });

  test.each([
    ['ALTER TABLE other.shop_orders ADD extra int DEFAULT 7, MODIFY v text', /has to name the target table/],
    ['ALTER TABLE shop_orders ADD extra int DEFAULT 8, MODIFY v text', /same value/],
    ['ALTER TABLE shop_orders ADD extra int DEFAULT 7, MODIFY v text, CHANGE a b int', /may not stand in it/],
    ['ALTER TABLE shop_orders ADD extra int DEFAULT 7, MODIFY v text, ENGINE=MyISAM', /may not stand in it/],
    ['ALTER TABLE shop_orders ADD extra int DEFAULT 7 COMMENT "x", MODIFY v text', /quote/],
    ['ALTER TABLE shop_orders ADD extra int DEFAULT 7, MODIFY v text # x', /comment/],
    [String.raw`ALTER TABLE shop_orders ADD extra int DEFAULT 7 COMMENT 'a\'b', MODIFY v text`, /backslash/],
    [
      'ALTER TABLE shop_orders ADD extra int DEFAULT 7, MODIFY v text, EXCHANGE PARTITION p WITH TABLE o',
      /may not/,
    ],
  ])('%s is refused', (statement, problem) => {
    expect((checkMysql(statement).problems ?? []).join(' ')).toMatch(problem);
  });
});
