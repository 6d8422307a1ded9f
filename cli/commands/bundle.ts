import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { strToU8, zipSync } from 'fflate';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { findReplication, listAlertDeliveries, listDatabases, listIncidents } from '../api/find.ts';
import { type Cli, withExamples } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { formatBytes } from '../output/format-values.ts';

interface BundleOptions {
  readonly file?: string;
}

/** What a file of the bundle is for, and how it is asked for. */
interface Part {
  readonly file: string;
  readonly what: string;
  readonly read: () => Promise<unknown>;
}

export const addBundleCommand = (program: Command, cli: Cli, version: string): void => {
  withExamples(program.command('bundle'), [
    ['millrace bundle shop', 'writes millrace-bundle-3-2026-03-01T12-00-00.zip'],
    ['millrace bundle shop --file case-17.zip', 'for the people who help you'],
  ])
    .argument('<replication>', 'name or number')
    .option('--file <path>', 'where it is written')
    .description(
      'Write a zip file for people who help: what is known of a replication, without a secret. It says what is in it.',
    )
    .action(async (given: string, options: BundleOptions) => {
      const { api, out, shell } = cli;
      const { replication_id: replicationId } = await findReplication(api, given);
      const at = shell.now().toISOString();
      const parts = await readParts(partsOf(cli, replicationId, version));
      const path =
        options.file ?? `millrace-bundle-${replicationId}-${at.slice(0, 19).replaceAll(':', '-')}.zip`;
      const zip = zipSync(
        Object.fromEntries(
          [{ file: 'README.txt', text: describeBundle(replicationId, at, parts) }, ...parts].map(
            ({ file, text }) => [file, strToU8(text)],
          ),
        ),
      );
      try {
        // It names hosts, tables and people: nobody else on this machine needs to read it.
        writeFileSync(path, zip, { mode: 0o600, flag: 'wx' });
      } catch (error) {
        throw new CliError(`Cannot write the bundle to ${path}: ${(error as Error).message}`, {
          advice: 'Name another file: --file PATH.',
          cause: error,
        });
      }
      const files = parts.map(({ file, what, error }) => ({ file, what, error: error ?? null }));
      out.print({ path, bytes: zip.length, files }, (data) => [
        `Wrote ${data.path} (${formatBytes(data.bytes)}). It holds no password, token or URL of an alert channel:`,
        ...data.files.map(
          ({ file, what, error }) =>
            `  ${file.padEnd(width)}  ${what}${error === null ? '' : ` (missing: ${error})`}`,
        ),
        'Look through it before you hand it on: it names hosts, databases, tables, and people.',
      ]);
    });
};

const width = 'alert-deliveries.json'.length;

const partsOf = ({ api, shell }: Cli, replicationId: number, version: string): readonly Part[] => {
  const path = { replication_id: replicationId };
  return [
    {
      file: 'versions.json',
      what: 'versions of the command line, of Node.js and of the API, and the time here and there',
      read: async () => ({
        command_line: version,
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        api: apiVersionPath.slice(1),
        time_here: shell.now().toISOString(),
        time_of_the_api: (await api.probe()).serverTime?.toISOString() ?? null,
      }),
    },
    {
      file: 'replication.json',
      what: 'its configuration: tables, mapping, capture options',
      read: () => api.call('getReplication', { path }),
    },
    {
      file: 'databases.json',
      what: 'its source and target: host, port, TLS mode, user; no password',
      read: async () => {
        const { source_database_id: source, target_database_id: target } = await api.call('getReplication', {
          path,
        });
        const databases = await listDatabases(api);
        return databases.filter(({ database_id: id }) => id === source || id === target);
      },
    },
    {
      file: 'status.json',
      what: 'its status, with every table',
      read: () => api.call('getStatus', { path }),
    },
    {
      file: 'why.json',
      what: 'its health, explained',
      read: () => api.call('explainReplication', { path }),
    },
    {
      file: 'copy.json',
      what: 'how far its copy is',
      read: () => api.call('getCopyProgress', { path }),
    },
    {
      file: 'history.json',
      what: 'its health of the last 24 hours, minute by minute',
      read: () => api.call('listHealthHistory', { path, query: { minutes: 1_440 } }),
    },
    {
      file: 'activity.json',
      what: 'what people, starts and healing did, the last 500 entries',
      read: () => api.call('listActivity', { path, query: { limit: 500 } }),
    },
    {
      file: 'incidents.json',
      what: 'its incidents of the last 90 days',
      read: async () => ({ incidents: await listIncidents(api, path.replication_id, { state: 'all' }) }),
    },
    {
      file: 'alert-deliveries.json',
      what: 'which alerts of it were sent, and how that ended; no URL',
      read: () => listAlertDeliveries(api, { replication_id: replicationId }, 200),
    },
  ];
};

interface ReadPart {
  readonly file: string;
  readonly what: string;
  readonly text: string;
  /** Why it could not be read. */
  readonly error?: string;
}

/** A part that cannot be read says so: the rest is worth having, most of all when something is wrong. */
const readParts = async (parts: readonly Part[]): Promise<readonly ReadPart[]> => {
  const read: ReadPart[] = [];
  for (const { file, what, read: ask } of parts) {
    try {
      read.push({ file, what, text: `${JSON.stringify(maskSecrets(await ask()), undefined, 2)}\n` });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      read.push({ file, what, text: `${JSON.stringify({ error: error.message })}\n`, error: error.message });
    }
  }
  if (read.every(({ error }) => error !== undefined)) {
    throw new CliError(`Nothing could be read: ${read[0]?.error}`, {
      advice: 'See what is wrong: millrace doctor.',
    });
  }
  return read;
};

const secretNames = /password|passwd|secret|token|authorization|credential|private_?key|api_?key/i;

/** The API answers no secret. Messages of databases and connectors are the text of others, and may quote one. */
const maskSecrets = (value: unknown): unknown => {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      secretNames.test(name) && typeof item === 'string' ? masked : maskSecrets(item),
    ]),
  );
};

const masked = '(masked)';

const maskText = (text: string): string =>
  text
    // A password in a URL, and in a connection string or a statement.
    .replaceAll(/(\w+:\/\/[^\s:/@]+):[^\s@]+@/g, `$1:${masked}@`)
    .replaceAll(
      /\b(password|passwd|pwd|secret|token)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&}]+)/gi,
      `$1$2${masked}`,
    )
    .replaceAll(/\b(IDENTIFIED BY|PASSWORD)\s+('[^']*'|"[^"]*")/gi, `$1 ${masked}`)
    .replaceAll(/\b(Bearer\s+)\S+/g, `$1${masked}`)
    .replaceAll(/\bmlr_[\w-]+/g, masked)
    .replaceAll(/\bwhsec_[\w+/=]+/g, masked);

const describeBundle = (replicationId: number, at: string, parts: readonly ReadPart[]): string =>
  [
    `Millrace: what is known of replication ${replicationId} at ${at}.`,
    '',
    'It holds no password, no token and no URL of an alert channel. It names hosts, databases, tables, and people.',
    '',
    ...parts.map(
      ({ file, what, error }) =>
        `${file.padEnd(width)}  ${what}${error === undefined ? '' : ` (missing: ${error})`}`,
    ),
    '',
  ].join('\n');
