import { tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Request } from '../api/call.ts';
import { findDatabase, findReplication } from '../api/find.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { readSecretFile } from '../config/read-secret.ts';
import { plural } from '../output/format-values.ts';
import { waitForChange, waitForDeletion } from '../wait-for.ts';
import type { Plan, Step } from './plan.ts';
import {
  type Declaration,
  type DeclaredConsumer,
  type DeclaredPolicy,
  type DeclaredReplication,
  readTableName,
} from './schema.ts';

type SecretReference = NonNullable<Declaration['databases'][number]['password']>;

/** How long a change of tables or a deletion may take before the next step begins. */
const stepDeadlineMs = 30 * 60_000;

/** Why a reference leads to no password, or undefined when it does. */
export const missingSecret =
  ({ shell }: Pick<Cli, 'shell'>) =>
  (reference: SecretReference): string | undefined => {
    if ('env' in reference) {
      const value = shell.env[reference.env];
      return value === undefined || value === '' ? `the variable ${reference.env} is not set` : undefined;
    }
    try {
      return readSecretFile('password', reference.file).trim() === ''
        ? `${reference.file} is empty`
        : undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

const readReference = ({ shell }: Cli, reference: SecretReference): string => {
  const text = 'env' in reference ? shell.env[reference.env] : readSecretFile('password', reference.file);
  return (text ?? '').replace(/\r?\n$/, '');
};

/**
 * Carries a plan out, one step after the other. A step is one call of the API, or waits for what it has begun; so an apply that
 * ends in between has done whole steps, and the next one plans what is left.
 */
export const applyPlan = async (cli: Cli, { steps }: Plan): Promise<void> => {
  for (const step of steps) cli.out.say(await carryOut(cli, step));
};

const carryOut = async (cli: Cli, step: Step): Promise<string> => {
  const { api } = cli;
  switch (step.kind) {
    case 'create-client':
      await api.call('createClient', { body: { name: step.name } });
      return `Created client ${step.name}.`;
    case 'create-database': {
      const { password, ...database } = step.declared;
      if (password === undefined) throw new CliError(`Database ${database.name} has no password.`);
      await api.call('registerDatabase', { body: { ...database, password: readReference(cli, password) } });
      return `Registered database ${database.name}.`;
    }
    case 'update-database':
      return updateDatabase(cli, step);
    case 'create-replication':
      return createReplication(cli, step.declared);
    case 'update-replication':
      return updateReplication(cli, step);
    case 'set-schema-policy': {
      const { replication_id, name } = step.replication;
      await api.call('setSchemaPolicy', { path: { replication_id }, body: toPolicy(step.policy) });
      return `Changed what ${name} does when a table is changed at the source.`;
    }
    case 'set-dead-letters': {
      const { replication_id, name } = step.replication;
      await api.call('updateDeadLetterSettings', { path: { replication_id }, body: step.settings });
      return `Changed what ${name} does with changes that its target refuses.`;
    }
    case 'set-consumer': {
      const { replication_id, name } = step.replication;
      await api.call('updateConsumerSettings', { path: { replication_id }, body: step.settings });
      return `Changed where the consumer of ${name} runs.`;
    }
    case 'set-new-tables': {
      const { replication_id, name } = step.replication;
      await api.call('updateReplication', { path: { replication_id }, body: { new_tables: step.newTables } });
      return `Changed which new tables join ${name}.`;
    }
    case 'add-tables':
      return addTables(cli, step);
    case 'remove-tables':
      return removeTables(cli, step);
    case 'start':
    case 'stop':
    case 'pause':
    case 'resume': {
      const { replication_id } = await findReplication(api, step.name);
      const { status } = await api.call(moves[step.kind], { path: { replication_id }, body: {} });
      return `Replication ${step.name} is ${status}.`;
    }
    case 'delete-replication': {
      const { replication_id, name } = step.replication;
      await api.call('deleteReplication', { path: { replication_id } });
      // Its databases can be forgotten when it is gone.
      await waitForDeletion(cli, { replicationId: replication_id, name }, stepDeadlineMs);
      return `Deleted replication ${name}.`;
    }
    case 'delete-database': {
      const { database_id, name } = step.database;
      await api.call('deleteDatabase', { path: { database_id } });
      return `Forgot database ${name}.`;
    }
  }
};

const moves = {
  start: 'startReplication',
  stop: 'stopReplication',
  pause: 'pauseReplication',
  resume: 'resumeReplication',
} as const;

const updateDatabase = async (
  cli: Cli,
  { declared, database, change, withPassword }: Step & { readonly kind: 'update-database' },
): Promise<string> => {
  const { password } = declared;
  const answer = await cli.api.call('updateDatabase', {
    path: { database_id: database.database_id },
    body: {
      ...change,
      ...(withPassword && password !== undefined ? { password: readReference(cli, password) } : {}),
    },
  });
  const failed = answer.replications.filter(({ effect }) => effect === 'failed');
  if (failed.length > 0) {
    throw new CliError(
      `Database ${database.name} is changed, but ${plural(failed.length, 'replication')} could not be told: ${failed
        .map(({ replication_id, message }) => `${replication_id}: ${message}`)
        .join(' ')}`,
      { advice: `Send the change again: millrace databases update ${database.database_id}.` },
    );
  }
  return `Changed database ${database.name}.`;
};

type TablesBody = Request<'createReplication'>['body']['tables'];

const toTables = (tables: DeclaredReplication['tables']): TablesBody =>
  tables.map(({ source, target, columns, value_policy, unlogged_cascades }) => ({
    source,
    ...(target === undefined ? {} : { target }),
    columns,
    value_policy,
    unlogged_cascades,
  }));

const toPolicy = ({ preset, kinds, tables }: DeclaredPolicy): Request<'setSchemaPolicy'>['body'] => ({
  preset,
  kinds,
  tables: tables.map(({ source, ...entry }) => ({ source: readTableName(source), ...entry })),
});

/** A new replication has no size that could be taken back. */
const toConsumer = ({
  placement,
  cpu,
  memory_mib,
}: DeclaredConsumer): NonNullable<Request<'createReplication'>['body']['consumer']> => ({
  ...(placement === undefined ? {} : { placement }),
  ...(typeof cpu !== 'number' || typeof memory_mib !== 'number' ? {} : { cpu, memory_mib }),
});

const createReplication = async ({ api }: Cli, declared: DeclaredReplication): Promise<string> => {
  const source = await findDatabase(api, declared.source);
  const target = await findDatabase(api, declared.target);
  await api.call('createReplication', {
    body: {
      name: declared.name,
      source_database_id: source.database_id,
      target_database_id: target.database_id,
      ...(declared.target_table_name === undefined ? {} : { target_table_name: declared.target_table_name }),
      tables: toTables(declared.tables),
      capture: declared.capture,
      ...(declared.schema_changes === undefined ? {} : { schema_changes: toPolicy(declared.schema_changes) }),
      ...(declared.dead_letters === undefined ? {} : { dead_letters: declared.dead_letters }),
      ...(declared.consumer === undefined ? {} : { consumer: toConsumer(declared.consumer) }),
      ...(declared.new_tables === undefined || declared.new_tables === null
        ? {}
        : { new_tables: declared.new_tables }),
    },
  });
  return `Configured replication ${declared.name}.`;
};

const updateReplication = async (
  cli: Cli,
  { replication, tables, capture }: Step & { readonly kind: 'update-replication' },
): Promise<string> => {
  const { replication_id, name } = replication;
  await cli.api.call('updateReplication', {
    path: { replication_id },
    body: {
      ...(tables.length === 0 ? {} : { tables: toTables(tables) }),
      ...(Object.keys(capture).length === 0 ? {} : { capture }),
    },
  });
  await waitForChange(cli, { replicationId: replication_id, name }, stepDeadlineMs);
  return `Changed replication ${name}.`;
};

const addTables = async (
  cli: Cli,
  { replication, tables }: Step & { readonly kind: 'add-tables' },
): Promise<string> => {
  const { replication_id, name } = replication;
  await cli.api.call('addTables', {
    path: { replication_id },
    body: { tables: toTables(tables), version: replication.tables_version },
  });
  await waitForChange(cli, { replicationId: replication_id, name }, stepDeadlineMs);
  return `Added ${plural(tables.length, 'table')} to ${name}.`;
};

const removeTables = async (
  cli: Cli,
  { replication, tables }: Step & { readonly kind: 'remove-tables' },
): Promise<string> => {
  const { replication_id, name } = replication;
  const waited = { replicationId: replication_id, name };
  for (const source of tables) {
    // One change at a time, at the version that the last one has made.
    const { tables_version } = await waitForChange(cli, waited, stepDeadlineMs);
    await cli.api.call('removeTable', {
      path: { replication_id, table: tableKey(source) },
      query: { version: tables_version },
    });
  }
  await waitForChange(cli, waited, stepDeadlineMs);
  return `Left ${tables.map(tableLabel).join(', ')} out of ${name}.`;
};
