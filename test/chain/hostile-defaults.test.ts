import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { escape as quoteText } from 'mysql2';
import { isShortForm } from '#test/kit/short-form.ts';
import { type MariadbServer, mariadbSourceSettings, startMariadb } from '../../local/mariadb.ts';
import {
  awaitEqual,
  awaitLive,
  awaitStatus,
  connectTo,
  createTenant,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

/** What an administrator may give every new session of a database; each has changed or ended something of a replication once. */
const postgresDefaults = {
  DateStyle: "'German, DMY'",
  IntervalStyle: "'sql_standard'",
  extra_float_digits: '-15',
  bytea_output: "'escape'",
  TimeZone: "'America/St_Johns'",
  client_encoding: "'LATIN1'",
  search_path: "'nowhere'",
  standard_conforming_strings: 'off',
  default_transaction_isolation: "'serializable'",
  statement_timeout: "'20ms'",
  lock_timeout: "'1ms'",
  idle_session_timeout: "'3s'",
  idle_in_transaction_session_timeout: "'1s'",
  transaction_timeout: "'1s'",
  row_security: 'off',
  quote_all_identifiers: 'on',
  array_nulls: 'off',
  transform_null_equals: 'on',
} as const;

const mariadbDefaults = {
  sql_mode: "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT'",
  time_zone: "'+05:30'",
  sql_select_limit: '3',
  sql_quote_show_create: '0',
  max_statement_time: '0.05',
  autocommit: '0',
  tx_isolation: "'SERIALIZABLE'",
  tx_read_only: '1',
  group_concat_max_len: '4',
  sql_auto_is_null: '1',
  sql_big_selects: '0',
  default_storage_engine: "'MyISAM'",
  character_set_server: "'latin1'",
  collation_server: "'latin1_swedish_ci'",
  wait_timeout: '3',
  foreign_key_checks: '0',
} as const;

interface Scope {
  readonly name: string;
  /** Whom the replication logs in as, where it is not the administrator. */
  readonly role?: string;
  /** Begins a statement that a `SET` ends. */
  readonly alter: (database: string, role: string) => Readonly<Record<'source' | 'target', string>>;
}

/** A role may have defaults of its own, everywhere or in one database; they win over those of the database. */
const scopes: readonly Scope[] = [
  {
    name: 'its databases',
    alter: (database) => ({ source: `ALTER DATABASE ${database}`, target: `ALTER DATABASE ${database}` }),
  },
  {
    name: 'the roles that a replication logs in as',
    role: 'hostile_role',
    alter: (database, role) => ({
      source: `ALTER ROLE ${role}`,
      target: `ALTER ROLE ${role} IN DATABASE ${database}`,
    }),
  },
];

describe.each(isShortForm ? scopes.slice(0, 1) : scopes)(
  'PostgreSQL with defaults of $name that change what sessions do',
  ({ role, alter }) => {
    let tenant: Tenant;
    let id: number | undefined;
    let ends = {};
    /** Both servers may be one. */
    const roles: string[] = [];

    const registerRole = async (side: 'source' | 'target'): Promise<number> => {
      const name = `${role}_${side}_${tenant.databaseName.slice(-6)}`;
      const client = tenant[side];
      await client.query(`CREATE ROLE ${name} LOGIN REPLICATION PASSWORD 'secret'`);
      roles.push(name);
      await client.query(`GRANT CREATE ON DATABASE ${tenant.databaseName} TO ${name}`);
      await client.query(
        side === 'source'
          ? `ALTER TABLE values_ OWNER TO ${name}`
          : `GRANT CREATE ON SCHEMA public TO ${name}`,
      );
      const answer = await tenant.api.post(
        '/databases',
        tenant.registration(side, { name: `${name} ${side}`, username: name, password: 'secret' }),
      );
      expect(answer.status).toBe(201);
      return answer.body.database_id;
    };

    beforeAll(async () => {
      tenant = await createTenant('hostile');
      await tenant.source.query(`
      CREATE TABLE values_ (
        id int PRIMARY KEY, d date, ts timestamptz, i interval, f float8, b bytea, t text, a text[], n numeric, ti timetz
      );
      INSERT INTO values_ SELECT g, date '2001-02-03' + g, timestamptz '2001-02-03 04:05:06.789+00' + g * interval '1 hour',
        interval '1 year -2 days 03:04:05.6', 0.1::float8 + g / 3.0, '\\x00ff5c27', 'žluťoučký \\ ''kůň''', ARRAY['NULL', NULL, 'a b'],
        1.10, timetz '04:05:06.789+03:30' FROM generate_series(1, 2000) g`);
      if (role !== undefined) {
        const source_database_id = await registerRole('source');
        ends = { source_database_id, target_database_id: await registerRole('target') };
      }
      const [source = '', target = ''] = roles;
      for (const [client, start, defaults] of [
        [
          tenant.source,
          alter(tenant.databaseName, source).source,
          { ...postgresDefaults, default_transaction_read_only: 'on' },
        ],
        [tenant.target, alter(tenant.databaseName, target).target, postgresDefaults],
      ] as const) {
        for (const [name, value] of Object.entries(defaults))
          await client.query(`${start} SET ${name} = ${value}`);
      }
    });
    afterAll(async () => {
      if (id !== undefined) await tenant.api.delete(`/replications/${id}`);
      await tenant.close();
    });

    test('is copied, streamed and resumed as with its own', async () => {
      const created = await tenant.api.post('/replications', {
        ...{ source_database_id: tenant.sourceDatabaseId, target_database_id: tenant.targetDatabaseId },
        ...ends,
        tables: [{ source: { table: 'values_' }, target: { table: 'values_' } }],
      });
      expect([created.status, created.body]).toEqual([201, expect.anything()]);
      id = Number(created.body.replication_id);
      const query = 'SELECT * FROM values_ ORDER BY id';
      await startAndAwaitActive(tenant, id);
      await awaitLive(tenant, id);
      await awaitEqual(tenant, query, query);
      const change = (from: number): Promise<unknown> =>
        tenant.source.query(`
        INSERT INTO values_ SELECT id + ${from}, d, ts, i, f, b, t, a, n, ti FROM values_ WHERE id <= 500;
        UPDATE values_ SET f = f / 7, ts = ts + interval '1 ms' WHERE id % 3 = 0;
        DELETE FROM values_ WHERE id % 7 = 0`);
      await change(10_000);
      await awaitEqual(tenant, query, query);
      await tenant.api.post(`/replications/${id}/stop`);
      await awaitStatus(tenant, id, 'stopped', 60_000);
      await change(20_000);
      await startAndAwaitActive(tenant, id);
      await awaitEqual(tenant, query, query);
      expect((await statusOf(tenant, id)).overall).toBe('healthy');
    }, 400_000);
  },
);

interface MariadbScope {
  readonly name: string;
  /** The statements that give new sessions these defaults. */
  readonly set: (defaults: readonly (readonly [string, string])[]) => readonly string[];
  /** What `init_connect` is not for is a user with SUPER or CONNECTION ADMIN. */
  readonly isPlainUser: boolean;
}

const mariadbScopes: readonly MariadbScope[] = [
  {
    name: 'global defaults',
    set: (defaults) => defaults.map(([name, value]) => `SET GLOBAL ${name} = ${value}`),
    isPlainUser: false,
  },
  {
    name: 'init_connect',
    set: (defaults) => {
      const all = defaults.map(([name, value]) => `SESSION ${name} = ${value}`).join(', ');
      return [`SET GLOBAL init_connect = ${quoteText(`SET NAMES latin1; SET ${all}`)}`];
    },
    isPlainUser: true,
  },
];

describe.each(isShortForm ? mariadbScopes.slice(0, 1) : mariadbScopes)(
  'MariaDB with $name that change what sessions do',
  ({ set, isPlainUser }) => {
    let tenant: MariadbTenant;
    let id: number | undefined;
    let ends = {};
    /** Its own: other suites use that of the stack at the same time. */
    let server: MariadbServer;

    /** With the grants of docs/guide/mysql.md. */
    const registerPlainUser = async (): Promise<void> => {
      await tenant.sql.query(`
      CREATE USER plain IDENTIFIED BY 'secret';
      GRANT REPLICATION SLAVE, BINLOG MONITOR, RELOAD ON *.* TO plain;
      GRANT SELECT ON ${tenant.sourceName}.* TO plain;
      GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON ${tenant.targetName}.* TO plain`);
      const register = async (database: string): Promise<number> => {
        const answer = await tenant.api.post('/databases', {
          ...{ name: `plain ${database}`, kind: 'mariadb', host: server.host, port: server.port, database },
          ...{ username: 'plain', password: 'secret', tls_mode: 'disable' },
        });
        expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
        return answer.body.database_id;
      };
      const source_database_id = await register(tenant.sourceName);
      ends = { source_database_id, target_database_id: await register(tenant.targetName) };
    };

    beforeAll(async () => {
      server = await startMariadb({ config: mariadbSourceSettings });
      tenant = await createMariadbTenant('hostile', server);
      await tenant.sql.query(`
      CREATE TABLE values_ (
        id int PRIMARY KEY, d date, ts timestamp(3) NULL, dt datetime(6), t text, c char(8), b varbinary(9), f double, e enum('a','b')
      );
      INSERT INTO values_ SELECT seq, '2001-02-03', '2001-02-03 04:05:06.789', '2001-02-03 04:05:06.789012', 'žluť \\\\ ''kůň'' "x"', 'ab ',
        x'00ff5c27', seq / 3, 'b' FROM seq_1_to_2000`);
      if (isPlainUser) await registerPlainUser();
      for (const statement of set(Object.entries(mariadbDefaults))) await tenant.sql.query(statement);
    });
    afterAll(async () => {
      if (id !== undefined) {
        await tenant.api.delete(`/replications/${id}`);
        await waitFor('the replication to be gone', 120_000, async () =>
          (await tenant.api.get(`/replications/${id}`)).status === 404 ? true : undefined,
        );
      }
      await tenant.close();
      await server.stop();
    });

    test('is copied, streamed and resumed as with its own', async () => {
      const asTenant = tenant as unknown as Tenant;
      const created = await tenant.api.post('/replications', {
        ...{ source_database_id: tenant.sourceDatabaseId, target_database_id: tenant.targetDatabaseId },
        ...ends,
        tables: [{ source: { table: 'values_' }, target: { table: 'values_' } }],
      });
      expect([created.status, created.body]).toEqual([201, expect.anything()]);
      id = Number(created.body.replication_id);
      const query = 'SELECT id, d, ts, dt, t, c, hex(b), f, e FROM values_ ORDER BY id';
      await startAndAwaitActive(asTenant, id);
      await awaitLive(asTenant, id);
      await tenant.awaitEqual(query, query);
      const change = async (from: number): Promise<void> => {
        await tenant.sql.query(`
        INSERT INTO values_ SELECT id + ${from}, d, ts, dt, t, c, b, f, e FROM values_ WHERE id <= 500;
        UPDATE values_ SET f = f / 7, ts = ts + interval 1 day WHERE id % 3 = 0;
        DELETE FROM values_ WHERE id % 7 = 0`);
      };
      await change(10_000);
      await tenant.awaitEqual(query, query);
      await asTenant.api.post(`/replications/${id}/stop`);
      await awaitStatus(asTenant, id, 'stopped', 60_000);
      await change(20_000);
      await startAndAwaitActive(asTenant, id);
      await tenant.awaitEqual(query, query);
      expect((await statusOf(asTenant, id)).overall).toBe('healthy');
    }, 400_000);
  },
);

describe('PostgreSQL with bytes in a text that its encoding does not allow', () => {
  test('holds the table before the row, and goes on with the others', async () => {
    const tenant = await createTenant('encoding');
    const database = `${tenant.databaseName}_ascii`;
    await tenant.source.query(
      `CREATE DATABASE ${database} ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
    );
    // It takes any bytes for as long as it lives, while the database is UTF8 to everyone who comes later.
    const ascii = await connectTo(runningStack().source, database);
    try {
      await ascii.query(`
        CREATE TABLE texts (id int PRIMARY KEY, one text, two text, n int);
        CREATE TABLE others (id int PRIMARY KEY, one text);
        INSERT INTO texts VALUES (1, 'copied', 'žluť', 1);
        INSERT INTO others VALUES (1, 'copied')`);
      await tenant.source.query(
        `UPDATE pg_database SET encoding = pg_char_to_encoding('UTF8') WHERE datname = '${database}'`,
      );
      const registered = await tenant.api.post(
        '/databases',
        tenant.registration('source', { name: database, database }),
      );
      const created = await tenant.api.post('/replications', {
        source_database_id: registered.body.database_id,
        target_database_id: tenant.targetDatabaseId,
        tables: ['texts', 'others'].map((table) => ({ source: { table }, target: { table } })),
      });
      const id = created.body.replication_id;
      await startAndAwaitActive(tenant, id);
      await awaitLive(tenant, id);
      await ascii.query(`
        INSERT INTO texts VALUES (2, 'ok', 'žluť', 2);
        INSERT INTO texts VALUES (3, 'ok', E'bad \\xff\\xfe', 3);
        INSERT INTO texts VALUES (4, 'after', 'after', 4);
        INSERT INTO others VALUES (2, 'goes on')`);
      const held = await waitFor(
        'the table to be held',
        60_000,
        async () => {
          const { tables } = await statusOf(tenant, id);
          const [found] = tables.filter(
            ({ source }: { source: { table: string } }) => source.table === 'texts',
          );
          return found.state === 'held' ? found : undefined;
        },
        () => statusOf(tenant, id),
      );
      expect(held.message).toMatch(/column two has bytes that are not valid in the encoding/);
      const rows = async (table: string) =>
        (await tenant.target.query(`SELECT * FROM ${table} ORDER BY id`)).rows;
      await waitFor('the other table', 60_000, async () =>
        (await rows('others')).length === 2 ? true : undefined,
      );
      expect(await rows('texts')).toEqual([
        { id: 1, one: 'copied', two: 'žluť', n: 1 },
        { id: 2, one: 'ok', two: 'žluť', n: 2 },
      ]);
      await ascii.query(`UPDATE texts SET two = 'corrected' WHERE id = 3`);
      await tenant.api.post(`/replications/${id}/tables/public.texts/resync`);
      await waitFor('the table to be copied again', 120_000, async () => {
        const { body } = await tenant.api.get(`/replications/${id}`);
        return body.table_change === null ? true : undefined;
      });
      await awaitLive(tenant, id);
      expect(await rows('texts')).toHaveLength(4);
      await tenant.api.delete(`/replications/${id}`);
    } finally {
      await ascii.end();
      await tenant.close();
    }
  }, 300_000);
});
