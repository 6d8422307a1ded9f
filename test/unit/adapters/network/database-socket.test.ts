import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDatabaseSocket, requireDatabaseAddress } from '#adapters/network/database-socket.ts';
import type { DatabaseNetwork } from '#core/contracts/database-network.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';
import { localNetwork } from '../../../kit/local-network.ts';

let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.end('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterAll(async () => {
  server.close();
  await once(server, 'close');
});

const elsewhere: DatabaseNetwork = { allowed: ['0.0.0.0/0', '::/0'], reserved: [], ports: 'any' };

const read = async (network: DatabaseNetwork, host: string): Promise<string> => {
  const socket = createDatabaseSocket(createNetworkRules(network));
  let text = '';
  socket.on('data', (part: Buffer) => {
    text += part.toString();
  });
  socket.connect(port, host);
  await once(socket, 'close');
  return text;
};

test.each(['127.0.0.1', 'localhost'])('a database at %s is reached where it is allowed', async (host) => {
  expect(await read(localNetwork, host)).toBe('hello');
});

test.each([
  ['an address', '127.0.0.1', elsewhere],
  ['an address that is written otherwise', '::ffff:127.0.0.1', elsewhere],
  ['a name', 'localhost', elsewhere],
  ['a number that the system takes for an address', '2130706433', elsewhere],
  ['a port', '127.0.0.1', { ...localNetwork, ports: [5432] }],
])('%s that is not allowed gets no connection', async (_what, host, network) => {
  const before = connections;
  await expect(read(network, host)).rejects.toMatchObject({
    code: 'DatabaseAddressRefused',
    message: `This environment does not allow databases at ${host}:${port}, so no connection was made.`,
  });
  await expect(requireDatabaseAddress(createNetworkRules(network), host, port)).rejects.toMatchObject({
    code: 'DatabaseAddressRefused',
  });
  expect(connections).toBe(before);
});

test('a name that nobody knows is the error of the look-up', async () => {
  await expect(read(elsewhere, 'no-such-host.invalid')).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
  });
  await expect(
    requireDatabaseAddress(createNetworkRules(elsewhere), 'no-such-host.invalid', port),
  ).resolves.toBeUndefined();
});
