import { describe, expect, test } from '@jest/globals';
import { createWorld } from './api-world.ts';

const configured = async () => {
  const world = createWorld();
  const ids = await world.configured();
  const path = `/replications/${ids.replication}/schema-policy`;
  const [source] = world.replications.get(ids.replication)?.tables.map((mapping) => mapping.source) ?? [];
  if (source === undefined) throw new Error('The replication has no table.');
  return { ...world, ids, path, source };
};

describe('the policy for changes of tables', () => {
  test('is safe unless it is chosen, and says what is done at each kind of change', async () => {
    const { request, ids, path } = await configured();
    const answer = await request(ids.client, 'GET', path);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ...{ preset: 'safe', kinds: {}, tables: [] },
        actions: { 'add-column': 'auto', 'drop-column': 'ignore', 'change-type': 'ask', truncate: 'auto' },
      },
    });
    const replication = await request(ids.client, 'GET', `/replications/${ids.replication}`);
    expect(replication.body.schema_changes).toEqual({ preset: 'safe', kinds: {}, tables: [] });
  });

  test('is chosen when the replication is created', async () => {
    const { request, ids, replications, source } = await configured();
    const body = {
      ...{ source_database_id: ids.source, target_database_id: ids.target },
      tables: [{ source: { table: source.table } }],
      target_table_name: 'another_{table}',
      schema_changes: {
        preset: 'mirror',
        tables: [{ source: { table: source.table }, kinds: { truncate: 'stop' } }],
      },
    };
    const created = await request(ids.client, 'POST', '/replications', body);
    expect(created).toMatchObject({ status: 201, body: { schema_changes: { preset: 'mirror' } } });
    expect(replications.get(Number(created.body.replication_id))?.schemaPolicy).toEqual({
      preset: 'mirror',
      tables: [{ source, kinds: { truncate: 'stop' } }],
    });
  });

  test('is replaced as a whole, and the activity says by whom', async () => {
    const { request, ids, path, source, replications } = await configured();
    const policy = {
      ...{ preset: 'strict', kinds: { 'add-column': 'stop' } },
      tables: [{ source, preset: 'mirror', kinds: { truncate: 'ask' } }],
    };
    const answer = await request(ids.client, 'PUT', path, policy);
    expect(answer).toMatchObject({
      status: 200,
      body: { ...policy, actions: { 'add-column': 'stop', 'rename-column': 'ask' } },
    });
    expect(replications.get(ids.replication)?.schemaPolicy).toEqual(policy);
    const activity = await request(ids.client, 'GET', `/replications/${ids.replication}/activity`);
    expect(activity.body).toMatchObject({
      activity: expect.arrayContaining([
        expect.objectContaining({ action: 'schema-policy-changed', actor: 'user' }),
      ]),
    });
    await request(ids.client, 'PUT', path, {});
    expect(replications.get(ids.replication)?.schemaPolicy).toBeUndefined();
  });

  test('of an older version is not replaced', async () => {
    const { request, ids, path, replications } = await configured();
    const { headers } = await request(ids.client, 'GET', path);
    const etag = String(headers?.etag);
    const first = await request(ids.client, 'PUT', path, { preset: 'mirror' }, { 'If-Match': etag });
    expect(first.status).toBe(200);
    const second = await request(ids.client, 'PUT', path, { preset: 'strict' }, { 'If-Match': etag });
    expect(second).toMatchObject({ status: 412, body: { code: 'PreconditionFailed' } });
    expect(replications.get(ids.replication)?.schemaPolicy).toEqual({ preset: 'mirror' });
  });

  test.each([
    [{ kinds: { 'drop-table': 'auto' } }, 'body.kinds.drop-table', 'cannot be auto; possible are ask, stop'],
    [{ kinds: { 'add-column': 'ignore' } }, 'body.kinds.add-column', 'cannot be ignore'],
    [{ tables: [{ source: { table: 'nothing' } }] }, 'body.tables.0.source', 'no source table nothing'],
    [{ preset: 'wild' }, 'body.preset', ''],
  ])('what cannot be done is refused: %j', async (body, subject, message) => {
    const { request, ids, path, replications } = await configured();
    const answer = await request(ids.client, 'PUT', path, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
    expect(answer.text).toContain(subject);
    expect(answer.text).toContain(message);
    expect(replications.get(ids.replication)?.schemaPolicy).toBeUndefined();
  });
});
