import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { readAdminToken } from './admin-token.ts';
import { preparePrometheus } from './downloads.ts';
import { findFreePort, loopback } from './ports.ts';
import { type ProcessIdentity, type Supervision, startDetached, waitUntilReady } from './processes.ts';
import type { StackState } from './stack-state.ts';
import { projectRoot, type StateFolder } from './state-folder.ts';

export interface PrometheusOptions extends Supervision {
  /** A free one is taken when left out. */
  readonly port?: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** Of the stack whose metrics are read; undefined before its app is deployed. */
  readonly state: StackState | undefined;
  /** `host:port` of each Connect worker's metrics. */
  readonly connectWorkers: readonly string[];
  /** Whose cache may have the program. */
  readonly folder: StateFolder;
}

/** It reads its write-ahead log at the start: a second or two; three times that of other parts that start as fast. */
const quietMs = 60_000;
/** How often the local one looks, so that a change shows while one watches. */
const scrapeInterval = '5s';

export const monitoringFolder = join(projectRoot, 'monitoring', 'prometheus');

export const prometheusUrl = (port: number): string => `http://${loopback}:${port}`;

/**
 * Starts a Prometheus with the rules of monitoring/prometheus, which reads the API, the tasks and the Connect workers of the local
 * stack. Throws `PrerequisiteMissing` when there is none for this machine, and `LocalStackFailed`.
 */
export const startPrometheus = async (options: PrometheusOptions): Promise<ProcessIdentity> => {
  const { dataDir, state } = options;
  const { server } = await preparePrometheus({ folder: options.folder });
  const port = options.port ?? (await findFreePort());
  mkdirSync(dataDir, { recursive: true });
  const tokenFile = join(dataDir, 'token');
  // Prometheus reads the file at each scrape. The admin token is the local stack's own, and `local token` prints it to anyone here.
  writeFileSync(tokenFile, state?.api === undefined ? '' : await readAdminToken(state), { mode: 0o600 });
  const configFile = join(dataDir, 'prometheus.yml');
  writeFileSync(configFile, stringify(localSettings(options, tokenFile)));
  const started = await startDetached({
    ...options,
    command: server,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(dataDir, 'tsdb')}`,
      '--storage.tsdb.retention.time=2d',
      `--web.listen-address=${loopback}:${port}`,
    ],
    cwd: dataDir,
  });
  await waitUntilReady('Prometheus', started, quietMs, async () => {
    try {
      const response = await fetch(`${prometheusUrl(port)}/-/ready`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  });
  return started.identity;
};

const settingsSchema = z.looseObject({
  global: z.looseObject({}),
  scrape_configs: z.array(z.looseObject({ job_name: z.string() })),
});

/** The settings of monitoring/prometheus/prometheus.yml with the addresses of the local stack. */
const localSettings = (
  { state, connectWorkers }: PrometheusOptions,
  tokenFile: string,
): Record<string, unknown> => {
  const shipped = settingsSchema.parse(parse(readFileSync(join(monitoringFolder, 'prometheus.yml'), 'utf8')));
  const api = state?.api === undefined ? undefined : new URL(state.api.url);
  const authorization = { type: 'Bearer', credentials_file: tokenFile };
  const jobs: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> = {
    'millrace-control': api && {
      scheme: 'http',
      metrics_path: `${api.pathname}/metrics`,
      scrape_interval: scrapeInterval,
      scrape_timeout: scrapeInterval,
      authorization,
      static_configs: [{ targets: [api.host] }],
    },
    'millrace-tasks': api && {
      http_sd_configs: [
        { url: `${api.href}/metrics/targets`, refresh_interval: scrapeInterval, authorization },
      ],
    },
    'millrace-connect': { dns_sd_configs: undefined, static_configs: [{ targets: [...connectWorkers] }] },
  };
  return {
    ...shipped,
    global: { ...shipped.global, scrape_interval: scrapeInterval, evaluation_interval: scrapeInterval },
    rule_files: [join(monitoringFolder, 'rules', '*.rules.yml')],
    scrape_configs: shipped.scrape_configs.flatMap((job) => {
      const local = jobs[job.job_name];
      return local === undefined ? [] : [{ ...job, ...local }];
    }),
  };
};

/** Whether the settings that a running Prometheus has are those of an API at this address. */
export const readsApi = (dataDir: string, url: string): boolean => {
  const configFile = join(dataDir, 'prometheus.yml');
  return existsSync(configFile) && readFileSync(configFile, 'utf8').includes(new URL(url).pathname);
};
