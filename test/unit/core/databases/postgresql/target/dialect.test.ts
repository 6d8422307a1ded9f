import { expect, test } from '@jest/globals';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';

test.each([
  [{ schema: 'public', table: 'orders' }, undefined],
  [{ schema: 'public', table: 'millrace' }, undefined],
  [{ schema: 'Millrace', table: 'orders' }, undefined],
  [{ schema: 'public', table: 'x'.repeat(64) }, 'longer than 63 bytes'],
  [{ schema: 'é'.repeat(32), table: 'orders' }, 'longer than 63 bytes'],
  [{ schema: 'millrace', table: 'table_owner' }, 'kept for the tables that Millrace has'],
  [{ schema: 'millrace', table: 'orders' }, 'kept for the tables that Millrace has'],
])('the name %j', (ref, reason) => {
  const refused = postgresTargetDialect.refuseName(ref);
  if (reason === undefined) expect(refused).toBeUndefined();
  else expect(refused).toContain(reason);
});
