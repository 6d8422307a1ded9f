import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type PostgresVersion, sourceSettings, startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { withPostgres } from '../../kit/postgres-session.ts';
import { type CaptureSource, filler, type Load } from './capture-source.ts';

const database = 'soak';

export const startPostgresSource = async (version: PostgresVersion): Promise<CaptureSource> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'));
  const start = (port?: number) =>
    startPostgres({
      ...{ version, database, config: sourceSettings, dataDir: join(folder, 'data') },
      ...(port !== undefined && { port }),
    });
  let server = await start();
  const { host, port, user, password } = server;

  const withSession: WithSession = (use) => withPostgres({ host, port, user, password, database }, use);

  await withSession((client) =>
    client.query('CREATE TABLE public.ledger (id bigint PRIMARY KEY, version bigint NOT NULL, filler text)'),
  );

  return {
    name: `PostgreSQL ${version}`,
    settings: {
      ...{ kind: 'postgresql', host, port, databaseName: database, username: user, password },
      network: localNetwork,
      tlsMode: 'disable',
    },
    table: { schema: 'public', table: 'ledger' },
    loads: loadsThrough(withSession),
    endCaptureSessions: () =>
      withSession(async (client) => {
        const ended = await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_replication');
        return ended.rowCount ?? 0;
      }),
    crash: async () => {
      await server.kill();
      server = await start(port);
    },
    writeLast: (id) =>
      withSession(async (client) => {
        await client.query('INSERT INTO public.ledger VALUES ($1, 0)', [id]);
      }),
    readRows: () => withSession(rowsThrough),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export const rowsThrough = async (client: pg.Client): Promise<ReadonlyMap<number, number>> => {
  const { rows } = await client.query({
    text: 'SELECT id::float8, version::float8 FROM public.ledger',
    rowMode: 'array',
  });
  return new Map(rows as [number, number][]);
};

type WithSession = <T>(use: (client: pg.Client) => Promise<T>) => Promise<T>;

const insertSeries = `INSERT INTO public.ledger SELECT id, 1, '${filler}' FROM generate_series($1::bigint, $2::bigint) AS id`;

export const loadsThrough = (withSession: WithSession): readonly Load[] => {
  const load = (
    name: string,
    events: number,
    run: (client: pg.Client, firstId: number) => Promise<void>,
  ) => ({
    name,
    events,
    run: (firstId: number) => withSession((client) => run(client, firstId)),
  });
  return [
    load('COPY', 40_000, async (client, firstId) => {
      const lines = Array.from({ length: 400 }, (_, block) =>
        Array.from({ length: 100 }, (_, row) => `${firstId + block * 100 + row}\t1\t${filler}\n`).join(''),
      );
      await pipeline(Readable.from(lines), client.query(copyFrom('COPY public.ledger FROM STDIN')));
    }),
    load('statement of many rows', 10_000, async (client, firstId) => {
      await client.query(insertSeries, [firstId, firstId + 9_999]);
    }),
    load('big transaction among small ones', 4_000, async (client, firstId) => {
      await client.query('BEGIN');
      for (let id = firstId; id < firstId + 1_000; id += 100) {
        await client.query(insertSeries, [id, id + 99]);
        await client.query('UPDATE public.ledger SET version = version + 1 WHERE id BETWEEN $1 AND $2', [
          id,
          id + 49,
        ]);
        // It commits before the one that began earlier.
        await withSession((other) => other.query(insertSeries, [id + 1_000_000, id + 1_000_099]));
      }
      await client.query('COMMIT');
      await client.query('UPDATE public.ledger SET version = version + 1 WHERE id >= $1', [firstId]);
      await client.query('DELETE FROM public.ledger WHERE id BETWEEN $1 AND $2', [firstId, firstId + 99]);
    }),
    load('logical messages between rows', 2_000, async (client, firstId) => {
      await client.query('BEGIN');
      for (let id = firstId; id < firstId + 2_000; id += 200) {
        await client.query(`SELECT pg_logical_emit_message(true, 'millrace', 'inside')`);
        await client.query(insertSeries, [id, id + 199]);
        await client.query(`SELECT pg_logical_emit_message(false, 'millrace', 'outside')`);
      }
      await client.query('COMMIT');
    }),
    load('heartbeats between rows', 12_000, async (client, firstId) => {
      let isWriting = true;
      // As the connector's heartbeat writes them, but all the time: the stored offset is that of one, more often than not.
      const beats = withSession(async (other) => {
        while (isWriting)
          await other.query(`SELECT pg_logical_emit_message(false, 'millrace-heartbeat', '')`);
      });
      try {
        for (let id = firstId; id < firstId + 10_000; id += 1_000) {
          await client.query('BEGIN');
          await client.query(insertSeries, [id, id + 999]);
          await client.query('UPDATE public.ledger SET version = version + 1 WHERE id BETWEEN $1 AND $2', [
            id,
            id + 199,
          ]);
          await client.query('COMMIT');
        }
      } finally {
        isWriting = false;
        await beats;
      }
    }),
    // Longer than two of the connector's own heartbeats; the slot moves by them.
    load('another table is busy', 0, async (client) => {
      await client.query('CREATE TABLE IF NOT EXISTS public.elsewhere (id bigint, filler text)');
      for (let second = 0; second < 12; second += 1) {
        await client.query(
          `INSERT INTO public.elsewhere SELECT n, '${filler}' FROM generate_series(1, 10000) AS n`,
        );
        await sleep(1_000);
      }
    }),
    load('rolled back', 0, async (client, firstId) => {
      await client.query('BEGIN');
      await client.query(insertSeries, [firstId, firstId + 999]);
      await client.query('ROLLBACK');
    }),
    load('idle', 0, () => sleep(1_500)),
  ];
};
