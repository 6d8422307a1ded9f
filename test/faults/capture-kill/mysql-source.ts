import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { fetchServer, startMysql } from '../../mysql-server.ts';
import { database, openBinlogSource } from './binlog-source.ts';
import type { CaptureSource } from './capture-source.ts';

/** Without GTIDs capture goes on by the name of a file of the log and a place in it. */
export const startMysqlSource = async (gtidMode: 'ON' | 'OFF'): Promise<CaptureSource> => {
  const say = (): void => undefined;
  const fetched = await fetchServer({ say });
  if ('missing' in fetched) throw new Error(`There is no MySQL server for this: ${fetched.missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'));
  return openBinlogSource({
    ...{ name: `MySQL with gtid_mode ${gtidMode}`, kind: 'mysql', mixesEngines: gtidMode === 'OFF' },
    start: async (port) => {
      const server = await startMysql(fetched.root, {
        ...{ say, dataDir: join(folder, 'data') },
        settings: { 'gtid-mode': gtidMode, 'enforce-gtid-consistency': gtidMode },
        ...(port !== undefined && { port }),
      });
      const { hostname: host, username: user, password } = new URL(server.url);
      const connection = { host, port: Number(new URL(server.url).port), user, password };
      if (port === undefined) await createDatabase(connection);
      return { ...connection, kill: () => server.kill(), stop: () => server.stop() };
    },
    removeData: () => rm(folder, { recursive: true, force: true }),
  });
};

const createDatabase = async (options: mysql.ConnectionOptions): Promise<void> => {
  const connection = await mysql.createConnection(options);
  try {
    await connection.query(`CREATE DATABASE ${database}`);
  } finally {
    await connection.end();
  }
};
