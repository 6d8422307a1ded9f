import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import { type MariadbServer, startMariadb } from '../../../local/mariadb.ts';

/** The first start on a slow line downloads the server. */
const startTimeoutMs = 600_000;

const servers: MariadbServer[] = [];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

const start = async (): Promise<MariadbServer> => {
  const server = await startMariadb();
  servers.push(server);
  return server;
};

test(
  'a server that starts leaves the temporary tables of another one alone',
  async () => {
    const { host, port, user, password, database } = await start();
    const connection = await mysql.createConnection({ host, port, user, password, database });
    try {
      await connection.query('CREATE TEMPORARY TABLE kept ENGINE = Aria SELECT 42 AS answer');
      const [variables] = await connection.query('SELECT @@tmpdir AS folder');
      const [{ folder } = { folder: '' }] = variables as { readonly folder: string }[];
      const files = readdirSync(folder);
      expect(files).not.toEqual([]);
      await start();
      expect(readdirSync(folder)).toEqual(files);
    } finally {
      await connection.end();
    }
  },
  startTimeoutMs,
);
