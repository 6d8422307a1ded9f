import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type pg from 'pg';
import {
  localPostgresUser,
  type PostgresServer,
  postgresFolder,
  sourceSettings,
  startPostgres,
} from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { openOutageProxy } from '../../kit/outage-proxy.ts';
import { withPostgres } from '../../kit/postgres-session.ts';
import type { CaptureSource } from './capture-source.ts';
import { loadsThrough, rowsThrough } from './postgres-source.ts';

const database = 'soak';
/** The standby's own slot at the primary, by which it gets the log. */
const standbySlot = 'standby';
const pollMs = 200;
const mostPolls = 600;

export interface StandbySource extends CaptureSource {
  /** The standby gets nothing of what `write` does, and takes over after it. `writeOn` writes to it before anyone else finds it. */
  crashWithout(write: () => Promise<void>, writeOn?: (session: pg.Client) => Promise<void>): Promise<void>;
}

export interface StandbyOptions {
  /** Whether capture waits for the standby, so that it has nothing which the standby lacks. */
  readonly isWaitedFor: boolean;
}

/**
 * PostgreSQL 18 with a physical standby that synchronizes slots. `crash` kills the primary and promotes the standby, and the source's address
 * leads there. Capture may not be ahead of the standby, unless it does not wait for it.
 */
export const startStandbySource = async (
  { isWaitedFor }: StandbyOptions = { isWaitedFor: true },
): Promise<StandbySource> => {
  const folder = await postgresFolder(mkdtempSync(join(tmpdir(), 'millrace-standby-')));
  const primaryData = join(folder, 'primary');
  const standbyData = join(folder, 'standby');
  const common = { database, config: sourceSettings };
  const first = await startPostgres({ ...common, dataDir: primaryData });
  await withPostgres({ ...first }, async (client) => {
    await client.query(
      'CREATE TABLE public.ledger (id bigint PRIMARY KEY, version bigint NOT NULL, filler text)',
    );
    await client.query('SELECT pg_create_physical_replication_slot($1, true)', [standbySlot]);
  });
  await first.stop();
  await copyCluster(primaryData, standbyData);

  const primary = await startPostgres({
    ...{ database, dataDir: primaryData },
    config: { ...sourceSettings, ...(isWaitedFor && { synchronized_standby_slots: standbySlot }) },
  });
  const startStandby = (port?: number): Promise<PostgresServer> =>
    startPostgres({
      ...{ database, dataDir: standbyData, ...(port !== undefined && { port }) },
      config: {
        ...sourceSettings,
        ...{ hot_standby: 'on', hot_standby_feedback: 'on', sync_replication_slots: 'on' },
        ...{ primary_slot_name: standbySlot, wal_receiver_status_interval: '1s' },
        primary_conninfo: conninfo(primary),
      },
    });
  let standby = await startStandby();
  let current = primary;
  const way = { host: primary.host, port: primary.port };
  const proxy = await openOutageProxy(way);
  const withSession = <T>(use: Parameters<typeof withPostgres<T>>[1]): Promise<T> =>
    withPostgres({ ...current }, use);

  const hasSlot = (): Promise<boolean> =>
    withPostgres({ ...standby }, async (client) => {
      const { rowCount } = await client.query(
        `SELECT FROM pg_replication_slots
         WHERE slot_type = 'logical' AND synced AND NOT temporary AND invalidation_reason IS NULL`,
      );
      return rowCount === 1;
    });
  const isPromoted = (): Promise<boolean> =>
    withPostgres({ ...standby }, async (client) => {
      const { rows } = await client.query<{ isPrimary: boolean }>(
        'SELECT NOT pg_is_in_recovery() AS "isPrimary"',
      );
      return rows[0]?.isPrimary === true;
    });

  const promote = async (): Promise<void> => {
    await withPostgres({ ...standby }, (client) => client.query('SELECT pg_promote()'));
    await until('the standby is the primary', isPromoted);
    current = standby;
    way.port = standby.port;
  };

  return {
    name: 'PostgreSQL 18 with a standby',
    settings: {
      ...{ kind: 'postgresql', host: proxy.host, port: proxy.port, databaseName: database },
      ...{ username: localPostgresUser.user, password: localPostgresUser.password },
      ...{ network: localNetwork, tlsMode: 'disable' },
    },
    table: { schema: 'public', table: 'ledger' },
    loads: loadsThrough(withSession),
    endCaptureSessions: () =>
      withSession(async (client) => {
        const ended = await client.query(
          'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active AND slot_type = $1',
          ['logical'],
        );
        return ended.rowCount ?? 0;
      }),
    crash: async () => {
      if (current === standby) throw new Error('There is no second standby.');
      await until('the standby has the slot', hasSlot);
      await proxy.refuse();
      await primary.kill();
      await promote();
      await proxy.restore();
    },
    crashWithout: async (write, writeOn) => {
      await until('the standby has the slot', async () => {
        // The slot of an idle server stays where the standby cannot have it.
        await withSession((client) =>
          client.query("SELECT pg_log_standby_snapshot(), pg_logical_emit_message(true, 'test', '')"),
        );
        return hasSlot();
      });
      await standby.stop();
      await write();
      await proxy.refuse();
      await primary.kill();
      standby = await startStandby(standby.port);
      await promote();
      if (writeOn !== undefined) await withSession(writeOn);
      await proxy.restore();
    },
    writeLast: (id) =>
      withSession(async (client) => {
        await client.query('INSERT INTO public.ledger VALUES ($1, 0)', [id]);
      }),
    readRows: () => withSession(rowsThrough),
    stop: async () => {
      await proxy.close();
      await standby.stop();
      await primary.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const conninfo = ({ host, port, user, password }: PostgresServer): string =>
  `host=${host} port=${port} user=${user} password=${password} dbname=${database} application_name=${standbySlot}`;

/** Of a server that was stopped; the copy starts as a standby. */
const copyCluster = async (from: string, to: string): Promise<void> => {
  await promisify(execFile)('cp', ['-a', from, to]);
  const { uid, gid } = statSync(to);
  const signal = join(to, 'standby.signal');
  writeFileSync(signal, '', { mode: 0o600 });
  chownSync(signal, uid, gid);
  rmSync(join(to, 'pg_replslot', standbySlot), { recursive: true, force: true });
};

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let poll = 0; poll < mostPolls; poll += 1) {
    if (await holds()) return;
    await sleep(pollMs);
  }
  throw new Error(`Waited in vain until ${what}.`);
};
