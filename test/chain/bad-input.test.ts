import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiAnswer, apiWith, createTenant, runningStack, type Tenant } from './harness.ts';

/** Everything a user can get wrong gives a clear problem, and changes nothing. */
describe('bad input', () => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await createTenant('bad_input');
    await tenant.source.query(`
      CREATE TABLE users (id bigint PRIMARY KEY, name varchar(80) NOT NULL, born date);
      CREATE TABLE keyless (name text);
      CREATE TABLE related (id int PRIMARY KEY, area regclass)`);
  });
  afterAll(() => tenant.close());

  const create = (
    tables: readonly unknown[],
    change: Readonly<Record<string, unknown>> = {},
  ): Promise<ApiAnswer> =>
    tenant.api.post('/replications', {
      source_database_id: tenant.sourceDatabaseId,
      target_database_id: tenant.targetDatabaseId,
      tables,
      ...change,
    });
  const replications = async (): Promise<number> =>
    (await tenant.api.get('/replications')).body.replications.length;
  const expectProblem = (answer: ApiAnswer, status: number, words: RegExp): void => {
    expect({ status: answer.status, text: JSON.stringify(answer.body) }).toEqual({
      status,
      text: expect.stringMatching(words),
    });
    expect(answer.body).toMatchObject({
      title: expect.any(String),
      code: expect.any(String),
      advice: expect.any(String),
    });
  };

  test('a request without a valid token is refused', async () => {
    expect((await apiWith('wrong').get('/replications')).status).toBe(401);
  });

  test('an unknown field is refused by name', async () => {
    expectProblem(await create([{ source: { table: 'users' } }], { client_id: 1 }), 400, /client_id/);
  });

  test('an unknown table, a table without a key and a type that cannot be replicated are named together', async () => {
    const before = await replications();
    const answer = await create([
      { source: { table: 'users' } },
      { source: { table: 'nowhere' } },
      { source: { table: 'keyless' } },
      { source: { table: 'related' } },
    ]);
    expectProblem(answer, 422, /nowhere/);
    expectProblem(answer, 422, /keyless/);
    expectProblem(answer, 422, /area/);
    expect(await replications()).toBe(before);
  });

  test('a mapping that cannot work is refused with every reason', async () => {
    const before = await replications();
    const answer = await create([
      {
        source: { table: 'users' },
        columns: [
          { source: 'id', omit: true },
          { source: 'Name', target: 'x' },
          { source: 'born', target: 'name', type: 'hologram' },
        ],
      },
    ]);
    expectProblem(answer, 422, /belongs to the key, so it can be renamed but not left out/);
    expectProblem(answer, 422, /did you mean name/);
    expectProblem(answer, 422, /hologram/);
    expectProblem(answer, 422, /would share the target column name/);
    expect(await replications()).toBe(before);
  });

  test('a wrong password is said when the connection is tested, and nothing can be created on it', async () => {
    const registered = await tenant.api.post(
      '/databases',
      tenant.registration('source', { name: 'wrong password', password: 'not the password' }),
    );
    expect(registered.status).toBe(201);
    expect(JSON.stringify(registered.body)).not.toContain('not the password');
    const tested = await tenant.api.post(`/databases/${registered.body.database_id}/test`);
    expectProblem(tested, 422, /password/i);
    const before = await replications();
    const created = await create([{ source: { table: 'users' } }], {
      source_database_id: registered.body.database_id,
    });
    expectProblem(created, 422, /password/i);
    expect(await replications()).toBe(before);
  });

  test('a source whose log is not logical cannot be started and says which setting to change', async () => {
    // The stack's target server runs with PostgreSQL's default, wal_level=replica.
    await tenant.target.query('CREATE TABLE here (id int PRIMARY KEY)');
    const source = await tenant.api.post(
      '/databases',
      tenant.registration('target', { name: 'not logical' }),
    );
    const created = await create([{ source: { table: 'here' }, target: { table: 'there' } }], {
      source_database_id: source.body.database_id,
    });
    const id = created.body.replication_id;
    const dryRun = await tenant.api.post(`/replications/${id}/validate`);
    expect({ status: dryRun.status, ready: dryRun.body.ready }).toEqual({ status: 200, ready: false });
    expect(JSON.stringify(dryRun.body.problems)).toContain('wal_level');
    expectProblem(await tenant.api.post(`/replications/${id}/start`), 422, /wal_level/);
    expect((await tenant.api.get(`/replications/${id}`)).body).toMatchObject({
      status: 'configured',
      is_active: false,
    });
  });

  test('a target table whose column is missing or too narrow is refused before anything starts', async () => {
    await tenant.target.query('CREATE TABLE narrow (id bigint PRIMARY KEY, name varchar(10) NOT NULL)');
    const created = await create([{ source: { table: 'users' }, target: { table: 'narrow' } }]);
    const id = created.body.replication_id;
    const answer = await tenant.api.post(`/replications/${id}/start`);
    expectProblem(answer, 422, /name/);
    expectProblem(answer, 422, /born/);
    expect((await tenant.api.get(`/replications/${id}`)).body.status).toBe('configured');
    const slots = await tenant.source.query(
      'SELECT count(*)::int AS n FROM pg_replication_slots WHERE database = current_database()',
    );
    expect(slots.rows[0].n).toBe(0);
  });

  test('two replications cannot claim the same target table', async () => {
    const first = await create([{ source: { table: 'users' }, target: { table: 'claimed' } }]);
    expect(first.status).toBe(201);
    const before = await replications();
    expectProblem(
      await create([{ source: { table: 'users' }, target: { table: 'claimed' } }]),
      409,
      /claimed/,
    );
    expect(await replications()).toBe(before);
  });

  test("one client cannot see another client's databases or replications", async () => {
    const other = await createTenant('other');
    try {
      expect((await other.api.get(`/databases/${tenant.sourceDatabaseId}`)).status).toBe(404);
      expectProblem(
        await other.api.post('/replications', {
          source_database_id: tenant.sourceDatabaseId,
          target_database_id: other.targetDatabaseId,
          tables: [{ source: { table: 'users' } }],
        }),
        404,
        new RegExp(String(tenant.sourceDatabaseId)),
      );
    } finally {
      await other.close();
    }
  });

  test('the password of a database is never given back', async () => {
    const { password } = runningStack().source;
    const answer = await tenant.api.get(`/databases/${tenant.sourceDatabaseId}`);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain(password);
  });
});
