import { expect, test } from '@jest/globals';
import { createSchemaStatement, createTableStatement } from '#core/databases/mysql/target/ddl.ts';
import { mysqlColumn, sourceColumn, tableOf } from '../target-columns.ts';

const target = { schema: 'ware`house', table: 'things' };

test('a table has columns, NOT NULLs and key of the source, and compares texts by their bytes', () => {
  const source = tableOf(
    [
      sourceColumn('int8', { name: 'id', notNull: true }),
      sourceColumn('uuid', { name: 'a`b' }),
      sourceColumn('numeric', { name: 'computed', isGenerated: true }),
    ],
    ['id'],
  );
  expect(createTableStatement(target, source, { isMariadb: true })).toBe(
    'CREATE TABLE IF NOT EXISTS `ware``house`.`things` (`id` bigint NOT NULL, ' +
      '`a``b` char(36) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL, PRIMARY KEY (`id`)) ' +
      'ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin',
  );
  expect(createTableStatement(target, source, { isMariadb: false })).toContain('COLLATE utf8mb4_0900_bin');
});

test('a TIMESTAMP does not set itself', () => {
  const source = tableOf([mysqlColumn('timestamp(3)', { notNull: true })]);
  expect(createTableStatement(target, source, { isMariadb: true })).toContain(
    "`v` timestamp(3) NOT NULL DEFAULT '1970-01-01 00:00:01')",
  );
});

test('a schema is a database', () => {
  expect(createSchemaStatement('a`b')).toBe('CREATE DATABASE IF NOT EXISTS `a``b`');
});
