import { describe, expect, test } from '@jest/globals';
import type { SchemaChange } from '#core/contracts/schema-change.ts';
import { shapeDigest } from '#core/schema/outline-table.ts';
import { createWorld } from './api-world.ts';

const statement = 'ALTER TABLE "public"."shop_flights" ADD COLUMN "extra" integer';

const waiting = async (change: Partial<SchemaChange> = {}) => {
  const world = createWorld();
  const ids = await world.configured();
  const [mapping] = world.replications.get(ids.replication)?.tables ?? [];
  const [described] = world.world.catalog;
  if (mapping === undefined || described === undefined) throw new Error('The replication has no table.');
  const stored: SchemaChange = {
    ...{ changeId: '0123456789ab', version: 3, fingerprint: 'f', source: mapping.source },
    ...{ target: { schema: 'public', table: 'shop_flights' }, state: 'waiting', way: 'follow' },
    ...{ kinds: ['add-column'], what: 'column extra (integer) was added', statements: [statement] },
    ...{ droppable: [], limits: [], shapeVersion: 0, risk: { level: 'low', message: 'No row is changed.' } },
    ...{ detectedAt: '2026-03-01T11:00:00.000Z', updatedAt: '2026-03-01T11:00:00.000Z' },
    catalogDigest: shapeDigest(described),
    ...change,
  };
  await world.store.putSchemaChange(ids.replication, stored, undefined);
  const path = `/replications/${ids.replication}/schema-changes`;
  return { ...world, ids, path, one: `${path}/${stored.changeId}`, stored };
};

describe('changes of tables that wait for a person', () => {
  test('are listed, and shown one by one with what can be done', async () => {
    const { request, ids, path, one } = await waiting();
    const list = await request(ids.client, 'GET', path);
    expect(list).toMatchObject({
      status: 200,
      body: {
        schema_changes: [{ change_id: '0123456789ab', state: 'waiting', way: 'follow' }],
        next_cursor: null,
      },
    });
    expect(list.body.schema_changes).toHaveLength(1);
    const shown = await request(ids.client, 'GET', one);
    expect(shown).toMatchObject({
      status: 200,
      body: { version: 3, statements: [statement], rehearsal: null, before: null },
    });
    expect(shown.body.message).toContain(`POST ${one}/approve`);
    const none = await request(ids.client, 'GET', `${path}?state=rejected`);
    expect(none.body.schema_changes).toEqual([]);
  });

  test('are tried at the target, and the last trial is kept', async () => {
    const { request, ids, one, world } = await waiting();
    world.rehearsal = async ({ statements }) => ({
      ...{ method: 'rolled-back', problems: [`refused: ${statements.length}`], unfit: [], durationMs: 5 },
      ...{ isRewritten: false, lock: 'ACCESS EXCLUSIVE' },
    });
    const tried = await request(ids.client, 'POST', `${one}/rehearse`, {});
    expect(tried).toMatchObject({
      status: 200,
      body: { version: 3, rehearsal: { ok: false, problems: ['refused: 1'], rewrites_table: false } },
    });
    expect((await request(ids.client, 'GET', one)).body.rehearsal).toEqual(tried.body.rehearsal);
  });

  test('are approved as they were shown, by whom and why', async () => {
    const { request, ids, one, store } = await waiting();
    const stale = await request(ids.client, 'POST', `${one}/approve`, { version: 2 });
    expect(stale).toMatchObject({ status: 409 });
    const approved = await request(ids.client, 'POST', `${one}/approve`, { version: 3, reason: 'release 7' });
    expect(approved).toMatchObject({
      status: 202,
      body: { state: 'approved', version: 4, reason: 'release 7', edited_statement: null },
    });
    const again = await request(ids.client, 'POST', `${one}/approve`, { version: 4 });
    expect(again).toMatchObject({ status: 409 });
    const { activity } = await store.listActivity(ids.replication, { limit: 1 });
    expect(activity[0]).toMatchObject({ action: 'schema-change-approved', reason: 'release 7' });
  });

  test('are not approved once the table has changed again', async () => {
    const { request, ids, one, world, store } = await waiting();
    world.catalog = world.catalog.map((table) => ({ ...table, columns: table.columns.slice(0, -1) }));
    const answer = await request(ids.client, 'POST', `${one}/approve`, { version: 3 });
    expect(answer).toMatchObject({ status: 409 });
    expect(answer.body.detail).toContain('once more');
    expect(await store.getSchemaChange(ids.replication, '0123456789ab')).toMatchObject({ state: 'waiting' });
  });

  test('are approved with a statement of the person, if it does the same to the rows', async () => {
    const { request, ids, one } = await waiting();
    const refused = await request(ids.client, 'POST', `${one}/approve`, {
      version: 3,
      statement: 'ALTER TABLE public.other ADD COLUMN extra int',
    });
    expect(refused).toMatchObject({ status: 400 });
    const approved = await request(ids.client, 'POST', `${one}/approve`, {
      version: 3,
      statement: 'ALTER TABLE public.shop_flights ADD COLUMN extra bigint',
    });
    expect(approved).toMatchObject({
      status: 202,
      body: { edited_statement: 'ALTER TABLE "public"."shop_flights" ADD COLUMN extra bigint' },
    });
  });

  test('are rejected with a reason, and the answer says what leads out', async () => {
    const { request, ids, one } = await waiting();
    expect(await request(ids.client, 'POST', `${one}/reject`, { version: 3 })).toMatchObject({ status: 400 });
    const rejected = await request(ids.client, 'POST', `${one}/reject`, { version: 3, reason: 'not now' });
    expect(rejected).toMatchObject({ status: 200, body: { state: 'rejected', reason: 'not now' } });
    expect(rejected.body.message).toMatch(/resync.*schema-policy/);
  });

  test('cannot be decided any more once they are closed', async () => {
    const { request, ids, one } = await waiting({
      ...{ state: 'expired', closedAt: '2026-03-01T11:30:00.000Z', note: 'The table was copied again.' },
    });
    const answer = await request(ids.client, 'POST', `${one}/approve`, { version: 3 });
    expect(answer).toMatchObject({ status: 409 });
    expect(answer.body.detail).toContain('The table was copied again.');
    expect(await request(ids.client, 'POST', `${one}/rehearse`, {})).toMatchObject({ status: 409 });
  });

  test('that cannot be followed are copied again on approval, or wait on when that cannot begin', async () => {
    const { request, ids, one, store } = await waiting({ way: 'resync', statements: [] });
    // The replication does not run.
    expect(await request(ids.client, 'POST', `${one}/approve`, { version: 3 })).toMatchObject({
      status: 409,
    });
    expect(await store.getSchemaChange(ids.replication, '0123456789ab')).toMatchObject({
      ...{ state: 'waiting', version: 5 },
      note: expect.stringContaining('could not be copied again'),
    });
  });
});
