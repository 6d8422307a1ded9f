import { expect, test } from '@jest/globals';
import { exactCollation, inexactness } from '#core/databases/mysql/target/collations.ts';

test('tables that Millrace creates tell all texts apart', () => {
  for (const isMariadb of [true, false]) expect(inexactness(exactCollation({ isMariadb }))).toBeUndefined();
});

test.each([
  ['binary', undefined],
  ['latin1_nopad_bin', undefined],
  ['utf8mb4_bin', 'ignores blanks at the end'],
  ['utf8mb4_uca1400_as_cs', 'ignores case or accents'],
])('%s %s', (collation, reason) => {
  expect(inexactness(collation)).toBe(reason);
});
