import { readTaskAddress } from '#adapters/aws/task-address.ts';
import { type MetricsServer, openMetricsServer } from '#adapters/observability/metrics-server.ts';
import type { MetricsEnvironment } from '#core/contracts/environment.ts';
import type { Log } from '#core/ports/clock-and-log.ts';

const loopback = '127.0.0.1';
const everyInterface = '0.0.0.0';

/** Where a task shows metrics to a Prometheus: one server, with a page for each replication. */
export interface MetricsPlace {
  /** `host:port`; undefined where nothing could be opened. */
  readonly address: string | undefined;
  /** Shows a page at a path until the returned function is called. */
  show(path: string, format: () => Promise<string>): () => void;
  close(): Promise<void>;
}

export interface MetricsPlaceOptions {
  readonly settings: MetricsEnvironment;
  readonly variables: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** A replication never stops for its metrics: what fails here is logged once, and the task goes on. */
export const openMetricsPlace = async (options: MetricsPlaceOptions): Promise<MetricsPlace> => {
  const { settings, log } = options;
  const pages = new Map<string, () => Promise<string>>();
  let server: MetricsServer | undefined;
  let address: string | undefined;
  try {
    const place = await placeOf(options);
    server = await openMetricsServer({
      host: place.host,
      port: settings.MILLRACE_METRICS_PORT,
      page: (path) => pages.get(path)?.(),
    });
    address = `${place.address}:${server.port}`;
  } catch (error) {
    log.warn('Could not show metrics for a Prometheus; the task goes on without', { error });
  }
  return {
    address,
    show: (path, format) => {
      pages.set(path, format);
      return () => void (pages.get(path) === format && pages.delete(path));
    },
    close: async () => server?.close(),
  };
};

const placeOf = async ({
  settings,
  variables,
}: MetricsPlaceOptions): Promise<{ readonly host: string; readonly address: string }> =>
  settings.MILLRACE_METRICS_HOST === 'loopback'
    ? { host: loopback, address: loopback }
    : { host: everyInterface, address: await readTaskAddress(variables) };
