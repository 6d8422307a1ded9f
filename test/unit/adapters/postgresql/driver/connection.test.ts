import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createExecutor } from '#adapters/postgresql/driver/executor.ts';
import { localNetwork } from '../../../../kit/local-network.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A server that answers whatever it is sent with these bytes. */
const serverThatSays = async (answer: Buffer): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(answer));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const queryAt = async (port: number): Promise<unknown> => {
  const executor = createExecutor(
    {
      ...{
        kind: 'postgresql',
        host: '127.0.0.1',
        port,
        databaseName: 'shop',
        username: 'mill',
        password: 'x',
      },
      network: localNetwork,
      tlsMode: 'disable',
    },
    { applicationName: 'millrace-test' },
  );
  try {
    return await executor.query('connect', 'SELECT 1').catch((error: unknown) => error);
  } finally {
    await executor.close();
  }
};

/** Message R, of 8 bytes, with a number for a kind of authentication that there is not. */
const unknownAuthentication = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 99]);

test('a kind of authentication that the driver does not know fails the connection, and not the process', async () => {
  const port = await serverThatSays(unknownAuthentication);
  expect(await queryAt(port)).toMatchObject({
    code: 'DatabaseUnreachable',
    message: expect.stringContaining('does not speak the protocol of PostgreSQL'),
  });
});
