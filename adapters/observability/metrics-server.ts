import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metricsTextType } from './metrics-text.ts';

export interface MetricsServer {
  /** The port that it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The whole answer at a path, in Prometheus' text format; undefined where there is nothing. */
  readonly page: (path: string) => Promise<string> | undefined;
}

/** A scrape is read within a second or two; one that hangs must not keep a task alive. */
const requestTimeoutMs = 10_000;

/** Pages of metrics over HTTP. Throws when nobody may listen there. */
export const openMetricsServer = async ({
  host,
  port,
  page,
}: MetricsServerOptions): Promise<MetricsServer> => {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const text = request.method === 'GET' ? page(path) : undefined;
    if (text === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('There is only GET /metrics.\n');
      return;
    }
    text.then(
      (body) => {
        response.writeHead(200, { 'content-type': metricsTextType });
        response.end(body);
      },
      () => {
        response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
        response.end('The metrics could not be read.\n');
      },
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  // A Prometheus that is connected must not keep a finished task alive.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
