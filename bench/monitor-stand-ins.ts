import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/**
 * Kafka Connect and ECS over HTTP, for the benchmark of the health checks: a process of its own, so that its processor time is
 * not that of the checks. Every connector runs, and so does every task. Argument: how many connectors there are. It writes its
 * port to stdout.
 */
const connectors = z.coerce.number().int().positive().parse(process.argv[2]);

const statusOf = (name: string) => ({
  name,
  connector: { state: 'RUNNING', worker_id: '127.0.0.1:8083' },
  tasks: [{ id: 0, state: 'RUNNING', worker_id: '127.0.0.1:8083' }],
  type: 'source',
});

const allStatuses = Object.fromEntries(
  Array.from({ length: connectors }, (_, index) => `bench_${index + 1}_connector`).map((name) => [
    name,
    { status: statusOf(name) },
  ]),
);

const taskArns = z.object({ tasks: z.array(z.string()) });

const counts: Record<string, number> = {};
const counted = (what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1;
};

const answer = (method: string, path: string, body: string): unknown => {
  if (path === '/counts') return counts;
  if (method === 'POST') {
    counted('ecs');
    return {
      tasks: taskArns.parse(JSON.parse(body)).tasks.map((taskArn) => ({
        taskArn,
        lastStatus: 'RUNNING',
        containers: [{ name: 'consumer', lastStatus: 'RUNNING' }],
      })),
      failures: [],
    };
  }
  if (path.startsWith('/connectors?')) {
    counted('connectors');
    return allStatuses;
  }
  const [, name = '', what] = /^\/connectors\/([^/]+)\/(status|offsets)$/.exec(path) ?? [];
  counted(what ?? 'other');
  if (what === 'status') return statusOf(name);
  return { offsets: [{ partition: { server: name }, offset: { lsn: 100_000_000, ts_usec: 1 } }] };
};

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    response.setHeader(
      'content-type',
      request.method === 'POST' ? 'application/x-amz-json-1.1' : 'application/json',
    );
    response.end(JSON.stringify(answer(request.method ?? '', request.url ?? '', body)));
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
