import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

let server: Server;
let url: string;
let answers: Answer[];
let requests: string[];

beforeEach(async () => {
  answers = [];
  requests = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { status, body } = answers.shift() ?? { status: 200, body: {} };
    request.resume();
    response.statusCode = status;
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = (retryDelaysMs?: readonly number[]) =>
  createConnectClient({ url, clock: createManualClock(), ...(retryDelaysMs && { retryDelaysMs }) });

test('a rebalance is waited for', async () => {
  answers = [{ status: 409, body: { message: 'rebalancing' } }, { status: 202 }];
  await client().pause('c');
  expect(requests).toEqual(['PUT /connectors/c/pause', 'PUT /connectors/c/pause']);
});

test.each([409, 500, 503])('a Connect that answers %i all the time is unavailable', async (status) => {
  answers = Array.from({ length: 4 }, () => ({ status, body: { message: 'no' } }));
  await expect(client().pause('c')).rejects.toMatchObject({ code: 'ConnectUnavailable' });
  expect(requests).toHaveLength(4);
});

test('a Connect that is not there is unavailable, at once where nobody may wait', async () => {
  const gone = createConnectClient({
    url: 'http://127.0.0.1:1',
    clock: createManualClock(),
    retryDelaysMs: [],
  });
  await expect(gone.checkHealth()).rejects.toMatchObject({ code: 'ConnectUnavailable' });
});

test('a refused configuration is rejected with the words of Connect, and not repeated', async () => {
  answers = [{ status: 400, body: { message: 'database.port is wrong' } }];
  await expect(client().putConnector('c', {})).rejects.toMatchObject({
    code: 'ConnectRejected',
    message: expect.stringContaining('database.port is wrong'),
  });
  expect(requests).toEqual(['PUT /connectors/c/config']);
});

test('an answer that is not JSON is not from Connect', async () => {
  answers = [{ status: 200, body: '<html>' }];
  await expect(client([]).getStatus('c')).rejects.toMatchObject({ code: 'ConnectUnavailable' });
});

test('what is not there is undefined when read, an error when changed, and fine when deleted', async () => {
  const notFound = { status: 404, body: { error_code: 404, message: 'not found' } };
  const others = { status: 200, body: ['other'] };
  answers = [
    notFound,
    others,
    notFound,
    others,
    notFound,
    others,
    ...Array.from({ length: 5 }, () => notFound),
  ];
  expect(await client().getStatus('c')).toBeUndefined();
  expect(await client().getConfig('c')).toBeUndefined();
  expect(await client().getOffset('c')).toBeUndefined();
  await expect(client().resume('c')).rejects.toMatchObject({ code: 'ConnectRejected' });
  await expect(client().deleteConnector('c')).resolves.toBeUndefined();
});

test('a connector that another worker has just created is changed as soon as this one knows it', async () => {
  const unknown = { status: 404, body: { error_code: 404, message: 'Unknown connector c' } };
  answers = [unknown, unknown, { status: 204 }];
  await client().resume('c');
  expect(requests).toEqual(Array.from({ length: 3 }, () => 'PUT /connectors/c/resume'));
});

test.each([
  { body: '<html><h2>HTTP ERROR 404 Not Found</h2></html>' },
  { body: { message: 'HTTP 404 Not Found' } },
  { body: undefined },
])(
  'a 404 that is not in the words of Connect ($body) is a worker that starts, and is waited for',
  async ({ body }) => {
    const starting = { status: 404, ...(body !== undefined && { body }) };
    answers = [starting, { status: 200, body: { offsets: [{ offset: { lsn: 7 } }] } }];
    expect(await client().getOffset('c')).toEqual({ lsn: 7 });
    answers = [starting];
    await expect(client([]).getOffset('c')).rejects.toMatchObject({ code: 'ConnectUnavailable' });
  },
);

test('a connector that is listed is not missing, whatever else is not known of it yet', async () => {
  const unknown = { status: 404, body: { error_code: 404, message: 'No status found for connector c' } };
  const listed = { status: 200, body: ['c'] };
  answers = [unknown, listed];
  expect(await client([]).getStatus('c')).toEqual({ state: 'UNASSIGNED', tasks: [] });
  answers = [unknown, listed];
  await expect(client([]).getOffset('c')).rejects.toMatchObject({ code: 'ConnectUnavailable' });
  answers = [unknown, listed, { status: 200, body: { offsets: [] } }];
  expect(await client().getOffset('c')).toBeUndefined();
});

test('the status keeps traces, and counts what is being destroyed as unassigned', async () => {
  answers = [
    {
      status: 200,
      body: {
        name: 'c',
        connector: { state: 'DESTROYED', worker_id: 'w' },
        tasks: [{ id: 0, state: 'FAILED', worker_id: 'w', trace: 'why' }],
        type: 'source',
      },
    },
  ];
  expect(await client().getStatus('c')).toEqual({
    state: 'UNASSIGNED',
    tasks: [{ id: 0, state: 'FAILED', trace: 'why' }],
  });
});

test('positions beyond 2^53 stay exact', async () => {
  answers = [
    { status: 200, body: '{"offsets":[{"partition":{"server":"p"},"offset":{"lsn":9007199254740993}}]}' },
  ];
  expect(await client().getOffset('c')).toEqual({ lsn: 9_007_199_254_740_993n });
});

test('a connector without an offset has none', async () => {
  answers = [{ status: 200, body: { offsets: [] } }];
  expect(await client().getOffset('c')).toBeUndefined();
});

test('only what has failed is restarted', async () => {
  answers = [{ status: 202, body: {} }];
  await client().restartFailed('a/b');
  expect(requests).toEqual(['POST /connectors/a%2Fb/restart?includeTasks=true&onlyFailed=true']);
});

test('every error of a validated configuration is named', async () => {
  answers = [
    {
      status: 200,
      body: {
        configs: [
          { value: { name: 'database.port', errors: ['must be a number'] } },
          { value: { name: 'x', errors: [] } },
        ],
      },
    },
  ];
  expect(await client().validateConfig({ 'connector.class': 'k' })).toEqual([
    'database.port: must be a number',
  ]);
});

test('the status of all connectors comes by one request', async () => {
  answers = [
    {
      status: 200,
      body: {
        a: {
          status: {
            name: 'a',
            connector: { state: 'RUNNING', worker_id: 'w' },
            tasks: [{ id: 0, state: 'FAILED', trace: 'x', worker_id: 'w' }],
            type: 'source',
          },
        },
        b: { status: { name: 'b', connector: { state: 'DESTROYED', worker_id: 'w' }, tasks: [] } },
      },
    },
  ];
  expect(await client().listStatuses()).toEqual(
    new Map([
      ['a', { state: 'RUNNING', tasks: [{ id: 0, state: 'FAILED', trace: 'x' }] }],
      ['b', { state: 'UNASSIGNED', tasks: [] }],
    ]),
  );
  expect(requests).toEqual(['GET /connectors?expand=status']);
});

test('no secret that Connect quotes gets further: in traces, in what it says of a configuration, and in refusals', async () => {
  const secret = 'Tr0ub4dor';
  const quoted = `jdbc:postgresql://shop:${secret}@db:5432/shop, password=${secret}, required username="u" password="${secret}";`;
  const status = {
    connector: { state: 'FAILED', trace: quoted },
    tasks: [{ id: 0, state: 'FAILED', trace: quoted }],
  };
  answers = [
    { status: 200, body: status },
    { status: 200, body: { c: { status } } },
    { status: 200, body: { configs: [{ value: { name: 'database.url', errors: [quoted] } }] } },
    { status: 400, body: { message: quoted } },
  ];
  const connect = client([]);
  const told = JSON.stringify([
    await connect.getStatus('c'),
    [...(await connect.listStatuses()).values()],
    await connect.validateConfig({ 'connector.class': 'x' }),
    await connect.putConnector('c', {}).catch((error: Error) => error.message),
  ]);
  expect(told).toContain('[redacted]');
  expect(told.match(/jdbc:postgresql/g)).toHaveLength(6);
  expect(told).not.toContain(secret);
});
