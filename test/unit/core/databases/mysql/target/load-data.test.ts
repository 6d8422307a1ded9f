import { expect, test } from '@jest/globals';
import { loadDataStatement, loadField } from '#core/databases/mysql/target/load-data.ts';

test('bytes and bits are converted, other fields go straight into their columns', () => {
  const statement = loadDataStatement({
    ref: { schema: 'ware`house', table: 'things' },
    columns: [
      { name: 'id', encoder: { form: 'number' } },
      { name: 'data', encoder: { form: 'bytes' } },
      { name: 'flags', encoder: { form: 'bits' } },
    ],
  });
  expect(statement).toBe(
    "LOAD DATA LOCAL INFILE 'millrace' INTO TABLE `ware``house`.`things` CHARACTER SET utf8mb4 " +
      "FIELDS TERMINATED BY X'09' ESCAPED BY X'5C' LINES TERMINATED BY X'0A' (`id`, @c1, @c2) " +
      'SET `data` = UNHEX(@c1), `flags` = CAST(CONV(@c2, 2, 10) AS UNSIGNED)',
  );
});

test.each([
  [null, '\\N'],
  ['\\N', '\\\\N'],
  ['plain', 'plain'],
  ['a\tb\nc\\d\0e\r', 'a\\tb\\nc\\\\d\\0e\r'],
])('the field %j is %j', (value, field) => {
  expect(loadField(value)).toBe(field);
});
