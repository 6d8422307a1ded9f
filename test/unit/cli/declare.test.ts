import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import { declarationFileSchema } from '../../../cli/declare/schema.ts';
import { databaseAnswer, deletionAnswer, replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;
let folder: string;

const warehouse = databaseAnswer({ database_id: 2, name: 'warehouse', host: 'wh.internal' });

beforeEach(async () => {
  api = await startFakeApi();
  const home = temporaryConfigHome();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: home, SHOP_PASSWORD: 'pw' };
  folder = join(home, 'declared');
  mkdirSync(folder);
  api.on('GET /databases', { body: { databases: [databaseAnswer(), warehouse] } });
  api.on('GET /databases/1', { body: databaseAnswer() });
  api.on('GET /databases/2', { body: warehouse });
  api.on('GET /replications', { body: { replications: [replicationAnswer()] } });
  api.on('GET /replications/3', { body: replicationAnswer() });
});
afterEach(() => api.close());

const declare = (text: string, file = 'all.yaml'): void => writeFileSync(join(folder, file), text);
const cli = (...args: readonly string[]) => runCli(args, { env });
const changesMade = () => api.requests.filter(({ method }) => method !== 'GET');

const shop = `
databases:
  - {name: shop, kind: postgresql, host: db.internal, port: 5432, database: shop, username: millrace, password: {env: SHOP_PASSWORD}}
`;
const targetPart = `
databases:
  - {name: warehouse, kind: postgresql, host: wh.internal, port: 5432, database: shop, username: millrace}
`;
const replication = (change = '', tables = '[orders, {source: {schema: sales, table: dotted.name}}]') => `
replications:
  - name: shop to warehouse
    source: shop
    target: warehouse
    tables: ${tables}
    ${change}
`;

describe('export and plan', () => {
  test('a plan after an export has no changes', async () => {
    const columns = [
      { source: 'id', target: null, omit: false, type: 'bigint' },
      { source: 'card', target: null, omit: true, type: null },
    ];
    const exported = replicationAnswer({
      tables: replicationAnswer().tables.map((table) => ({ ...table, columns, value_policy: 'text' })),
      capture: { ...replicationAnswer().capture, max_batch_events: 100, connect_timeout_ms: 5_000 },
      dead_letters: { policy: 'continue', limit: 50 },
      new_tables: { include: ['sales.*'], exclude: ['sales.tmp_*'], found: [] },
    });
    api.on('GET /replications/3', { body: exported });
    api.on('GET /databases/1', { body: databaseAnswer({ ca_pem: '-----BEGIN CERTIFICATE-----\nabc\n' }) });
    api.on('GET /databases', {
      body: { databases: [databaseAnswer({ ca_pem: '-----BEGIN CERTIFICATE-----\nabc\n' }), warehouse] },
    });
    const { exitCode, stdout } = await cli('export', 'shop to warehouse');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('env: SHOP_PASSWORD');
    declare(stdout);
    const planned = await cli('plan', '-f', folder);
    expect([planned.exitCode, planned.stdout]).toEqual([0, 'No changes.\n']);
    const applied = await cli('apply', '-f', folder);
    expect([applied.exitCode, changesMade()]).toEqual([0, []]);
  });
});

test('a table that has joined by a pattern is no difference, and other patterns are', async () => {
  const joined = { include: ['sales.*'], exclude: [], found: [] };
  api.on('GET /replications/3', { body: replicationAnswer({ new_tables: joined }) });
  declare(shop, '1.yaml');
  declare(targetPart, '2.yml');
  declare(replication('', '[orders]'), '3.yaml');
  expect((await cli('plan', '-f', folder)).stdout).toBe('No changes.\n');
  declare(
    replication("new_tables: {include: ['sales.*'], exclude: ['sales.dotted*']}", '[orders]'),
    '3.yaml',
  );
  const { stdout } = await cli('plan', '-f', folder);
  expect(stdout).toContain('- table sales.dotted.name');
  expect(stdout).toContain(
    'new_tables: {"include":["sales.*"],"exclude":[]} -> {"include":["sales.*"],"exclude":["sales.dotted*"]}',
  );
});

describe('plan', () => {
  test('it shows what would change, ends with 2, and changes nothing', async () => {
    declare(shop.replace('port: 5432', 'port: 5433'), '1-shop.yaml');
    declare(targetPart, '2-warehouse.yml');
    declare(`${replication('state: stopped', '[orders, sales.invoices]')}`, '3.yaml');
    const { exitCode, stdout } = await cli('plan', '-f', folder);
    expect([exitCode, stdout]).toEqual([
      2,
      [
        '~ database shop',
        '    port: 5432 -> 5433',
        '    password: sent again',
        '~ replication shop to warehouse',
        '    + table sales.invoices',
        '    - table sales.dotted.name',
        '    state: running -> stopped',
        '0 to add, 2 to change, 0 to delete.',
        '',
      ].join('\n'),
    ]);
    expect(changesMade()).toEqual([]);
  });

  test('what is not declared is named, and only deleted with --prune', async () => {
    declare(shop);
    const kept = await cli('plan', '-f', folder);
    expect([kept.exitCode, kept.stdout]).toEqual([
      0,
      '  replication shop to warehouse is not in the files; --prune would delete it\n' +
        '  database warehouse is not in the files; --prune would delete it\nNo changes.\n',
    ]);
    const pruned = await cli('plan', '-f', folder, '--prune');
    expect([pruned.exitCode, pruned.stdout]).toEqual([2, expect.stringContaining('2 to delete.')]);
  });

  test.each([
    ['a column', replication('', '[{source: orders, columns: [{source: id, omit: true}]}]'), 'columns: []'],
    [
      'a capture option',
      replication('capture: {max_batch_events: 1}'),
      'capture.max_batch_events: 8192 -> 1',
    ],
    ['a target', replication('', '[{source: orders, target: {table: other}}]'), 'shop_orders -> other'],
    [
      'a value policy',
      replication('', '[{source: orders, value_policy: "null"}]'),
      'value_policy: fail -> null',
    ],
    [
      'the policy of dead letters',
      replication('dead_letters: {policy: continue}'),
      'dead_letters.policy: hold_table -> continue',
    ],
    [
      'their limit',
      replication('dead_letters: {policy: hold_table, limit: 5}'),
      'dead_letters.limit: 1000 -> 5',
    ],
  ])('%s of a replication is planned as a change', async (_what, text, message) => {
    declare(text);
    const planned = await cli('plan', '-f', folder);
    expect([planned.exitCode, planned.stdout]).toEqual([2, expect.stringContaining(message)]);
    expect(changesMade()).toEqual([]);
  });

  test.each([
    [
      'another source',
      replication().replace('source: shop', 'source: warehouse'),
      'source: shop -> warehouse',
    ],
    [
      'a database that is nowhere',
      replication().replace('target: warehouse', 'target: nowhere'),
      'no database nowhere',
    ],
    ['another kind', shop.replace('postgresql', 'mysql'), 'is registered as postgresql'],
    [
      'no variable',
      shop.replace('name: shop', 'name: new').replace('SHOP_P', 'NO_P'),
      'NO_PASSWORD is not set',
    ],
    [
      'paused before it runs',
      replication('state: paused').replace('name: shop', 'name: new'),
      'does not run',
    ],
    ['no password', targetPart.replace('name: warehouse', 'name: new'), 'no password to be registered'],
  ])('%s ends with 1, and apply changes nothing', async (_what, text, message) => {
    declare(text);
    const planned = await cli('plan', '-f', folder);
    expect([planned.exitCode, planned.stdout]).toEqual([1, expect.stringContaining(message)]);
    expect((await cli('apply', '-f', folder)).exitCode).toBe(1);
    expect(changesMade()).toEqual([]);
  });

  test.each([
    ['databases:\n  - {name: x, password: secret}\n', 'all.yaml: databases: 0: password'],
    ['databasses: []\n', 'Unrecognized key'],
    ['a: [\n', 'all.yaml'],
    [`${shop}---\n${shop}`, 'databases shop: is declared 2 times'],
  ])('a file that is wrong ends with 2: %j', async (text, message) => {
    declare(text);
    const { exitCode, stderr } = await cli('plan', '-f', folder);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(api.requests).toEqual([]);
  });

  test('it ends with 3 when what is there cannot be read', async () => {
    declare(shop);
    api.on('GET /databases', problemAnswer(503, 'StoreUnavailable', 'The store does not answer.'));
    expect((await cli('plan', '-f', folder)).exitCode).toBe(3);
  });
});

describe('apply', () => {
  test('it changes the mapping and the options of a replication by one call', async () => {
    api.on('PATCH /replications/3', { status: 202, body: replicationAnswer() });
    declare(
      replication(
        'capture: {max_batch_events: 1}',
        '[{source: orders, target: {table: other}, value_policy: "null"}, {source: {schema: sales, table: dotted.name}}]',
      ),
    );
    const { exitCode, stderr } = await cli('apply', '-f', folder);
    expect([exitCode, stderr]).toEqual([0, 'Changed replication shop to warehouse.\nApplied.\n']);
    expect(changesMade().map(({ method, path, body }) => [method, path, body])).toEqual([
      [
        'PATCH',
        '/replications/3',
        {
          tables: [
            {
              source: { table: 'orders' },
              target: { table: 'other' },
              columns: [],
              value_policy: 'null',
              unlogged_cascades: 'refuse',
            },
          ],
          capture: { max_batch_events: 1 },
        },
      ],
    ]);
  });

  test('it sets the policy of dead letters where it is declared otherwise, and leaves out what is not declared', async () => {
    api.on('PATCH /replications/3/dead-letters', { body: { policy: 'continue', limit: 1_000 } });
    declare(replication('dead_letters: {policy: continue}'));
    const applied = await cli('apply', '-f', folder);
    expect([applied.exitCode, changesMade()]).toEqual([
      0,
      [
        expect.objectContaining({
          method: 'PATCH',
          path: '/replications/3/dead-letters',
          body: { policy: 'continue' },
        }),
      ],
    ]);
  });

  test('it creates what is missing, in an order that works', async () => {
    api.on(
      'GET /databases',
      { body: { databases: [] } },
      { body: { databases: [databaseAnswer(), warehouse] } },
    );
    api.on(
      'GET /replications',
      { body: { replications: [] } },
      { body: { replications: [replicationAnswer()] } },
    );
    api.on('POST /databases', { status: 201, body: databaseAnswer() });
    api.on('POST /replications', { status: 201, body: replicationAnswer() });
    api.on('POST /replications/3/start', { status: 202, body: replicationAnswer({ status: 'starting' }) });
    declare(shop);
    declare(targetPart.replace('millrace}', 'millrace, password: {file: pw}}'), 'b.yaml');
    writeFileSync(join(folder, 'pw'), 'from a file\n');
    declare(replication('state: running'), 'c.yaml');
    const { exitCode, stderr } = await cli('apply', '-f', folder);
    expect([exitCode, stderr]).toEqual([
      0,
      'Registered database shop.\nRegistered database warehouse.\n' +
        'Configured replication shop to warehouse.\nReplication shop to warehouse is starting.\nApplied.\n',
    ]);
    expect(changesMade().map(({ path, body }) => [path, body])).toEqual([
      ['/databases', expect.objectContaining({ name: 'shop', password: 'pw' })],
      ['/databases', expect.objectContaining({ name: 'warehouse', password: 'from a file' })],
      [
        '/replications',
        {
          ...{ name: 'shop to warehouse', source_database_id: 1, target_database_id: 2, capture: {} },
          tables: [
            { source: { table: 'orders' }, ...plainTable },
            { source: { schema: 'sales', table: 'dotted.name' }, ...plainTable },
          ],
        },
      ],
      ['/replications/3/start', {}],
    ]);
  });

  const plainTable = { columns: [], value_policy: 'fail', unlogged_cascades: 'refuse' };

  test('tables are added and removed one change after the other', async () => {
    const versions = [4, 5, 5, 6].map((version) => ({
      body: replicationAnswer({ tables_version: version }),
    }));
    const [first, ...others] = versions;
    if (first === undefined) throw new Error('There are four versions.');
    api.on('GET /replications/3', first, ...others);
    api.on('POST /replications/3/tables', { status: 202, body: replicationAnswer() });
    api.on('DELETE /replications/3/tables/sales.dotted.name', { status: 202, body: replicationAnswer() });
    declare(replication('', '[orders, invoices]'));
    const refused = await cli('apply', '-f', folder, '--confirm-deletions', '2');
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('takes 1 away, not 2')]);
    expect(changesMade()).toEqual([]);
    api.on('GET /replications/3', first, ...others);
    expect((await cli('apply', '-f', folder, '--confirm-deletions', '1')).exitCode).toBe(0);
    expect(changesMade().map(({ path }) => path)).toEqual([
      '/replications/3/tables',
      '/replications/3/tables/sales.dotted.name?version=5',
    ]);
    expect(api.bodiesOf('POST /replications/3/tables')).toEqual([
      { tables: [{ source: { table: 'invoices' }, ...plainTable }], version: 4 },
    ]);
  });

  test.each([
    ['running', 'paused', 'resume'],
    ['running', 'stopped', 'start'],
    ['paused', 'running', 'pause'],
    ['stopped', 'paused', 'stop'],
  ] as const)('state %s of one that should be %s is reached by %s', async (state, desired, call) => {
    api.on('GET /replications/3', { body: replicationAnswer({ desired }) });
    api.on(`POST /replications/3/${call}`, { status: 202, body: replicationAnswer() });
    declare(replication(`state: ${state}`));
    expect((await cli('apply', '-f', folder)).exitCode).toBe(0);
    expect(changesMade().map(({ path }) => path)).toEqual([`/replications/3/${call}`]);
  });

  test('--prune deletes replications, waits, and then forgets their databases', async () => {
    declare(shop);
    api.on('DELETE /replications/3', { status: 202, body: deletionAnswer() });
    api.on(
      'GET /replications/3/deletion',
      { body: deletionAnswer() },
      { body: deletionAnswer({ state: 'done' }) },
    );
    api.on('DELETE /databases/2', { body: warehouse });
    const { exitCode } = await runCli(['apply', '-f', folder, '--prune'], { env, typed: ['2'] });
    expect([exitCode, changesMade().map(({ path }) => path)]).toEqual([
      0,
      ['/replications/3', '/databases/2'],
    ]);
  });

  test('--passwords sends a rotated password again', async () => {
    declare(shop);
    api.on('PATCH /databases/1', { body: { database: databaseAnswer(), replications: [] } });
    expect((await cli('apply', '-f', folder, '--passwords')).exitCode).toBe(0);
    expect(api.bodiesOf('PATCH /databases/1')).toEqual([{ password: 'pw' }]);
  });

  test('a database at another address is sent its password, which the API asks for again', async () => {
    declare(shop.replace('db.internal', 'new.internal'));
    api.on('PATCH /databases/1', { body: { database: databaseAnswer(), replications: [] } });
    expect((await cli('apply', '-f', folder)).exitCode).toBe(0);
    expect(api.bodiesOf('PATCH /databases/1')).toEqual([{ host: 'new.internal', password: 'pw' }]);
    declare(targetPart.replace('wh.internal', 'new.internal'));
    const planned = await cli('plan', '-f', folder);
    expect(planned.stderr + planned.stdout).toContain('It has no password, which another host or port needs');
  });

  test('one that fails in between leaves whole steps, and the next one goes on', async () => {
    api.on('GET /databases', { body: { databases: [warehouse] } });
    api.on('POST /databases', problemAnswer(503, 'StoreUnavailable', 'Not now.'), {
      status: 201,
      body: databaseAnswer(),
    });
    declare(shop);
    expect((await cli('apply', '-f', folder)).exitCode).toBe(1);
    expect((await cli('apply', '-f', folder)).exitCode).toBe(0);
    expect(api.bodiesOf('POST /databases')).toHaveLength(2);
  });

  test('clients are created with an admin token, which may read nothing else', async () => {
    api.on('GET /clients', { body: { clients: [] } });
    api.on('POST /clients', { status: 201, body: { client_id: 1, name: 'Acme', created_at: '' } });
    declare('clients:\n  - name: Acme\n');
    expect((await cli('apply', '-f', folder)).exitCode).toBe(0);
    expect(api.requests.map(({ path }) => path.split('?')[0])).toEqual(['/clients', '/clients']);
  });
});

test('docs/millrace.schema.json is current: run npm run config-schema', () => {
  const file = new URL('../../../docs/millrace.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(z.toJSONSchema(declarationFileSchema, { io: 'input' }))),
  );
});
