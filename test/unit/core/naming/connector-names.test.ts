import { expect, test } from '@jest/globals';
import { connectorName, distinctConnectorName } from '#core/naming/names.ts';

test('a connector is named after its client and database; later ones of a database are numbered', () => {
  expect(connectorName('Acme Corp', 'Production DB', 1)).toBe('acme_corp_production_db_connector');
  expect(connectorName('Acmé Corp.', 'Shop DB', 1)).toBe('acme_corp_shop_db_connector');
  expect(connectorName('Acmé Corp.', 'Shop DB', 2)).toBe('acme_corp_shop_db_2_connector');
});

test('names that look alike are told apart by their numbers, however long they are', () => {
  const long = 'x'.repeat(100);
  const name = (clientId: number, databaseId: number, ordinal: number): string =>
    distinctConnectorName({ clientId, name: long }, { databaseId, name: long }, ordinal);
  expect(distinctConnectorName({ clientId: 2, name: 'Acme' }, { databaseId: 3, name: 'shop' }, 1)).toBe(
    'acme_2_shop_3_connector',
  );
  expect(new Set([name(1, 1, 1), name(1, 2, 1), name(2, 1, 1), name(1, 1, 2)]).size).toBe(4);
  expect(name(1, 1, 1).length).toBeLessThan(120);
});
