import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

const client = { client_id: 1, name: 'Acme', created_at: '2026-01-01T00:00:00.000Z' };
const stillAtWork = {
  detail: 'The first request with this Idempotency-Key is still at work. Send it again in a few seconds.',
  code: 'Conflict',
};

/** Answers one request after the other; `undefined` breaks the connection after the request has come. */
const addClient = async (answers: readonly (readonly [status: number, body: object] | undefined)[]) => {
  const keys: (string | undefined)[] = [];
  const queue = [...answers];
  server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'] as string | undefined);
    const answer = queue.shift();
    if (answer === undefined) request.socket.destroy();
    else response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const env = {
    MILLRACE_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    MILLRACE_TOKEN: 't',
    XDG_CONFIG_HOME: temporaryConfigHome(),
  };
  return { ...(await runCli(['clients', 'add', 'Acme'], { env })), keys };
};

test('a POST whose answer is lost is sent again with the same key', async () => {
  const { exitCode, keys } = await addClient([undefined, [409, stillAtWork], [201, client]]);
  expect([exitCode, keys.length, new Set(keys).size]).toEqual([0, 3, 1]);
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
});

test('it is given up after three losses', async () => {
  const { exitCode, keys, stderr } = await addClient([]);
  expect([exitCode, keys.length]).toEqual([1, 3]);
  expect(stderr).toContain('Cannot reach the API');
});

test('a conflict is told when no answer was lost before', async () => {
  const { exitCode, keys } = await addClient([[409, stillAtWork]]);
  expect([exitCode, keys.length]).toEqual([1, 1]);
});
