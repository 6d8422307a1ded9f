import { expect, test } from '@jest/globals';
import { replicationSchema } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { replicationAnswerSchema } from '../../../../lambdas/api/replication-contracts.ts';
import { sampleColumn } from '../../../kit/databases.ts';
import { createWorld, registration, table } from './api-world.ts';

const create = (tables: unknown[], change: Record<string, unknown> = {}) => ({
  source_database_id: 1,
  target_database_id: 2,
  tables,
  ...change,
});

test('a replication is configured only, with names of its own and the default target table', async () => {
  const { request, clientWithDatabases, executions, calls, open } = createWorld();
  const { client } = await clientWithDatabases('Acmé Corp.');
  const answer = await request(client, 'POST', '/replications', create([{ source: { table: 'flights' } }]));
  expect(answer.status).toBe(201);
  expect(replicationAnswerSchema.parse(answer.body)).toEqual({
    replication_id: 1,
    tables_version: 1,
    consumer: { placement: 'own', cpu: null, memory_mib: null, moved_out: null },
    dead_letters: { policy: 'hold_table', limit: 1_000 },
    table_change: null,
    name: 'shop to warehouse',
    source_database_id: 1,
    target_database_id: 2,
    connector_name: 'acme_corp_shop_connector',
    topic_prefix: 'client_1_db_1',
    status: 'configured',
    is_active: false,
    desired: 'stopped',
    generation: 0,
    execution_arn: null,
    last_error_code: null,
    last_error_message: null,
    status_since: '2026-03-01T12:00:00.000Z',
    created_at: '2026-03-01T12:00:00.000Z',
    table_count: 1,
    target_table_name: '{sourcedb}_{table}',
    tables: [
      {
        source: { schema: 'public', table: 'flights' },
        target: { schema: 'public', table: 'shop_flights' },
        columns: [],
        value_policy: 'fail',
        unlogged_cascades: 'refuse',
      },
    ],
    schema_changes: { preset: 'safe', kinds: {}, tables: [] },
    new_tables: null,
    capture: {
      snapshot_mode: 'no_data',
      max_batch_events: 8_192,
      max_queue_events: 32_768,
      max_queue_bytes: 33_554_432,
      heartbeat_interval_ms: 5_000,
      poll_interval_ms: 50,
      retriable_restart_wait_ms: 2_000,
      connect_timeout_ms: null,
    },
  });
  expect((await request(client, 'GET', '/replications/1')).body).toEqual(answer.body);
  const {
    tables: _tables,
    tables_version: _version,
    table_change: _change,
    target_table_name: _template,
    capture: _capture,
    consumer: _consumer,
    dead_letters: _deadLetters,
    schema_changes: _policy,
    new_tables: _newTables,
    ...listed
  } = answer.body;
  expect((await request(client, 'GET', '/replications')).body).toEqual({
    replications: [listed],
    next_cursor: null,
  });
  expect([executions.size, calls, open.connections]).toEqual([0, [], 0]);
});

test('names are taken as they are spelled, whatever is in them', async () => {
  const { request, clientWithDatabases, world } = createWorld();
  const names = ['Select', 'two words', 'quo"te', "x'); DROP TABLE users; --", 'ÄÖ'];
  world.catalog = names.map((name) => table(name, {}, 'Sche"ma'));
  const { client } = await clientWithDatabases();
  const tables = names.map((name) => ({
    source: { schema: 'Sche"ma', table: name },
    target: { schema: 'Tar get', table: `T ${name}` },
  }));
  const answer = await request(client, 'POST', '/replications', create(tables, { name: 'Odd' }));
  expect(answer.status).toBe(201);
  expect(replicationAnswerSchema.parse(answer.body).tables).toMatchObject(tables);
});

test('tables whose changes would share a topic are refused', async () => {
  const { request, clientWithDatabases, world } = createWorld();
  world.catalog = [table('a b'), table('a_b')];
  const { client } = await clientWithDatabases();
  const tables = ['a b', 'a_b'].map((name) => ({ source: { table: name } }));
  const answer = await request(client, 'POST', '/replications', create(tables));
  expect([answer.status, answer.body.code]).toEqual([422, 'ValidationFailed']);
  expect(answer.body.problems).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('would share the topic client_1_db_1.public.a_b'),
    }),
  ]);
  expect((await request(client, 'GET', '/replications')).body).toEqual({
    replications: [],
    next_cursor: null,
  });
});

test('columns are renamed, left out and retyped as the mapping says, and the answer shows it', async () => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases('Acmé Corp.');
  const answer = await request(
    client,
    'POST',
    '/replications',
    create(
      [
        {
          source: { table: 'flights' },
          columns: [
            { source: 'id', target: 'Flight', type: 'BIGINT' },
            { source: 'note', omit: true },
          ],
          value_policy: 'null',
          unlogged_cascades: 'accept',
        },
        { source: { table: 'airports' }, target: { schema: 'geo' } },
      ],
      { target_table_name: '{client}.{schema}_{table}' },
    ),
  );
  expect(answer.status).toBe(201);
  expect(replicationAnswerSchema.parse(answer.body)).toMatchObject({
    target_table_name: '{client}.{schema}_{table}',
    tables: [
      {
        target: { schema: 'public', table: 'acme_corp.public_flights' },
        columns: [
          { source: 'id', target: 'Flight', omit: false, type: 'bigint' },
          { source: 'note', target: null, omit: true, type: null },
        ],
        value_policy: 'null',
        unlogged_cascades: 'accept',
      },
      { target: { schema: 'geo', table: 'acme_corp.public_airports' }, columns: [], value_policy: 'fail' },
    ],
  });
  const [saved] = replications.values();
  expect(replicationSchema.parse(saved)).toEqual(saved);
});

test('a table of the policy text keeps its types where the target holds every value', async () => {
  const { request, clientWithDatabases } = createWorld();
  const { client } = await clientWithDatabases();
  const answer = await request(
    client,
    'POST',
    '/replications',
    create([{ source: { table: 'flights' }, value_policy: 'text' }]),
  );
  expect(answer.status).toBe(201);
  expect(replicationAnswerSchema.parse(answer.body).tables).toMatchObject([
    { columns: [], value_policy: 'text' },
  ]);
});

test('capture options are kept, and former names of the snapshot mode are understood', async () => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases();
  const capture = { snapshot_mode: 'schema_only', poll_interval_ms: 10, connect_timeout_ms: 5_000 };
  const answer = await request(
    client,
    'POST',
    '/replications',
    create([{ source: { table: 'flights' } }], { capture }),
  );
  expect(replicationAnswerSchema.parse(answer.body).capture).toMatchObject({
    snapshot_mode: 'no_data',
    poll_interval_ms: 10,
    connect_timeout_ms: 5_000,
    heartbeat_interval_ms: 5_000,
  });
  const [saved] = replications.values();
  expect(saved?.capture).toEqual({ pollIntervalMs: 10, connectTimeoutMs: 5_000 });
  expect(replicationSchema.parse(saved)).toEqual(saved);
});

test.each(['initial', 'when_needed'])('the snapshot mode %s is kept', async (mode) => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases();
  const body = create([{ source: { table: 'flights' } }], { capture: { snapshot_mode: mode } });
  const answer = await request(client, 'POST', '/replications', body);
  expect(replicationAnswerSchema.parse(answer.body).capture.snapshot_mode).toBe(mode);
  const [saved] = replications.values();
  expect(saved?.snapshotMode).toBe(mode);
  expect(replicationSchema.parse(saved)).toEqual(saved);
});

test.each([
  [{ snapshot_mode: 'always' }, 'Start with force_resync to copy again'],
  [{ snapshot_mode: 'schema_only_recovery' }, 'Start with force_resync instead'],
  [{ snapshot_mode: 'sometimes' }, 'is no snapshot mode'],
  [{ heartbeat_interval_ms: 0 }, 'heartbeat_interval_ms'],
  [{ max_batch_events: 1.5 }, 'max_batch_events'],
  [{ max_batch_events: 65_536 }, 'must hold more events'],
  [{ 'slot.drop.on.stop': 'true' }, 'slot.drop.on.stop'],
])('capture options %j are refused with the reason', async (capture, reason) => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases();
  const body = create([{ source: { table: 'flights' } }], { capture });
  const answer = await request(client, 'POST', '/replications', body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(reason);
  expect(replications.size).toBe(0);
});

test('a mapping that cannot work is refused with every reason, also those of the target', async () => {
  const { request, clientWithDatabases, world, replications } = createWorld();
  world.catalog = [
    table('flights', {
      columns: [sampleColumn('id'), sampleColumn('note'), sampleColumn('seat'), sampleColumn('from')],
    }),
  ];
  world.targetTables = [
    table('shop_flights', { columns: [sampleColumn('id'), sampleColumn('note'), sampleColumn('seat')] }),
  ];
  const { client } = await clientWithDatabases();
  const columns = [
    { source: 'id', omit: true },
    { source: 'Note', target: 'x' },
    { source: 'note', target: 'from' },
    { source: 'seat', type: 'hologram' },
    { source: 'seat', omit: true },
  ];
  const answer = await request(
    client,
    'POST',
    '/replications',
    create([{ source: { table: 'flights' }, columns }]),
  );
  expect([answer.status, answer.body.code]).toEqual([422, 'ValidationFailed']);
  const messages = (answer.body.problems as { message: string }[]).map(({ message }) => message);
  for (const reason of [
    'It belongs to the key',
    'The table has no such column.',
    'They would share the target column from.',
    'Its type hologram is none',
    'It is mapped more than once.',
    'column from is missing',
    'column note is NOT NULL without a default',
  ]) {
    expect(messages).toContainEqual(expect.stringContaining(reason));
  }
  expect(replications.size).toBe(0);
});

test('a column name that the target cannot have is refused', async () => {
  const { request, clientWithDatabases } = createWorld();
  const { client } = await clientWithDatabases();
  const columns = [{ source: 'note', target: 'ü'.repeat(32) }];
  const answer = await request(
    client,
    'POST',
    '/replications',
    create([{ source: { table: 'flights' }, columns }]),
  );
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('is longer than 63 bytes');
});

test('tables of one name in several schemas are refused, with the template that tells them apart', async () => {
  const { request, clientWithDatabases, world } = createWorld();
  world.catalog = [table('flights'), table('flights', {}, 'Old')];
  const { client } = await clientWithDatabases();
  const tables = [{ source: { table: 'flights' } }, { source: { schema: 'Old', table: 'flights' } }];
  const refused = await request(client, 'POST', '/replications', create(tables));
  expect(refused.status).toBe(400);
  expect(refused.body.problems).toEqual([
    {
      subject: 'public.shop_flights',
      message: 'More than one source table is mapped to it: public.flights, Old.flights.',
      remedy: expect.stringContaining('{sourcedb}_{schema}_{table}'),
    },
  ]);
  const answer = await request(
    client,
    'POST',
    '/replications',
    create(tables, { target_table_name: '{sourcedb}_{schema}_{table}' }),
  );
  expect(replicationAnswerSchema.parse(answer.body).tables.map(({ target }) => target.table)).toEqual([
    'shop_public_flights',
    'shop_Old_flights',
  ]);
});

test('a template with a placeholder that there is not is refused', async () => {
  const { request, clientWithDatabases } = createWorld();
  const { client } = await clientWithDatabases();
  const body = create([{ source: { table: 'flights' } }], { target_table_name: '{database}_{table}' });
  const answer = await request(client, 'POST', '/replications', body);
  expect(answer.status).toBe(400);
  expect(answer.body.problems).toEqual([
    expect.objectContaining({
      subject: 'body.target_table_name',
      message: expect.stringContaining('{database} is no placeholder'),
    }),
  ]);
});

test('mappings that are too large to be kept are refused', async () => {
  const { request, clientWithDatabases } = createWorld();
  const { client } = await clientWithDatabases();
  const columns = Array.from({ length: 1_500 }, (_unused, index) => ({
    source: `${index} ${'x'.repeat(250)}`,
    omit: true,
  }));
  const answer = await request(
    client,
    'POST',
    '/replications',
    create([{ source: { table: 'flights' }, columns }]),
  );
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('take more than 350 KB');
});

test('more tables than a replication may have, and more columns than a target may, are refused by the limit', async () => {
  const { request, clientWithDatabases, world } = createWorld();
  world.catalog = [
    table('wide', {
      columns: ['id', ...Array.from({ length: 1_600 }, (_unused, index) => `c${index}`)].map((name) =>
        sampleColumn(name),
      ),
    }),
  ];
  const { client } = await clientWithDatabases();
  const many = Array.from({ length: 2_000 }, (_unused, index) => ({ source: { table: `t${index}` } }));
  const tooMany = await request(client, 'POST', '/replications', create(many));
  expect(tooMany.status).toBe(400);
  expect(tooMany.text).toContain('has more than 1,000 tables (limit of a replication)');
  const tooWide = await request(client, 'POST', '/replications', create([{ source: { table: 'wide' } }]));
  expect(tooWide.status).toBe(422);
  expect(tooWide.body.problems).toEqual([
    expect.objectContaining({
      message:
        'It has 1,601 columns to replicate; a table at the target has at most 1,600 (limit of PostgreSQL).',
    }),
  ]);
});

test('a table that PostgreSQL would not let the application write to once it is published is refused', async () => {
  const { request, clientWithDatabases, world, replications } = createWorld();
  const columns = [sampleColumn('id'), sampleColumn('slug', { isGenerated: true })];
  world.catalog = [
    table('article', { columns, replicaIdentity: 'full', unpublishedIdentity: ['slug'] }),
    table('reading', { columns, primaryKey: ['id', 'slug'] }),
  ];
  const { client } = await clientWithDatabases();
  const tables = ['article', 'reading'].map((name) => ({ source: { table: name } }));
  const answer = await request(client, 'POST', '/replications', create(tables));
  expect(answer.status).toBe(422);
  expect(answer.body.problems).toEqual([
    expect.objectContaining({ subject: 'source table public.article' }),
    expect.objectContaining({ subject: 'source table public.reading' }),
  ]);
  expect(replications.size).toBe(0);
});

test('every table that cannot be replicated is named at once, and nothing is saved', async () => {
  const { request, clientWithDatabases, world, replications, owners } = createWorld();
  world.catalog = [
    table('good'),
    table('Airports'),
    table('keyless', { primaryKey: [] }),
    table('odd', {
      columns: [sampleColumn('id'), sampleColumn('shape', { type: 'regclass', baseType: 'regclass' })],
    }),
  ];
  const { client } = await clientWithDatabases();
  const tables = ['good', 'airports', 'keyless', 'odd', 'nowhere'].map((name) => ({
    source: { table: name },
  }));
  const answer = await request(client, 'POST', '/replications', create(tables));
  expect(answer.status).toBe(422);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body.code).toBe('ValidationFailed');
  expect(answer.body.problems).toEqual([
    {
      subject: 'source table public.airports',
      message: 'The source has no such table, or its user may not see it.',
      remedy: 'Did you mean public.Airports?',
    },
    expect.objectContaining({ subject: 'source table public.keyless' }),
    expect.objectContaining({ subject: 'source table public.odd, column shape' }),
    expect.objectContaining({ subject: 'source table public.nowhere', remedy: null }),
  ]);
  expect([replications.size, owners.size]).toEqual([0, 0]);
});

test.each([
  ['DatabaseUnreachable', 502],
  ['DatabaseAuthenticationFailed', 422],
  ['DatabaseTimeout', 504],
] as const)('a source that fails with %s answers %i, and nothing is saved', async (code, status) => {
  const { request, clientWithDatabases, world, replications, open } = createWorld();
  const { client } = await clientWithDatabases();
  world.databaseFailure = new MillraceError(code, 'No luck with db.example.com:5432.');
  const answer = await request(client, 'POST', '/replications', create([{ source: { table: 'flights' } }]));
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ code, detail: 'No luck with db.example.com:5432.' });
  expect([replications.size, open.connections]).toEqual([0, 0]);
});

test('a target table that another replication writes is refused', async () => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases();
  const body = create([{ source: { table: 'flights' } }]);
  await request(client, 'POST', '/replications', body);
  const answer = await request(client, 'POST', '/replications', body);
  expect(answer.status).toBe(409);
  expect(answer.body.code).toBe('TargetTableClaimed');
  expect(answer.text).toContain('public.shop_flights');
  expect(replications.size).toBe(1);
});

test('a second replication of the same source gets a connector, topics and a slot of its own', async () => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases();
  await request(client, 'POST', '/replications', create([{ source: { table: 'flights' } }]));
  await request(client, 'POST', '/replications', create([{ source: { table: 'airports' } }]));
  const [first, second] = [...replications.values()];
  expect(second).toMatchObject({
    connectorName: 'acme_shop_2_connector',
    topicPrefix: 'client_1_db_1_2',
    slotName: 'millrace_client_1_db_1_2',
    publicationName: 'millrace_client_1_db_1_2',
  });
  expect(first?.slotName).toBe('millrace_client_1_db_1');
});

test('clients whose names look alike do not share a connector', async () => {
  const { request, clientWithDatabases, replications } = createWorld();
  const first = await clientWithDatabases('Acme');
  const second = await clientWithDatabases('acme!');
  const body = (source: number, target: number, prefix: string) => ({
    source_database_id: source,
    target_database_id: target,
    tables: [{ source: { table: 'flights' }, target: { table: `${prefix}_flights` } }],
  });
  await request(first.client, 'POST', '/replications', body(first.source, first.target, 'a'));
  const answer = await request(
    second.client,
    'POST',
    '/replications',
    body(second.source, second.target, 'b'),
  );
  expect(answer.status).toBe(201);
  expect([...replications.values()].map(({ connectorName }) => connectorName)).toEqual([
    'acme_shop_connector',
    'acme_2_shop_3_connector',
  ]);
});

test.each([
  [
    'a source table twice',
    [{ source: { table: 'flights' } }, { source: { table: 'flights' }, target: { table: 'x' } }],
  ],
  [
    'a target table twice',
    [
      { source: { table: 'flights' }, target: { table: 'x' } },
      { source: { table: 'airports' }, target: { table: 'x' } },
    ],
  ],
  ['no table', []],
  ['a default name that is too long', [{ source: { table: 'x'.repeat(60) } }]],
  ['a name of more than 63 bytes', [{ source: { table: 'ü'.repeat(40) } }]],
  ['a NUL in a name', [{ source: { table: 'a\u0000b' } }]],
  ['an unknown key', [{ source: { table: 'flights', where: '1=1' } }]],
])('a replication with %s is refused', async (_what, tables) => {
  const { request, clientWithDatabases, replications } = createWorld();
  const { client } = await clientWithDatabases();
  const answer = await request(client, 'POST', '/replications', create(tables));
  expect(answer.status).toBe(400);
  expect((answer.body.problems as unknown[]).length).toBeGreaterThan(0);
  expect(replications.size).toBe(0);
});

test('a table cannot be replicated onto a source table of the same database', async () => {
  const { request } = createWorld();
  await request('admin', 'POST', '/clients', { name: 'Acme' });
  await request(1, 'POST', '/databases', registration());
  await request(1, 'POST', '/databases', registration({ name: 'the same', host: 'DB.example.com' }));
  const tables = [
    { source: { table: 'flights' }, target: { table: 'airports' } },
    { source: { table: 'airports' }, target: { table: 'copy' } },
  ];
  const answer = await request(1, 'POST', '/replications', create(tables));
  expect(answer.status).toBe(400);
  expect(answer.body.problems).toEqual([expect.objectContaining({ subject: 'public.airports' })]);
  expect((await request(1, 'POST', '/replications', create(tables.slice(1)))).status).toBe(201);
});

test("another client's databases cannot be used", async () => {
  const { request, clientWithDatabases } = createWorld();
  await clientWithDatabases('Acme');
  const other = await clientWithDatabases('Zeta');
  for (const change of [{}, { source_database_id: other.source }, { target_database_id: other.target }]) {
    const answer = await request(
      other.client,
      'POST',
      '/replications',
      create([{ source: { table: 'flights' } }], change),
    );
    expect(answer.status).toBe(404);
  }
});

test.each([
  ['GET', ''],
  ['POST', '/start'],
  ['POST', '/stop'],
  ['GET', '/status'],
  ['GET', '/copy'],
  ['GET', '/activity'],
  ['POST', '/validate'],
])("another client's replication is not found: %s /replications/1%s", async (method, suffix) => {
  const { request, configured, replications, executions, calls } = createWorld();
  const { replication } = await configured();
  const before = replications.get(replication);
  const answer = await request(99, method, `/replications/${replication}${suffix}`);
  expect(answer.status).toBe(404);
  expect(answer.body.code).toBe('NotFound');
  expect((await request(99, 'GET', '/replications')).body).toEqual({ replications: [], next_cursor: null });
  expect([replications.get(replication), executions.size, calls]).toEqual([before, 0, []]);
});

test.each([
  ['GET', '/nowhere'],
  ['DELETE', '/databases/1'],
  ['GET', '/'],
])('an unknown route is a problem: %s %s', async (method, path) => {
  const { request } = createWorld();
  const answer = await request(1, method, path);
  expect(answer.status).toBe(404);
  expect(answer.type).toBe('application/problem+json');
});

test.each([
  '/replications/abc',
  '/replications/0',
  '/replications/1e3',
  '/replications/99999999999999999999',
])('an identifier that is none is refused: %s', async (path) => {
  const { request } = createWorld();
  expect((await request(1, 'GET', path)).status).toBe(400);
});
