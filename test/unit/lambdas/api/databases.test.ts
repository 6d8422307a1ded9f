import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import {
  databaseAnswerSchema,
  databaseTestSchema,
  discoveredTablesSchema,
} from '../../../../lambdas/api/database-contracts.ts';
import { sampleColumn } from '../../../kit/databases.ts';
import { createWorld, registration, table } from './api-world.ts';

const password = 'correct horse battery staple';

/** A world with the clients 1 and 2. */
const withClients = async () => {
  const it = createWorld();
  for (const name of ['Acme', 'Zeta']) await it.request('admin', 'POST', '/clients', { name });
  return it;
};

test('a registered database is answered, listed and read without its password or its secret', async () => {
  const { request, secrets, databases, lines } = await withClients();
  const created = await request(1, 'POST', '/databases', registration());
  expect(created.status).toBe(201);
  expect(databaseAnswerSchema.parse(created.body)).toMatchObject({
    database_id: 1,
    tls_mode: 'require',
    ca_pem: null,
  });
  const read = await request(1, 'GET', '/databases/1');
  const listed = await request(1, 'GET', '/databases');
  expect(read.body).toEqual(created.body);
  expect(listed.body).toEqual({ databases: [created.body], next_cursor: null });

  expect([...secrets]).toEqual([
    [
      'arn:aws:secretsmanager:eu-west-1:1:secret:millrace/test/databases/client-1/database-1-x',
      { username: 'millrace', password },
    ],
  ]);
  const stored = JSON.stringify([...databases.values()]);
  for (const text of [created.text, read.text, listed.text, stored, lines.join('')])
    expect(text).not.toContain(password);
});

test('a registration that cannot be saved leaves no secret behind', async () => {
  const { request, secrets, databases, world } = await withClients();
  world.putDatabaseFailure = new MillraceError('StoreUnavailable', 'DynamoDB is down.');
  const answer = await request(1, 'POST', '/databases', registration());
  expect(answer.status).toBe(503);
  expect(answer.type).toBe('application/problem+json');
  expect([secrets.size, databases.size]).toEqual([0, 0]);
});

test('an Oracle database is registered by what its drivers can connect with', async () => {
  const { request, secrets } = await withClients();
  const oracle = { kind: 'oracle', port: 1521, database: 'ORCLCDB/ORCLPDB1' };
  expect((await request(1, 'POST', '/databases', registration(oracle))).text).toContain('verify-ca');
  const named = { ...oracle, database: 'a/b/c', tls_mode: 'verify-full' };
  expect((await request(1, 'POST', '/databases', registration(named))).status).toBe(400);
  expect(secrets.size).toBe(0);
  const verified = { ...oracle, tls_mode: 'verify-full' };
  expect((await request(1, 'POST', '/databases', registration(verified))).status).toBe(201);
});

test.each([
  [{ host: 'postgres://db.example.com' }, 'body.host'],
  [{ host: 'db.example.com/x' }, 'body.host'],
  [{ port: 0 }, 'body.port'],
  [{ port: '5432' }, 'body.port'],
  [{ kind: 'db2' }, 'body.kind'],
  [{ tls_mode: 'prefer' }, 'body.tls_mode'],
  [{ ca_pem: 'not a certificate' }, 'body.ca_pem'],
  [{ password: '' }, 'body.password'],
  [{ client_id: 2 }, 'body'],
])('a registration with %j is refused, and nothing is stored', async (change, subject) => {
  const { request, secrets, lines } = await withClients();
  const answer = await request(1, 'POST', '/databases', registration(change));
  expect(answer.status).toBe(400);
  expect(answer.body.code).toBe('InvalidRequest');
  expect(answer.body.problems).toEqual([expect.objectContaining({ subject })]);
  expect(secrets.size).toBe(0);
  expect(answer.text + lines.join('')).not.toContain(password);
});

test('a body that is no JSON is refused without being quoted', async () => {
  const { request, lines } = await withClients();
  const answer = await request(1, 'POST', '/databases', `{"password": "${password}"`);
  expect(answer.status).toBe(400);
  expect(answer.text + lines.join('')).not.toContain('horse');
});

test('all problems of a registration are reported at once', async () => {
  const { request } = await withClients();
  const answer = await request(
    1,
    'POST',
    '/databases',
    registration({ host: '', port: 70_000, kind: 'db2' }),
  );
  const subjects = (answer.body.problems as { subject: string }[]).map(({ subject }) => subject);
  expect([...new Set(subjects)].toSorted()).toEqual(['body.host', 'body.kind', 'body.port']);
});

test.each([
  ['GET', ''],
  ['POST', '/test'],
  ['GET', '/tables'],
])("another client's database is not found: %s /databases/1%s", async (method, suffix) => {
  const { request } = await withClients();
  await request(1, 'POST', '/databases', registration());
  const answer = await request(2, method, `/databases/1${suffix}`);
  expect(answer.status).toBe(404);
  expect(answer.body.code).toBe('NotFound');
  expect((await request(2, 'GET', '/databases')).body).toEqual({ databases: [], next_cursor: null });
});

test('the test of a connection tells version, latency and that all is ready', async () => {
  const { request, open } = await withClients();
  await request(1, 'POST', '/databases', registration());
  const answer = await request(1, 'POST', '/databases/1/test');
  expect(answer.status).toBe(200);
  expect(databaseTestSchema.parse(answer.body)).toMatchObject({
    database_id: 1,
    server_version: '18.4',
    latency_ms: 0,
    as_source: { ready: true, problems: [] },
    as_target: { ready: true, problems: [] },
  });
  expect(open.connections).toBe(0);
});

test('a source without logical WAL and a target without grants are named with what to do', async () => {
  const { request, world } = await withClients();
  world.readiness = { ...world.readiness, walLevel: 'replica', canReplicate: false };
  world.missingTargetGrants = ['CREATE on schema "public"'];
  await request(1, 'POST', '/databases', registration());
  const { body } = await request(1, 'POST', '/databases/1/test');
  const { as_source, as_target } = databaseTestSchema.parse(body);
  expect(as_source.ready).toBe(false);
  expect(as_source.problems.map(({ message }) => message)).toEqual([
    'wal_level is replica, not logical.',
    'User millrace may not replicate.',
  ]);
  expect(as_target.problems).toEqual([
    expect.objectContaining({ remedy: 'GRANT CREATE on schema "public" TO "millrace";' }),
  ]);
});

test('a wrong password is a problem, and closes what was opened', async () => {
  const { request, world, open } = await withClients();
  await request(1, 'POST', '/databases', registration());
  world.databaseFailure = new MillraceError(
    'DatabaseAuthenticationFailed',
    'The server refuses user millrace.',
  );
  const answer = await request(1, 'POST', '/databases/1/test');
  expect(answer.status).toBe(422);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body).toEqual({
    type: 'about:blank',
    request_id: 'request-1',
    title: 'DatabaseAuthenticationFailed',
    status: 422,
    detail: 'The server refuses user millrace.',
    code: 'DatabaseAuthenticationFailed',
    advice:
      'Correct the user name or password of the registered database: PATCH /databases/{id} {"password": ...}.',
  });
  expect(open.connections).toBe(0);
});

test('discovered tables say what they are and why one cannot be replicated', async () => {
  const { request, world, open } = await withClients();
  world.catalog = [
    table('flights'),
    table('log', { primaryKey: [], estimatedRows: -1 }),
    table('recent', { relationKind: 'view' }),
    table('odd', {
      columns: [sampleColumn('id'), sampleColumn('shape', { type: 'regclass', baseType: 'regclass' })],
    }),
    table('Sel"ect; DROP TABLE x', {}, 'Üpper case'),
  ];
  await request(1, 'POST', '/databases', registration());
  const answer = await request(1, 'GET', '/databases/1/tables');
  const { tables } = discoveredTablesSchema.parse(answer.body);
  expect(tables.map((it) => it.table)).toEqual(['flights', 'log', 'odd', 'recent', 'Sel"ect; DROP TABLE x']);
  expect(tables[0]).toEqual({
    schema: 'public',
    table: 'flights',
    kind: 'table',
    primary_key: ['id'],
    key_index: null,
    replica_identity: 'default',
    columns: 2,
    estimated_rows: 1_000,
    bytes: 8_192,
    replicable: true,
    problems: [],
  });
  expect(tables.map(({ replicable }) => replicable)).toEqual([true, false, false, false, true]);
  expect(tables[1]).toMatchObject({ estimated_rows: null });
  expect(tables[2]?.problems[0]?.message).toContain('regclass');
  expect(tables[4]).toMatchObject({ schema: 'Üpper case', table: 'Sel"ect; DROP TABLE x' });
  expect(open.connections).toBe(0);
});

test('a database that is registered without a kind is what its server says', async () => {
  const { request, world, calls } = await withClients();
  const { kind: _kind, ...unknown } = registration({ port: 3306 });
  world.detected = { kind: 'mariadb', version: '10.11.6-MariaDB' };
  const answer = await request(1, 'POST', '/databases', unknown);
  expect(answer.status).toBe(201);
  expect(databaseAnswerSchema.parse(answer.body).kind).toBe('mariadb');
  expect(calls).toEqual(['detect db.example.com:3306']);
});

test('nothing connects to a database whose kind is given', async () => {
  const { request, calls } = await withClients();
  await request(1, 'POST', '/databases', registration());
  expect(calls).toEqual([]);
});

test('a kind that cannot be told is asked for, in the same words whether something else or nothing listens', async () => {
  const answers = [undefined, new MillraceError('DatabaseUnreachable', 'connect ECONNREFUSED')].map(
    async (detected) => {
      const { request, world, databases, secrets } = await withClients();
      const { kind: _kind, ...unknown } = registration();
      world.detected = detected;
      const answer = await request(1, 'POST', '/databases', unknown);
      expect([databases.size, secrets.size]).toEqual([0, 0]);
      return answer;
    },
  );
  const [other, nothing] = await Promise.all(answers);
  expect(nothing).toEqual(other);
  expect(other).toMatchObject({
    status: 400,
    body: {
      problems: [
        {
          subject: 'body.kind',
          message: 'It cannot be told: no database that is known here answers at db.example.com:5432.',
        },
      ],
    },
  });
});

test.each([
  [{ host: '127.0.0.1' }, 'body.host'],
  [{ host: '::ffff:7f00:1' }, 'body.host'],
  [{ host: '169.254.169.254' }, 'body.host'],
  [{ host: '10.62.1.2' }, 'body.host'],
  [{ port: 9094 }, 'body.port'],
])(
  'a database is not registered, and not moved, to %j, which the environment does not allow',
  async (change, subject) => {
    const { request, databases, calls } = await withClients();
    const { kind: _kind, ...unknown } = registration(change);
    const registered = await request(1, 'POST', '/databases', registration());
    const { database_id: id } = databaseAnswerSchema.parse(registered.body);
    const before = databases.get(id);
    const refusals = [
      await request(1, 'POST', '/databases', registration(change)),
      await request(1, 'POST', '/databases', unknown),
      await request(1, 'PATCH', `/databases/${id}`, change),
    ];
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 400, body: { problems: [{ subject }] } });
    }
    expect([databases.size, databases.get(id), calls]).toEqual([1, before, []]);
  },
);

test('a server that is not what was registered is told apart from one that is down', async () => {
  const { request, world } = await withClients();
  await request(1, 'POST', '/databases', registration());
  world.databaseFailure = new MillraceError('DatabaseUnreachable', 'The connection was closed.');
  world.detected = { kind: 'mysql', version: '8.4.0' };
  const answer = await request(1, 'POST', '/databases/1/test');
  expect([answer.status, answer.body.code]).toEqual([422, 'ValidationFailed']);
  expect(answer.body.detail).toBe(
    'The server at db.example.com:5432 is MySQL 8.4.0, but it is registered as PostgreSQL.',
  );
  world.detected = { kind: 'postgresql' };
  expect((await request(1, 'POST', '/databases/1/test')).body.code).toBe('DatabaseUnreachable');
});

test('a MariaDB that is registered as MySQL answers, and is said to be another', async () => {
  const { request, world } = await withClients();
  await request(1, 'POST', '/databases', registration({ kind: 'mysql' }));
  world.serverVersion = '10.11.6-MariaDB';
  const { as_source, as_target } = databaseTestSchema.parse(
    (await request(1, 'POST', '/databases/1/test')).body,
  );
  for (const { ready, problems } of [as_source, as_target]) {
    expect(ready).toBe(false);
    expect(problems[0]?.message).toContain('is MariaDB 10.11.6-MariaDB, but it is registered as MySQL');
  }
});

test('nobody registers a database of a client that is not there', async () => {
  const { request } = await withClients();
  const answer = await request(3, 'POST', '/databases', registration());
  expect([answer.status, answer.body.detail]).toEqual([404, 'There is no client 3.']);
});
