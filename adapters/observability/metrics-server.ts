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
  /** The whole answer, in Prometheus' text format. */
  readonly format: () => Promise<string>;
}

/** A scrape is read within a second or two; one that hangs must not keep a task alive. */
const requestTimeoutMs = 10_000;

/** `GET /metrics` over HTTP. Throws when nobody may listen there. */
export const openMetricsServer = async ({
  host,
  port,
  format,
}: MetricsServerOptions): Promise<MetricsServer> => {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' || path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('There is only GET /metrics.\n');
      return;
    }
    format().then(
      (text) => {
        response.writeHead(200, { 'content-type': metricsTextType });
        response.end(text);
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
