import { tableLabel } from '#core/contracts/identifiers.ts';
import type { ListedReplication } from '../api/find.ts';
import type { Database, Replication } from '../api/routes.ts';
import type { ListedProblem } from '../cli-error.ts';
import { plural } from '../output/format-values.ts';
import {
  type CaptureChange,
  compareConsumer,
  compareDatabase,
  compareDeadLetters,
  compareNewTables,
  comparePolicy,
  compareReplication,
  type DatabaseChange,
  type Difference,
  declaredLabel,
} from './compare.ts';
import type { Current } from './current.ts';
import type {
  Declaration,
  DeclaredConsumer,
  DeclaredDeadLetters,
  DeclaredNewTables,
  DeclaredPolicy,
  DeclaredReplication,
} from './schema.ts';

type DeclaredDatabase = Declaration['databases'][number];

/** A call that brings a replication to a state. */
type Move = 'start' | 'stop' | 'pause' | 'resume';

/** One thing that `apply` does. */
export type Step =
  | { readonly kind: 'create-client'; readonly name: string }
  | {
      readonly kind: 'set-schema-policy';
      readonly replication: Replication;
      readonly policy: DeclaredPolicy;
    }
  | {
      readonly kind: 'set-consumer';
      readonly replication: Replication;
      readonly settings: DeclaredConsumer;
    }
  | {
      readonly kind: 'set-dead-letters';
      readonly replication: Replication;
      readonly settings: DeclaredDeadLetters;
    }
  | {
      readonly kind: 'set-new-tables';
      readonly replication: Replication;
      readonly newTables: DeclaredNewTables;
    }
  | { readonly kind: 'create-database'; readonly declared: DeclaredDatabase }
  | {
      readonly kind: 'update-database';
      readonly declared: DeclaredDatabase;
      readonly database: Database;
      readonly change: DatabaseChange;
      readonly withPassword: boolean;
    }
  | { readonly kind: 'create-replication'; readonly declared: DeclaredReplication }
  | {
      readonly kind: 'update-replication';
      readonly replication: Replication;
      readonly tables: DeclaredReplication['tables'];
      readonly capture: CaptureChange;
    }
  | {
      readonly kind: 'add-tables';
      readonly replication: Replication;
      readonly tables: DeclaredReplication['tables'];
    }
  | {
      readonly kind: 'remove-tables';
      readonly replication: Replication;
      readonly tables: readonly { readonly schema: string; readonly table: string }[];
    }
  | { readonly kind: Move; readonly name: string }
  | { readonly kind: 'delete-replication'; readonly replication: ListedReplication }
  | { readonly kind: 'delete-database'; readonly database: Database };

/** One line of a plan as people and programs see it. */
export interface PlannedChange {
  readonly action: 'add' | 'change' | 'delete';
  readonly what: 'client' | 'database' | 'replication';
  readonly name: string;
  readonly details: readonly string[];
}

export interface Plan {
  /** In the order in which they are carried out. */
  readonly steps: readonly Step[];
  readonly changes: readonly PlannedChange[];
  /** Why the plan cannot be carried out; empty when it can. */
  readonly problems: readonly ListedProblem[];
  /** What is there and not in the files, and is left alone without `--prune`. */
  readonly undeclared: readonly string[];
}

export interface PlanOptions {
  /** Deletes what is not declared. */
  readonly prune: boolean;
  /** Sends every declared password again. */
  readonly passwords: boolean;
  /** Whether a password's reference leads to one: what is missing, or undefined. */
  readonly missingSecret: (reference: NonNullable<DeclaredDatabase['password']>) => string | undefined;
}

/** What has to be done so that an installation is as it is declared. It decides only; `current` was read before. */
export const makePlan = (declaration: Declaration, current: Current, options: PlanOptions): Plan => {
  const parts = [
    ...declaration.clients.map((declared) => planClient(declared, current)),
    ...declaration.databases.map((declared) => planDatabase(declared, current, options)),
    ...declaration.replications.map((declared) => planReplication(declared, declaration, current)),
  ];
  const undeclared = findUndeclared(declaration, current);
  const pruned = options.prune ? planPrune(undeclared) : [];
  const all = [...parts, ...pruned];
  return {
    steps: all.flatMap(({ steps = [] }) => steps),
    changes: all.flatMap(({ change }) => (change === undefined ? [] : [change])),
    problems: all.flatMap(({ problems = [] }) => problems),
    undeclared: options.prune
      ? []
      : [
          ...undeclared.replications.map(({ name }) => `replication ${name}`),
          ...undeclared.databases.map(({ name }) => `database ${name}`),
        ],
  };
};

interface Part {
  readonly steps?: readonly Step[];
  readonly change?: PlannedChange;
  readonly problems?: readonly ListedProblem[];
}

const planClient = ({ name }: { readonly name: string }, { clients }: Current): Part =>
  clients.some((client) => client.name === name)
    ? {}
    : {
        steps: [{ kind: 'create-client', name }],
        change: { action: 'add', what: 'client', name, details: [] },
      };

const passwordFields: readonly string[] = ['host', 'port', 'tls_mode', 'ca_pem'];

const planDatabase = (
  declared: DeclaredDatabase,
  { databases }: Current,
  { passwords, missingSecret }: PlanOptions,
): Part => {
  const { name, kind, host, port, password } = declared;
  const subject = `database ${name}`;
  const database = databases.find((known) => known.name === name);
  const { change, differences } =
    database === undefined ? { change: {}, differences: [] } : compareDatabase(declared, database);
  // The API sends a stored password to no other server, so that of a database that is reached in another way goes with the change.
  const isElsewhere = differences.some(({ field }) => passwordFields.includes(field));
  const withPassword = database === undefined || ((passwords || isElsewhere) && password !== undefined);
  const missing = withPassword && password !== undefined ? missingSecret(password) : undefined;
  const problems: ListedProblem[] =
    missing === undefined
      ? []
      : [{ subject, message: `Its password is not there: ${missing}.`, remedy: null }];
  if (password === undefined && differences.some(({ field }) => field === 'host' || field === 'port'))
    problems.push({
      subject,
      message: 'It has no password, which another host or port needs again.',
      remedy: 'Add password: {env: NAME}.',
    });
  if (database === undefined) {
    return {
      steps: [{ kind: 'create-database', declared }],
      change: { action: 'add', what: 'database', name, details: [`${kind} at ${host}:${port}`] },
      problems:
        password === undefined
          ? [
              {
                subject,
                message: 'It has no password to be registered with.',
                remedy: 'Add password: {env: NAME}.',
              },
            ]
          : problems,
    };
  }
  if (database.kind !== kind) {
    return {
      problems: [
        {
          subject,
          message: `It is registered as ${database.kind}, and declared as ${kind}.`,
          remedy: 'The kind of a database cannot be changed: declare it under another name.',
        },
      ],
    };
  }
  if (differences.length === 0 && !withPassword) return {};
  return {
    steps: [{ kind: 'update-database', declared, database, change, withPassword }],
    change: {
      action: 'change',
      what: 'database',
      name,
      details: [...differences.map(describe), ...(withPassword ? ['password: sent again'] : [])],
    },
    problems,
  };
};

const describe = ({ field, is, declared }: Difference): string => `${field}: ${is} -> ${declared}`;

const planReplication = (
  declared: DeclaredReplication,
  declaration: Declaration,
  { databases, replications }: Current,
): Part => {
  const { name, source, target, tables, state } = declared;
  const subject = `replication ${name}`;
  const known = new Set([...databases, ...declaration.databases].map((database) => database.name));
  const problems: ListedProblem[] = [source, target]
    .filter((database) => !known.has(database))
    .map((database) => ({
      subject,
      message: `There is no database ${database}, and none is declared.`,
      remedy: null,
    }));
  const replication = replications.find((found) => found.name === name);
  if (replication === undefined) {
    const start: readonly Step[] = state === 'running' ? [{ kind: 'start', name }] : [];
    return {
      steps: [{ kind: 'create-replication', declared }, ...start],
      change: {
        action: 'add',
        what: 'replication',
        name,
        details: [
          `${source} to ${target}, ${plural(tables.length, 'table')}`,
          ...(state === 'running' ? ['state: running'] : []),
        ],
      },
      problems: state === 'paused' ? [...problems, neverRan(subject)] : problems,
    };
  }
  return planChangedReplication(declared, replication, databases, problems);
};

const neverRan = (subject: string): ListedProblem => ({
  subject,
  message: 'It is declared as paused, and does not run.',
  remedy: 'Declare it as running first, or as stopped.',
});

const planChangedReplication = (
  declared: DeclaredReplication,
  replication: Replication,
  databases: readonly Database[],
  problems: readonly ListedProblem[],
): Part => {
  const { name, state } = declared;
  const subject = `replication ${name}`;
  const nameOf = (id: number): string =>
    databases.find(({ database_id }) => database_id === id)?.name ?? String(id);
  const { added, removed, remapped, capture, changed, fixed, ambiguous } = compareReplication(
    declared,
    replication,
    {
      source: nameOf(replication.source_database_id),
      target: nameOf(replication.target_database_id),
    },
  );
  const isMoved = state !== undefined && state !== replication.desired;
  const policy = comparePolicy(declared.schema_changes, replication);
  const deadLetters = compareDeadLetters(declared.dead_letters, replication);
  const consumer = compareConsumer(declared.consumer, replication);
  const newTables = compareNewTables(declared.new_tables, replication);
  const steps: readonly Step[] = [
    ...(changed.length === 0
      ? []
      : [{ kind: 'update-replication' as const, replication, tables: remapped, capture }]),
    ...(policy.length === 0 || declared.schema_changes === undefined
      ? []
      : [{ kind: 'set-schema-policy' as const, replication, policy: declared.schema_changes }]),
    ...(deadLetters.length === 0 || declared.dead_letters === undefined
      ? []
      : [{ kind: 'set-dead-letters' as const, replication, settings: declared.dead_letters }]),
    ...(consumer.length === 0 || declared.consumer === undefined
      ? []
      : [{ kind: 'set-consumer' as const, replication, settings: declared.consumer }]),
    ...(newTables.length === 0 || declared.new_tables === undefined
      ? []
      : [{ kind: 'set-new-tables' as const, replication, newTables: declared.new_tables }]),
    ...(added.length === 0 ? [] : [{ kind: 'add-tables' as const, replication, tables: added }]),
    ...(removed.length === 0 ? [] : [{ kind: 'remove-tables' as const, replication, tables: removed }]),
    ...(isMoved ? [{ kind: moveTo(state, replication.desired), name }] : []),
  ];
  return {
    steps,
    problems: [
      ...problems,
      ...(replication.status === 'deleting'
        ? [{ subject, message: 'It is being deleted.', remedy: 'Wait until it is gone, then apply again.' }]
        : []),
      ...(state === 'paused' && replication.desired === 'stopped' ? [neverRan(subject)] : []),
      ...fixed.map((field) => ({
        subject,
        message: `This cannot be changed: ${describe(field)}.`,
        remedy: 'Declare what is there, or delete the replication first.',
      })),
      ...ambiguous.map((table) => ({
        subject,
        message: `Several schemas have the table ${table}.`,
        remedy: 'Write schema.table.',
      })),
    ],
    ...(steps.length === 0
      ? {}
      : {
          change: {
            action: 'change',
            what: 'replication',
            name,
            details: [
              ...changed.map(describe),
              ...added.map(({ source }) => `+ table ${declaredLabel(source)}`),
              ...removed.map((source) => `- table ${tableLabel(source)}`),
              ...policy.map(describe),
              ...deadLetters.map(describe),
              ...consumer.map(describe),
              ...newTables.map(describe),
              ...(isMoved ? [`state: ${replication.desired} -> ${state}`] : []),
            ],
          } as const,
        }),
  };
};

const moveTo = (state: NonNullable<DeclaredReplication['state']>, from: Replication['desired']): Move => {
  switch (state) {
    case 'running':
      return from === 'paused' ? 'resume' : 'start';
    case 'paused':
      return 'pause';
    case 'stopped':
      return 'stop';
  }
};

interface Undeclared {
  readonly replications: readonly ListedReplication[];
  readonly databases: readonly Database[];
}

const findUndeclared = (declaration: Declaration, { databases, otherReplications }: Current): Undeclared => {
  // A database that a declared replication names is in use, also when its own entry is somewhere else.
  const declaredDatabases = new Set([
    ...declaration.databases.map(({ name }) => name),
    ...declaration.replications.flatMap(({ source, target }) => [source, target]),
  ]);
  return {
    replications: otherReplications,
    databases: databases.filter(({ name }) => !declaredDatabases.has(name)),
  };
};

/** Replications before the databases that they use. */
const planPrune = ({ replications, databases }: Undeclared): readonly Part[] => [
  ...replications.map(
    (replication): Part => ({
      steps: [{ kind: 'delete-replication', replication }],
      change: {
        action: 'delete',
        what: 'replication',
        name: replication.name,
        details: [`with ${plural(replication.table_count, 'table')}; the target tables stay`],
      },
    }),
  ),
  ...databases.map(
    (database): Part => ({
      steps: [{ kind: 'delete-database', database }],
      change: { action: 'delete', what: 'database', name: database.name, details: [] },
    }),
  ),
];

/** How many things an apply takes away: deleted ones, and tables that leave. */
export const countDeletions = ({ steps }: Plan): number =>
  steps.reduce((count, step) => {
    switch (step.kind) {
      case 'delete-replication':
      case 'delete-database':
        return count + 1;
      case 'remove-tables':
        return count + step.tables.length;
      default:
        return count;
    }
  }, 0);
