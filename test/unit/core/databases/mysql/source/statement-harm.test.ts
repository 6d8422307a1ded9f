import { describe, expect, test } from '@jest/globals';
import { harmOfStatement } from '#core/databases/mysql/source/statement-harm.ts';

describe('statements that leave events and rows as they were', () => {
  test.each([
    'CREATE INDEX a ON t (a)',
    'CREATE OR REPLACE UNIQUE INDEX `a` ON `t` (`a`)',
    'DROP INDEX a ON t',
    'ALTER TABLE t ADD INDEX (a), ADD UNIQUE KEY `x, y` (`a`, b), ALGORITHM=INPLACE, LOCK=NONE',
    'alter table `shop`.`t` add key k (a)',
    'ALTER TABLE shop.t DROP INDEX a, RENAME INDEX b TO c',
    'ALTER ONLINE TABLE IF EXISTS t NOWAIT ADD FULLTEXT (a)',
    "ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x, MODIFY a int', ALTER b DROP DEFAULT",
    "ALTER TABLE t COMMENT = 'ADD COLUMN x', AUTO_INCREMENT = 5",
    'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0), ADD CHECK (b > 0), DROP CONSTRAINT d',
    'ALTER TABLE t ADD CONSTRAINT FOREIGN KEY (a) REFERENCES p (id) ON DELETE RESTRICT ON UPDATE NO ACTION',
    'ALTER TABLE t DROP FOREIGN KEY f',
    'ALTER TABLE t ENGINE=InnoDB',
    'ALTER TABLE t /* MODIFY a int */ FORCE -- DROP COLUMN a\n',
    'ALTER TABLE t DEFAULT CHARACTER SET latin1',
    'ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 4',
    'ALTER TABLE t REMOVE PARTITIONING',
    'TRUNCATE TABLE t',
    'OPTIMIZE TABLE t',
    'CREATE TABLE IF NOT EXISTS t (id int)',
  ])('%s', (statement) => {
    expect(harmOfStatement(statement, {})).toBeUndefined();
  });
});

describe('an index that is the key', () => {
  test.each([
    ['DROP INDEX `k` ON t', 'its key, the index k, was dropped'],
    ['DROP INDEX IF EXISTS K ON t', 'its key, the index K, was dropped'],
    ['CREATE OR REPLACE UNIQUE INDEX k ON t (a)', 'its key, the index k, was dropped'],
    ['ALTER TABLE t DROP KEY k, ADD UNIQUE k (a)', 'ALTER TABLE with DROP KEY k'],
    ['ALTER TABLE t DROP CONSTRAINT IF EXISTS k', 'ALTER TABLE with DROP CONSTRAINT IF EXISTS k'],
    ['ALTER TABLE t RENAME INDEX k TO l', 'ALTER TABLE with RENAME INDEX k TO l'],
    ['DROP INDEX l ON t', undefined],
    ['ALTER TABLE t DROP INDEX l', undefined],
  ])('%s', (statement, harm) => {
    expect(harmOfStatement(statement, { keyIndex: 'k' })).toBe(harm);
  });

  test.each(['DROP INDEX `PRIMARY` ON t', 'ALTER TABLE t DROP INDEX `PRIMARY`'])('%s', (statement) => {
    expect(harmOfStatement(statement, {})).toBeDefined();
    expect(harmOfStatement(statement, { keyIndex: 'k' })).toBeUndefined();
  });
});

describe('every other is named', () => {
  test.each([
    ['ALTER TABLE t ADD COLUMN x int', 'ALTER TABLE with ADD COLUMN x int'],
    ['ALTER TABLE t ADD (x int, y int)', 'ALTER TABLE with ADD ( x int , y ...'],
    [
      'ALTER TABLE `a`.`t` MODIFY a decimal(12,4), ADD INDEX (a)',
      'ALTER TABLE with MODIFY a decimal ( 12 , ...',
    ],
    ['ALTER TABLE t DROP COLUMN a', 'ALTER TABLE with DROP COLUMN a'],
    ['ALTER TABLE t DROP a', 'ALTER TABLE with DROP a'],
    ['ALTER TABLE t CHANGE a b int', 'ALTER TABLE with CHANGE a b int'],
    ['ALTER TABLE t RENAME COLUMN a TO b', 'ALTER TABLE with RENAME COLUMN a TO b'],
    ['ALTER TABLE t RENAME TO u', 'ALTER TABLE with RENAME TO u'],
    [
      'ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b)',
      'ALTER TABLE with DROP PRIMARY KEY, ADD PRIMARY KEY ( b )',
    ],
    ['ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4', 'ALTER TABLE with CONVERT TO CHARACTER SET utf8mb4'],
    ['ALTER TABLE t /*!50100 MODIFY a int */', 'ALTER TABLE with MODIFY a int'],
    ['ALTER IGNORE TABLE t ADD UNIQUE (a)', 'the statement "ALTER IGNORE TABLE" with ADD UNIQUE ( a )'],
    [
      'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE',
      'ALTER TABLE with ADD CONSTRAINT f FOREIGN KEY ( ...',
    ],
    ['ALTER TABLE t ENGINE = BLACKHOLE', 'ALTER TABLE with ENGINE = BLACKHOLE'],
    ['ALTER TABLE t DROP PARTITION p0', 'ALTER TABLE with DROP PARTITION p0'],
    ['ALTER TABLE t TRUNCATE PARTITION p0', 'ALTER TABLE with TRUNCATE PARTITION p0'],
    [
      'ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u',
      'ALTER TABLE with EXCHANGE PARTITION p0 WITH TABLE u',
    ],
    ['DROP TABLE `t`', 'it was dropped'],
    ['CREATE TABLE t (id int)', 'it was created again'],
    ['CREATE OR REPLACE TABLE t (id int)', 'it was created again'],
    ['RENAME TABLE a TO t', 'a table was renamed, and has its name or had it'],
    // As gh-ost sends them.
    [
      'rename /* gh-ost */ table `db`.`t` to `db`.`_t_del`, `db`.`_t_gho` to `db`.`t`',
      'a table was renamed, and has its name or had it',
    ],
    ['drop /* gh-ost */ table if exists `db`.`t`', 'it was dropped'],
    ['SOMETHING NEW', 'the statement "SOMETHING NEW"'],
    [
      '/* millrace: a statement of the kind ALTER TABLE that Debezium cannot read */ ALTER TABLE t COMMENT 1 NEW',
      'a statement of the kind ALTER TABLE that Debezium cannot read: "ALTER TABLE t COMMENT 1 NEW"',
    ],
    [
      "/* millrace again: rows from before the table's definition was read */ ",
      "rows from before the table's definition was read",
    ],
  ])('%s', (statement, harm) => {
    expect(harmOfStatement(statement, {})).toBe(harm);
  });
});
