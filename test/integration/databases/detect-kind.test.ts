import { expect, test } from '@jest/globals';
import { detectServer } from '#adapters/databases/detect-kind.ts';
import { startMariadb } from '../../../local/mariadb.ts';
import { startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';

test('a PostgreSQL server is known by its answer, on any port', async () => {
  const server = await startPostgres();
  try {
    expect(await detectServer(localNetwork, server.host, server.port)).toEqual({ kind: 'postgresql' });
  } finally {
    await server.stop();
  }
}, 60_000);

test('a MariaDB server is known by its greeting, on any port', async () => {
  const server = await startMariadb();
  try {
    expect(await detectServer(localNetwork, server.host, server.port)).toEqual({
      kind: 'mariadb',
      version: expect.stringMatching(/^1\d\.\d+\.\d+-MariaDB/),
    });
  } finally {
    await server.stop();
  }
}, 300_000);
