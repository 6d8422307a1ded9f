import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import { classifyTrace } from '#core/capture/connector-failures.ts';
import type { ChangeEvent } from '#core/contracts/change-event.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { ConnectorOffset } from '#core/ports/services.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';

// What Debezium has fixed since 3.5.0 and what could lose or alter rows of ours: docs/decisions/debezium-fixes-since-3.5.md.

jest.setTimeout(180_000);

let services: CaptureServices;

beforeAll(async () => {
  services = await startCaptureServices();
}, 300_000);

afterAll(async () => {
  await services?.stop();
}, 60_000);

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

const afterOf = (change: ChangeEvent): unknown => ('after' in change ? change.after : change.kind);

describe.each(kinds)('a capture of %s', (kind) => {
  let server: MysqlServer;
  let number = 10;

  beforeAll(async () => {
    server = await startServer(kind);
  }, 180_000);

  afterAll(async () => {
    await server?.stop();
  }, 60_000);

  /** A captured table, and how its connector is made to start again. */
  const captureTable = async (name: string, columns: string) => {
    const table: TableRef = { schema: server.settings.databaseName, table: name };
    const connector = `resume_${kind}_${name}`;
    await server.sql.query(`CREATE TABLE ${name} (${columns})`);
    number += 1;
    await services.start(connector, server, [table], number);
    const restart = async (offset?: ConnectorOffset): Promise<void> => {
      await services.connect.stop(connector);
      await services.waitUntilStopped(connector);
      if (offset !== undefined) await services.setOffset(connector, offset);
      await services.connect.resume(connector);
    };
    const read = async (count: number): Promise<readonly unknown[]> =>
      (await services.readChanges(connector, table, count)).map(afterOf);
    return { connector, table, restart, read };
  };

  test('goes on when another server has taken over, which writes with its own number', async () => {
    const { restart, read } = await captureTable('failover', 'id int PRIMARY KEY, v varchar(10)');
    const [rows] = await server.sql.query('SELECT @@GLOBAL.server_id AS id');
    const before = (rows as { id: number }[])[0]?.id;
    const session = kind === 'mariadb' ? '; SET SESSION server_id = 7' : '';
    try {
      await server.sql.query("INSERT INTO failover VALUES (1, 'a')");
      await read(1);
      await server.sql.query(`SET GLOBAL server_id = 7${session}`);
      await server.sql.query("INSERT INTO failover VALUES (2, 'b')");
      await read(2);
      await restart();
      await server.sql.query("INSERT INTO failover VALUES (3, 'c')");
      expect(await read(3)).toEqual([
        { id: 1, v: 'a' },
        { id: 2, v: 'b' },
        { id: 3, v: 'c' },
      ]);
    } finally {
      await server.sql.query(`SET GLOBAL server_id = ${before}${session.replace('7', String(before))}`);
    }
  });

  const readsRowsAsTheyWere = async (name: string): Promise<void> => {
    const { connector, restart, read } = await captureTable(
      name,
      'id int PRIMARY KEY, a varchar(10), c varchar(10)',
    );
    await server.sql.query(`INSERT INTO ${name} VALUES (1, 'a1', 'c1')`);
    await read(1);
    const offset = await services.settledOffset(connector);
    await server.sql.query(`INSERT INTO ${name} VALUES (2, 'a2', 'c2');
      ALTER TABLE ${name} DROP COLUMN a, ADD COLUMN b varchar(10);
      INSERT INTO ${name} VALUES (3, 'c3', 'b3')`);
    const once = [
      { id: 2, a: 'a2', c: 'c2' },
      { id: 3, c: 'c3', b: 'b3' },
    ];
    expect((await read(3)).slice(1)).toEqual(once);
    await restart(offset);
    expect((await read(5)).slice(1)).toEqual([...once, ...once]);
  };

  test('reads the rows before a change of their table as they were when it starts before that change', () =>
    readsRowsAsTheyWere('reshaped'));

  /** The canonical texts of a column's values in these rows, or `unreadable`. */
  const decoded = async (table: TableRef, name: string, rows: readonly unknown[]) => {
    const source = openSourceDatabase(server.settings);
    try {
      const description = await source.describeTable(table);
      const column = description?.columns.find((one) => one.name === name);
      if (column === undefined) throw new Error(`There is no column ${name}.`);
      return rows.map((row) => {
        try {
          return source.dialect.decoderFor(column)((row as Record<string, unknown>)[name]);
        } catch {
          return 'unreadable';
        }
      });
    } finally {
      await source.close();
    }
  };

  test('reads columns that a statement in the log has added under another name of their type', async () => {
    const { table, read } = await captureTable('synonyms', 'id int PRIMARY KEY');
    await server.sql.query(`ALTER TABLE synonyms ADD COLUMN n INTEGER UNSIGNED, ADD COLUMN z INT ZEROFILL,
        ADD COLUMN t INT1 UNSIGNED, ADD COLUMN m MIDDLEINT UNSIGNED;
      INSERT INTO synonyms VALUES (1, 4294967295, 4294967294, 255, 16777215)`);
    const rows = await read(1);
    expect(await decoded(table, 'n', rows)).toEqual(['4294967295']);
    expect(await decoded(table, 'z', rows)).toEqual(['4294967294']);
    expect(await decoded(table, 't', rows)).toEqual(['255']);
    expect(await decoded(table, 'm', rows)).toEqual(['16777215']);
  });

  test('reads the labels that a statement in the log has added, and none of a column that has a backslash', async () => {
    const { table, read } = await captureTable('labels', 'id int PRIMARY KEY');
    await server.sql.query(String.raw`ALTER TABLE labels ADD COLUMN e ENUM('it''s', 'c,d'), ADD COLUMN s SET('z''', 'y'), ADD COLUMN b ENUM('a\\b', 'c');
      INSERT INTO labels VALUES (1, 1, 1, 1), (2, 2, 3, 2)`);
    const rows = await read(2);
    expect(await decoded(table, 'e', rows)).toEqual(["it's", 'c,d']);
    expect(await decoded(table, 's', rows)).toEqual(["z'", "z',y"]);
    expect(await decoded(table, 'b', rows)).toEqual(['unreadable', 'unreadable']);
  });

  /** Changes of rows and of their structure while the connector is stopped and its history of the structure is lost. */
  const loseHistory = async (
    name: string,
    options: { readonly lastStatement: string; readonly kept?: number },
  ) => {
    const captured = await captureTable(name, 'id int PRIMARY KEY, a varchar(10), c varchar(10)');
    const { connector, table, read } = captured;
    await server.sql.query(`INSERT INTO ${name} VALUES (1, 'a1', 'c1');
      ${options.lastStatement}; INSERT INTO ${name} VALUES (2, 'a2', 'c2')`);
    await read(2);
    await services.settledOffset(connector);
    await services.connect.stop(connector);
    await services.waitUntilStopped(connector);
    await services.loseSchemaHistory(connector, options.kept);
    // What the table is by now says nothing of the rows that are in the log before.
    await server.sql.query(`INSERT INTO ${name} VALUES (3, 'a3', 'c3');
      ALTER TABLE ${name} DROP COLUMN a, ADD COLUMN b varchar(10); INSERT INTO ${name} VALUES (4, 'c4', 'b4')`);
    const before = await services.countChanges(connector, table);
    await services.connect.resume(connector);
    return { ...captured, before };
  };

  test('reads no row by a wrong shape when the history of the structure is empty', async () => {
    const { connector, table, before } = await loseHistory('history_empty', {
      lastStatement: 'CREATE TABLE history_other (id int PRIMARY KEY)',
    });
    const trace = await services.waitForFailure(connector);
    expect({ cure: classifyTrace(trace).cure, trace }).toEqual({ cure: 'needs-resync', trace });
    expect(await services.countChanges(connector, table)).toBe(before);
  });

  test('tells of rows whose table the history of the structure has lost, instead of reading them', async () => {
    const { connector, table, before } = await loseHistory('history_gone', {
      lastStatement: 'CREATE TABLE history_kept (id int PRIMARY KEY)',
      kept: 1,
    });
    // It holds the table.
    const events = await services.readEvents(
      connector,
      table,
      (event) => event.kind === 'statement' && /definition is not known/.test(event.statement),
    );
    expect(events.map(afterOf)).toEqual([
      { id: 1, a: 'a1', c: 'c1' },
      { id: 2, a: 'a2', c: 'c2' },
      'statement',
    ]);
    await services.readEvents(
      connector,
      table,
      (event) => event.kind === 'statement' && /DROP COLUMN a/.test(event.statement),
    );
    expect(await services.countChanges(connector, table)).toBe(before);
  });

  test('reads rows as they were when the history of the structure has only the last statement of their table', async () => {
    const { read } = await loseHistory('history_cut', {
      lastStatement: 'ALTER TABLE history_cut MODIFY c varchar(20)',
      kept: 1,
    });
    expect(await read(4)).toEqual([
      { id: 1, a: 'a1', c: 'c1' },
      { id: 2, a: 'a2', c: 'c2' },
      { id: 3, a: 'a3', c: 'c3' },
      { id: 4, c: 'c4', b: 'b4' },
    ]);
  });

  test('passes nothing over after a definition and a long rest', async () => {
    const { restart, read } = await captureTable('rested', 'id int PRIMARY KEY');
    await server.sql.query('INSERT INTO rested VALUES (1); CREATE TABLE made_before_rest (id int)');
    await read(1);
    // Six signs of life of the server, which Debezium counts as events of a transaction that has not ended.
    await systemClock.sleep(50_000);
    await restart();
    for (const id of [2, 3, 4]) await server.sql.query(`INSERT INTO rested VALUES (${id})`);
    expect(await read(4)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
  });

  test('starts again when the last statement in the log, a definition, was removed from it', async () => {
    const { connector, restart, read } = await captureTable('removed', 'id int PRIMARY KEY');
    await server.sql.query(
      'INSERT INTO removed VALUES (1); CREATE TABLE made_last (id int); FLUSH BINARY LOGS',
    );
    await read(1);
    const newest = async (): Promise<string> => {
      const [files] = await server.sql.query('SHOW BINARY LOGS');
      return String((files as Record<string, unknown>[]).at(-1)?.Log_name);
    };
    const file = await newest();
    await services.waitForOffset(connector, (offset) => offset?.file === file);
    await services.settledOffset(connector);
    await restart();
    await server.sql.query(`PURGE BINARY LOGS TO '${file}'`);
    await restart();
    await server.sql.query('INSERT INTO removed VALUES (2)');
    expect(await read(2)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  if (kind === 'mysql') {
    /** The modes, each next to those that the server can be brought to from it. */
    const modes = ['OFF', 'OFF_PERMISSIVE', 'ON_PERMISSIVE', 'ON'];
    const setGtidMode = async (wanted: string): Promise<string> => {
      const [rows] = await server.sql.query('SELECT @@GLOBAL.gtid_mode AS mode');
      const before = String((rows as { mode: string }[])[0]?.mode);
      let at = modes.indexOf(before);
      while (modes[at] !== wanted) {
        at += at < modes.indexOf(wanted) ? 1 : -1;
        await server.sql.query(`SET GLOBAL gtid_mode = ${modes[at]}`);
      }
      return before;
    };

    describe('without GTIDs', () => {
      let before = '';

      beforeAll(async () => {
        before = await setGtidMode('OFF');
        // As a server that never had any.
        await server.sql.query('RESET BINARY LOGS AND GTIDS');
      });

      afterAll(async () => {
        await setGtidMode(before);
      });

      test('reads the rows before a change of their table as they were', () =>
        readsRowsAsTheyWere('reshaped_by_place'));
    });

    describe('with GTIDs', () => {
      let before = '';

      beforeAll(async () => {
        await server.sql.query('SET GLOBAL enforce_gtid_consistency = ON');
        before = await setGtidMode('ON');
      });

      afterAll(async () => {
        await setGtidMode(before);
      });

      test('starts again after a start at a server that had removed transactions before', async () => {
        await server.sql.query(
          'CREATE TABLE earlier (id int); INSERT INTO earlier VALUES (1); FLUSH BINARY LOGS',
        );
        const [files] = await server.sql.query('SHOW BINARY LOGS');
        const newest = (files as Record<string, unknown>[]).at(-1)?.Log_name;
        await server.sql.query(`PURGE BINARY LOGS TO '${newest}'`);
        const { restart, read } = await captureTable('purged', 'id int PRIMARY KEY');
        await server.sql.query('INSERT INTO purged VALUES (1)');
        await read(1);
        await restart();
        await server.sql.query('INSERT INTO purged VALUES (2)');
        expect(await read(2)).toEqual([{ id: 1 }, { id: 2 }]);
      });
    });
  }
});
