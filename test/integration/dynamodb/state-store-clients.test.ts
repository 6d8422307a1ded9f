import { expect, test } from '@jest/globals';
import type { Database } from '#core/contracts/database.ts';
import { at, codeOf, created, registered, replication, store } from './state-store-world.ts';

test('clients and databases are numbered, listed in order and invisible to other clients', async () => {
  const first = await store.createClient('Acme');
  const second = await store.createClient('Zeta & Söhne');
  expect(second.clientId).toBe(first.clientId + 1);
  expect(await store.getClient(first.clientId)).toEqual({
    clientId: first.clientId,
    name: 'Acme',
    createdAt: at,
  });
  expect(await store.listClients()).toEqual([first, second]);
  expect(await codeOf(store.getClient(999))).toBe('NotFound');

  const database: Database = {
    databaseId: await store.nextDatabaseId(),
    clientId: first.clientId,
    name: 'shop',
    kind: 'postgresql',
    host: 'db.example.com',
    port: 5432,
    databaseName: 'shop',
    username: 'repl',
    tlsMode: 'require',
    secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x',
    createdAt: at,
  };
  await store.putDatabase(database);
  expect(await store.getDatabase(first.clientId, database.databaseId)).toEqual(database);
  expect(await store.listDatabases(first.clientId)).toEqual([database]);
  expect(await store.listDatabases(second.clientId)).toEqual([]);
  expect(await codeOf(store.getDatabase(second.clientId, database.databaseId))).toBe('NotFound');
});

test('the version of the state is absent at first, and is never lowered', async () => {
  expect(await store.getStateVersion()).toBeUndefined();
  await store.raiseStateVersion(2);
  await store.raiseStateVersion(1);
  expect(await store.getStateVersion()).toBe(2);
  await Promise.all([3, 5, 4].map((version) => store.raiseStateVersion(version)));
  expect(await store.getStateVersion()).toBe(5);
});

test('a token is found by its hash, listed, and gone when it is removed', async () => {
  const { clientId } = await store.createClient('With tokens');
  const ofClient = await store.createToken('aa11', {
    name: 'ci',
    role: 'operator',
    clientId,
    createdBy: 'deployment',
    validUntil: '2027-01-01T00:00:00.000Z',
  });
  const ofAll = await store.createToken('bb22', { name: 'ops', role: 'admin', createdBy: 'deployment' });
  expect(ofClient).toMatchObject({ role: 'operator', clientId, createdAt: at });
  expect(await store.findToken('aa11')).toEqual(ofClient);
  expect(await store.findToken('bb22')).toEqual(ofAll);
  expect(await store.findToken('cc33')).toBeUndefined();
  await expect(
    store.createToken('dd44', { name: 'x', role: 'viewer', clientId: 999, createdBy: 'deployment' }),
  ).rejects.toMatchObject({ code: 'NotFound' });
  expect(await store.findToken('dd44')).toBeUndefined();

  await store.touchToken(ofAll.tokenId, at);
  expect(await store.listTokens()).toEqual([ofClient, { ...ofAll, lastUsedAt: at }]);
  expect(await store.getToken(ofAll.tokenId)).toEqual({ ...ofAll, lastUsedAt: at });

  expect(await store.removeToken(ofClient.tokenId)).toEqual(ofClient);
  expect(await store.findToken('aa11')).toBeUndefined();
  await store.touchToken(ofClient.tokenId, at);
  expect((await store.listTokens()).map(({ tokenId }) => tokenId)).toEqual([ofAll.tokenId]);
  await expect(store.removeToken(ofClient.tokenId)).rejects.toMatchObject({ code: 'NotFound' });
});

test('a client is removed only when nothing is left of it, and is renamed meanwhile', async () => {
  const { clientId } = await store.createClient('Leaving');
  expect(await store.renameClient(clientId, 'Left')).toMatchObject({ clientId, name: 'Left' });
  expect(await codeOf(store.renameClient(clientId, 'Lost', 'Other'))).toBe('Conflict');
  expect(await store.renameClient(clientId, 'Left', 'Left')).toMatchObject({ name: 'Left' });
  await store.putDatabase(registered(950, clientId));
  const token = { name: 'a', role: 'viewer', clientId, createdBy: 'admin' } as const;
  const { tokenId } = await store.createToken('f'.repeat(64), token);
  expect(await codeOf(store.removeClient(clientId))).toBe('Conflict');
  await store.removeDatabase(clientId, 950);
  expect(await codeOf(store.removeClient(clientId))).toBe('Conflict');
  await store.removeToken(tokenId);
  expect(await store.removeClient(clientId)).toMatchObject({ clientId, name: 'Left' });
  expect(await codeOf(store.getClient(clientId))).toBe('NotFound');
  expect(await codeOf(store.renameClient(clientId, 'x'))).toBe('NotFound');
  expect(await codeOf(store.removeClient(clientId))).toBe('NotFound');
});

test('a client gets limits of its own, by what was read, and loses them', async () => {
  const { clientId } = await store.createClient('Limited');
  const few = { tables: 5, alertRules: 1 };
  expect((await store.setClientQuotas(clientId, few, undefined)).quotas).toEqual(few);
  expect(await codeOf(store.setClientQuotas(clientId, { tables: 6 }, undefined))).toBe('Conflict');
  expect(await codeOf(store.setClientQuotas(clientId, undefined, { tables: 5 }))).toBe('Conflict');
  expect((await store.getClient(clientId)).quotas).toEqual(few);
  expect(await store.setClientQuotas(clientId, undefined, few)).toEqual(await store.getClient(clientId));
  expect((await store.getClient(clientId)).quotas).toBeUndefined();
  await store.removeClient(clientId);
  expect(await codeOf(store.setClientQuotas(clientId, few, undefined))).toBe('NotFound');
});

test('calls are counted for each client and minute, also at the same moment', async () => {
  const counts = await Promise.all(Array.from({ length: 5 }, () => store.countCall(901, 29_000_000)));
  expect(counts.toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(await store.countCall(901, 29_000_001)).toBe(1);
  expect(await store.countCall(902, 29_000_000)).toBe(1);
});

test('ordinals count the replications of one source database', async () => {
  expect([
    await store.nextOrdinal(5, 1),
    await store.nextOrdinal(5, 1),
    await store.nextOrdinal(5, 2),
  ]).toEqual([1, 2, 1]);
});

test('twenty numbers taken at once are all different', async () => {
  const numbers = await Promise.all(Array.from({ length: 20 }, () => store.nextReplicationId()));
  expect(new Set(numbers).size).toBe(20);
});

test('an installation has one number, also when it is asked for several times at once', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => store.getInstallationId()));
  expect(new Set(ids).size).toBe(1);
  expect(await store.getInstallationId()).toBe(ids[0]);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('a database goes when nothing uses it, and a replication cannot be created without it', async () => {
  const used = await created();
  expect(await codeOf(store.removeDatabase(1, used.sourceDatabaseId))).toBe('Conflict');
  expect(await store.getDatabase(1, used.sourceDatabaseId)).toMatchObject({ databaseId: 901 });
  await store.putDatabase(registered(950));
  const without = { ...(await replication()), targetDatabaseId: 950 };
  const before = await store.getDatabase(1, 950);
  expect(await store.replaceDatabase({ ...before, port: 1 }, { ...before, host: 'x' })).toBe(false);
  expect(await store.replaceDatabase(before, { ...before, host: 'x' })).toBe(true);
  expect(await store.removeDatabase(1, 950)).toMatchObject({ host: 'x' });
  expect(await codeOf(store.createReplication(without))).toBe('NotFound');
});
