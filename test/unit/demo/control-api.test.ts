import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { adminApi, clientApi } from '../../../demo/control-api.ts';

/** Answers every call with what a test has set, and remembers the call. */
let server: Server;
let url: string;
let answer: { status: number; body: string };
let call: {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
  body: string;
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      call = {
        method: request.method,
        path: request.url,
        authorization: request.headers.authorization,
        body: Buffer.concat(parts).toString(),
      };
      response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('the API as the demo calls it', () => {
  test('a call carries the token, and its answer may have fields that are not read', async () => {
    answer = { status: 201, body: '{"client_id": 7, "name": "Demo", "something_new": true}' };
    await expect(adminApi(url, 'secret').createClient('Demo')).resolves.toBe(7);
    expect(call).toEqual({
      method: 'POST',
      path: '/v1/clients',
      authorization: 'Bearer secret',
      body: '{"name":"Demo"}',
    });
  });

  test('tables that cannot be replicated or lie in another schema are not discovered', async () => {
    const tables = [
      { schema: 'public', table: 'flights', replicable: true },
      { schema: 'public', table: 'a_view', replicable: false },
      { schema: 'other', table: 'flights', replicable: true },
    ];
    answer = { status: 200, body: JSON.stringify({ tables }) };
    await expect(clientApi(url, 't').discoverTables(3)).resolves.toEqual(['flights']);
    expect(call.path).toBe('/v1/databases/3/tables');
  });

  test('a problem becomes an error of its code, with every problem that it lists', async () => {
    const problem = {
      code: 'ValidationFailed',
      detail: 'It cannot start.',
      problems: [{ subject: 'public.t', message: 'has no primary key' }],
    };
    answer = { status: 422, body: JSON.stringify(problem) };
    await expect(clientApi(url, 't').startReplication(1)).rejects.toMatchObject({
      code: 'ValidationFailed',
      message: 'POST /replications/1/start: It cannot start.\n  - public.t: has no primary key',
    });
  });

  test('an answer that is no problem+json is quoted', async () => {
    answer = { status: 502, body: '<html>Bad gateway</html>' };
    await expect(clientApi(url, 't').stopReplication(1)).rejects.toMatchObject({
      code: 'Internal',
      message: 'POST /replications/1/stop answered 502: <html>Bad gateway</html>',
    });
  });
});
