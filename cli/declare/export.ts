import { stringify } from 'yaml';
import { defaultDeadLetterSettings } from '#core/contracts/dead-letter.ts';
import type { Database, Replication } from '../api/routes.ts';

/** An environment variable that is named after a database: `SHOP_PASSWORD`. */
const passwordVariable = (name: string): string =>
  `${name
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_|_$/g, '')}_PASSWORD`;

const exportDatabase = (database: Database): object => ({
  name: database.name,
  kind: database.kind,
  host: database.host,
  port: database.port,
  database: database.database,
  username: database.username,
  password: { env: passwordVariable(database.name) },
  tls_mode: database.tls_mode,
  ...(database.ca_pem === null ? {} : { ca_pem: database.ca_pem }),
});

const exportTable = (mapping: Replication['tables'][number]): object => ({
  source: mapping.source,
  target: mapping.target,
  ...(mapping.columns.length === 0
    ? {}
    : {
        columns: mapping.columns.map(({ source, target, omit, type }) => ({
          source,
          ...(target === null ? {} : { target }),
          ...(omit ? { omit } : {}),
          ...(type === null ? {} : { type }),
        })),
      }),
  ...(mapping.value_policy === 'fail' ? {} : { value_policy: mapping.value_policy }),
  ...(mapping.unlogged_cascades === 'refuse' ? {} : { unlogged_cascades: mapping.unlogged_cascades }),
});

/** Nothing for what every replication has that says nothing. */
const exportPolicy = ({ preset, kinds, tables }: Replication['schema_changes']): object =>
  preset === 'safe' && Object.keys(kinds).length === 0 && tables.length === 0
    ? {}
    : {
        schema_changes: {
          preset,
          ...(Object.keys(kinds).length === 0 ? {} : { kinds }),
          ...(tables.length === 0
            ? {}
            : {
                tables: tables.map((entry) => ({
                  source: entry.source,
                  ...(entry.preset === null ? {} : { preset: entry.preset }),
                  ...(Object.keys(entry.kinds).length === 0 ? {} : { kinds: entry.kinds }),
                })),
              }),
        },
      };

/** Nothing for what every replication has that says nothing. */
const exportDeadLetters = ({ policy, limit }: Replication['dead_letters']): object =>
  policy === defaultDeadLetterSettings.policy && limit === defaultDeadLetterSettings.limit
    ? {}
    : { dead_letters: { policy, limit } };

/** Nothing for what every replication has that says nothing. */
const exportConsumer = ({ placement, cpu, memory_mib }: Replication['consumer']): object =>
  placement === 'own' && cpu === null
    ? {}
    : { consumer: { placement, ...(cpu === null ? {} : { cpu, memory_mib }) } };

/** Tables that have joined are under `tables`, too. */
const exportNewTables = (newTables: Replication['new_tables']): object =>
  newTables === null
    ? {}
    : {
        new_tables: {
          include: newTables.include,
          ...(newTables.exclude.length === 0 ? {} : { exclude: newTables.exclude }),
        },
      };

/** A replication with its two databases, as a file that `plan` finds no change in. */
export const exportReplication = (
  replication: Replication,
  { source, target }: { readonly source: Database; readonly target: Database },
): object => ({
  databases:
    source.database_id === target.database_id
      ? [exportDatabase(source)]
      : [source, target].map(exportDatabase),
  replications: [
    {
      name: replication.name,
      source: source.name,
      target: target.name,
      target_table_name: replication.target_table_name,
      tables: replication.tables.map(exportTable),
      capture: Object.fromEntries(Object.entries(replication.capture).filter(([, value]) => value !== null)),
      ...exportPolicy(replication.schema_changes),
      ...exportNewTables(replication.new_tables),
      ...exportDeadLetters(replication.dead_letters),
      ...exportConsumer(replication.consumer),
      state: replication.desired,
    },
  ],
});

export const exportedYaml = (exported: object): string =>
  `# yaml-language-server: $schema=millrace.schema.json\n${stringify(exported, { lineWidth: 0 })}`;
