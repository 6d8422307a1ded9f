import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { detectServer } from '#adapters/databases/detect-kind.ts';
import { localNetwork } from '../../../kit/local-network.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A server on a free port, which none of the kinds has by default. */
const listen = async (onConnection: (socket: Socket) => void): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Otherwise the end of the other side is not seen, and the server never closes.
    socket.resume();
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

test('a server that greets in parts is told by its version', async () => {
  const port = await listen((socket) => {
    socket.write(Buffer.from([0x4a, 0, 0, 0, 10]));
    setTimeout(() => socket.write('5.5.5-10.11.6-MariaDB\0rest'), 20);
  });
  expect(await detectServer(localNetwork, '127.0.0.1', port)).toEqual({
    kind: 'mariadb',
    version: '10.11.6-MariaDB',
  });
});

test('a listener that hangs up on the wrong question is asked the next one', async () => {
  const port = await listen((socket) =>
    socket.on('data', (question: Buffer) => {
      if (question[4] === 1) socket.write(Buffer.from([0, 12, 0, 0, 4, 0, 0, 0, 34, 0, 0, 0]));
      else socket.resetAndDestroy();
    }),
  );
  expect(await detectServer(localNetwork, '127.0.0.1', port)).toEqual({ kind: 'oracle' });
});

test('a server that is no database is none', async () => {
  const port = await listen((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
  expect(await detectServer(localNetwork, '127.0.0.1', port)).toBeUndefined();
});

test('where nothing listens the error says so', async () => {
  const port = await listen(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  await expect(detectServer(localNetwork, '127.0.0.1', port)).rejects.toMatchObject({
    code: 'DatabaseUnreachable',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
});
