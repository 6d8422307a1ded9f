import { describe, expect, test } from '@jest/globals';
import { captureConfig } from '#core/capture/capture-config.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { ColumnMapping, Replication } from '#core/contracts/replication.ts';
import { mysqlSourceDialect } from '#core/databases/mysql/source/dialect.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConnectPort, KafkaAdminPort, PartitionOffsets } from '#core/ports/services.ts';
import type { SourceDialect } from '#core/ports/source-dialect.ts';
import type { TableShape } from '#core/ports/state-store.ts';
import { outlineTarget } from '#core/schema/target-harm.ts';
import {
  collectProblems,
  collectWarnings,
  type ValidationPorts,
  validateReplication,
} from '#core/validation/validate-replication.ts';
import { findMappedTableProblems } from '#core/validation/validate-table.ts';
import {
  createFakeSource,
  createFakeTarget,
  readyServer,
  sampleColumn,
  sampleDatabase,
  sampleTable,
} from '../../../kit/databases.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';

const createWorld = (tables?: readonly TableRef[]) => {
  const replication = sampleReplication(
    tables === undefined
      ? {}
      : { tables: tables.map((source) => ({ source, target: { schema: 'public', table: source.table } })) },
  );
  const source = createFakeSource(
    tables === undefined
      ? [sampleTable('flights'), sampleTable('airports')]
      : tables.map((ref) => sampleTable(ref.table, { ref })),
  );
  const target = createFakeTarget();
  const services = {
    kafka: undefined as Error | undefined,
    connect: undefined as Error | undefined,
    configErrors: [] as readonly string[],
    validated: [] as Readonly<Record<string, string>>[],
    retention: new Map<string, number>(),
    partitions: [] as readonly PartitionOffsets[],
  };
  const kafka = {
    checkHealth: async () => {
      if (services.kafka !== undefined) throw services.kafka;
    },
    topicRetentionHours: async () => services.retention,
    topicOffsets: async () => services.partitions,
  } as unknown as KafkaAdminPort;
  const connect = {
    checkHealth: async () => {
      if (services.connect !== undefined) throw services.connect;
    },
    validateConfig: async (config: Readonly<Record<string, string>>) => {
      services.validated.push(config);
      return services.configErrors;
    },
  } as unknown as ConnectPort;
  const request = {
    replication,
    sourceDatabase: sampleDatabase(),
    targetDatabase: sampleDatabase({ databaseId: 2, name: 'warehouse' }),
    topicRetentionHours: 168,
    owner: sampleOwner(),
  };
  const store: ValidationPorts['store'] = {
    getReplication: async () => replication,
    listTableShapes: async () => [],
    putTableShape: async () => undefined,
    listTableProgress: async () => [],
  };
  const ports = { store, source: source.database, target: target.database, kafka, connect };
  return { source, target, services, request, ports, find: () => collectProblems(request, ports) };
};

test('what is ready has no problem, and a missing target table is none', async () => {
  const { find, request, ports } = createWorld();
  expect(await find()).toEqual([]);
  await expect(validateReplication(request, ports)).resolves.toEqual({ nextTable: 2, unfit: [] });
});

test('every problem is reported at once, in the message and as facts', async () => {
  const { request, ports, source, target, services } = createWorld();
  source.state.readiness = { ...readyServer, walLevel: 'replica', canReplicate: false };
  source.state.tables = [sampleTable('flights', { primaryKey: [] })];
  target.state.missingGrants = ['CREATE on schema "public"'];
  services.connect = new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.');
  const failure = await validateReplication(request, ports).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ValidationFailed' });
  const { message, facts } = failure as MillraceError;
  expect(message).toContain('6 problems');
  for (const part of [
    'wal_level',
    'may not replicate',
    'no primary key',
    'no such table',
    'CREATE on schema',
    'Connect',
  ]) {
    expect(message).toContain(part);
  }
  expect(facts.problems).toHaveLength(6);
});

test.each([
  ['wal_level', { walLevel: 'replica' }, /ALTER SYSTEM SET wal_level = 'logical'/],
  ['slots', { usedSlots: 10 }, /ALTER SYSTEM SET max_replication_slots = 15/],
  ['senders', { usedSenders: 10 }, /ALTER SYSTEM SET max_wal_senders = 15/],
  ['REPLICATION', { canReplicate: false }, /ALTER ROLE "mill ""race""" REPLICATION;/],
  ['publications', { canCreatePublication: false }, /GRANT CREATE ON DATABASE "shop" TO "mill ""race""";/],
  ['version', { serverVersion: '12.9 (Debian)' }, /Upgrade/],
  ['standby', { isStandby: true }, /Register the primary/],
  [
    'messages',
    { mayEmitMessages: false },
    /GRANT EXECUTE ON FUNCTION pg_logical_emit_message\(boolean, text, text, boolean\) TO "mill ""race""";/,
  ],
  [
    'messages before 17',
    { mayEmitMessages: false, serverVersion: '16.1' },
    /pg_logical_emit_message\(boolean, text, text\) TO/,
  ],
  ['encoding', { serverEncoding: 'SQL_ASCII' }, /ENCODING 'UTF8'/],
])('the server: %s, with what to run', async (_name, change, remedy) => {
  const { find, source } = createWorld();
  source.state.readiness = { ...readyServer, ...change };
  expect(await find()).toEqual([
    { subject: 'source server', problem: expect.any(String), remedy: expect.stringMatching(remedy) },
  ]);
});

test('a server that keeps its log without a limit is warned of and no problem', async () => {
  const { find, source, request, ports } = createWorld();
  expect(await collectWarnings(request, ports)).toEqual([]);
  source.state.readiness = { ...readyServer, slotLogLimit: '-1' };
  expect(await collectWarnings(request, ports)).toEqual([
    {
      subject: 'source server',
      problem: expect.stringContaining('max_slot_wal_keep_size is -1'),
      remedy: expect.stringContaining('ALTER SYSTEM SET max_slot_wal_keep_size'),
    },
  ]);
  expect(await find()).toEqual([]);
});

test('a slot of its own needs no other, and one that is active has its sender', async () => {
  const { find, source } = createWorld();
  source.state.readiness = {
    ...readyServer,
    usedSlots: 10,
    usedSenders: 10,
    slot: { active: true, walStatus: 'reserved' },
  };
  expect(await find()).toEqual([]);
});

test.each([
  ['without a key', { primaryKey: [] }, /ADD PRIMARY KEY/],
  ['with a deferrable key', { isKeyDeferrable: true }, /NOT DEFERRABLE/],
  ['whose log entries name no row', { replicaIdentity: 'nothing' }, /REPLICA IDENTITY DEFAULT/],
  [
    'whose unique index is not in the log',
    { keyIndex: 'code_key' },
    /REPLICA IDENTITY USING INDEX "code_key"/,
  ],
  [
    'with partitions whose indexes name its rows',
    { replicaIdentity: 'index', relationKind: 'partitioned-table' },
    /REPLICA IDENTITY DEFAULT/,
  ],
  [
    'with partitions of another kind',
    { relationKind: 'partitioned-table', unfitPartitions: ['flights_old (a foreign table)'] },
    /Detach them/,
  ],
] as const)('a source table %s is refused, with what to do', async (_name, change, remedy) => {
  const { find, source } = createWorld();
  source.state.tables = [sampleTable('flights', change), sampleTable('airports')];
  expect(await find()).toEqual([
    {
      subject: 'source table public.flights',
      problem: expect.any(String),
      remedy: expect.stringMatching(remedy),
    },
  ]);
});

test('a column whose type cannot be carried is named, a generated one does not matter', async () => {
  const { find, source } = createWorld();
  const odd = { type: 'regclass', baseType: 'regclass' } as const;
  source.state.tables = [
    sampleTable('flights', {
      columns: [
        sampleColumn('id'),
        sampleColumn('kind', odd),
        sampleColumn('made', { ...odd, isGenerated: true }),
      ],
    }),
    sampleTable('airports'),
  ];
  expect(await find()).toEqual([
    { subject: 'source table public.flights, column kind', problem: expect.stringContaining('regclass') },
  ]);
});

test('what the users may not do is reported with what to do', async () => {
  const { find, source, target } = createWorld();
  source.state.grants = [
    { subject: 'source table public.flights', problem: 'SELECT is missing.', remedy: 'GRANT' },
  ];
  target.state.missingGrants = [
    'CREATE on database "w", to create the schema "x"',
    'the database is read-only',
  ];
  expect((await find()).map(({ remedy }) => remedy)).toEqual([
    'GRANT',
    'GRANT CREATE on database "w" TO "mill ""race""";',
    undefined,
  ]);
});

test('an existing target table must be able to take the rows', async () => {
  const { find, target } = createWorld();
  target.state.tables.push(sampleTable('shop_flights', { columns: [sampleColumn('id')] }));
  expect(await find()).toEqual([
    expect.objectContaining({
      subject: 'target table public.shop_flights',
      problem: 'Its column note is missing.',
    }),
  ]);
});

test('a database that cannot be reached is one problem, and the rest is still looked at', async () => {
  const { find, source, target, services } = createWorld();
  source.state.pingFailure = new MillraceError('DatabaseAuthenticationFailed', 'Wrong password.');
  target.state.pingFailure = new MillraceError('DatabaseUnreachable', 'No route.');
  services.kafka = new MillraceError('KafkaUnavailable', 'No broker.');
  expect((await find()).map(({ subject, problem }) => `${subject}: ${problem}`)).toEqual([
    'source database: Wrong password.',
    'target database: No route.',
    'Kafka: No broker.',
  ]);
});

test('a bug in Millrace is not taken for a problem of the user', async () => {
  const { find, source } = createWorld();
  source.state.pingFailure = new TypeError('x is not a function');
  await expect(find()).rejects.toMatchObject({ code: 'Internal' });
});

test('names that capture cannot carry, and names that would share a topic, are refused', async () => {
  const { find } = createWorld([
    { schema: 'public', table: '"odd' },
    { schema: 'public', table: 'a b' },
    { schema: 'public', table: 'a_b' },
  ]);
  expect((await find()).map(({ subject }) => subject)).toEqual([
    'source table public."odd',
    'source tables public.a b, public.a_b',
  ]);
});

test('topics that keep too little, or have several partitions, are refused', async () => {
  const { find, services } = createWorld();
  const topic = 'client_1_db_1.public.flights';
  services.retention = new Map([
    [topic, 24],
    ['client_1_db_1.message', Number.POSITIVE_INFINITY],
  ]);
  services.partitions = [0, 1].map((partition) => ({ topic, partition, firstOffset: 0n, endOffset: 1n }));
  const problems = await find();
  expect(problems.map(({ subject }) => subject)).toEqual([`topic ${topic}`, `topic ${topic}`]);
  expect(problems[0]?.remedy).toContain('retention.ms=604800000');
});

test('tables are looked at as they are mapped: columns that are left out, and those that cannot be', async () => {
  const { find, request, source, target, ports } = createWorld();
  source.state.tables = [
    sampleTable('flights', {
      columns: [sampleColumn('id'), sampleColumn('shape', { type: 'shape', typeKind: 'composite' })],
    }),
    sampleTable('airports'),
  ];
  target.state.tables.push(
    sampleTable('shop_flights', { columns: [sampleColumn('flight')], primaryKey: ['flight'] }),
  );
  const [flights, ...others] = request.replication.tables;
  const mapped = (columns: readonly ColumnMapping[]) => ({
    ...request,
    replication: {
      ...request.replication,
      tables: [{ ...flights, target: { schema: 'public', table: 'shop_flights' }, columns }, ...others],
    } as Replication,
  });
  expect((await find()).length).toBeGreaterThan(0);
  const works = mapped([
    { source: 'id', target: 'flight' },
    { source: 'shape', omit: true },
  ]);
  expect(await collectProblems(works, ports)).toEqual([]);
  const broken = mapped([
    { source: 'id', omit: true },
    { source: 'shape', omit: true },
  ]);
  expect((await collectProblems(broken, ports)).map(({ subject }) => subject)).toContain(
    'source table public.flights, column id',
  );
});

test('a target table that is as the last change has left it waits for the next change in the log', async () => {
  const { request, ports, source, target } = createWorld();
  const [flights] = request.replication.tables;
  if (flights === undefined) throw new Error('There is no table.');
  const known = sampleTable('flights');
  const changed = sampleTable('flights', { columns: [...known.columns, sampleColumn('extra')] });
  source.state.tables = [changed, sampleTable('airports')];
  target.state.tables.push({ ...known, ref: flights.target });
  const progress = { source: flights.source, state: 'live' } as TableProgress;
  const found = async (change: Partial<Replication>, store: Partial<ValidationPorts['store']>) =>
    (
      await collectProblems(
        { ...request, replication: { ...request.replication, copyGeneration: 1, ...change } },
        { ...ports, store: { ...ports.store, ...store } },
      )
    ).map(({ problem }) => problem);
  const listTableProgress = async () => [progress];
  const listTableShapes = async () => [{ generation: 1, copied: known, seen: known }];
  const missing = expect.stringContaining('extra is missing');
  expect(await found({}, { listTableProgress, listTableShapes })).toEqual([]);
  expect(await found({}, { listTableProgress })).toEqual([missing]);
  // Copied again, or never copied as a whole: then it has to be as the source is now.
  expect(await found({}, { listTableShapes })).toEqual([missing]);
  expect(await found({ resyncGeneration: 2 }, { listTableProgress, listTableShapes })).toEqual([missing]);
  // Broken off in the middle of a change.
  target.state.tables = [{ ...changed, ref: flights.target }];
  const following = async () => [{ generation: 1, copied: known, seen: known, following: changed }];
  expect(await found({}, { listTableProgress, listTableShapes: following })).toEqual([]);
});

test('Kafka Connect validates the very configuration that capture will create, once', async () => {
  const { request, ports, services, source } = createWorld();
  services.configErrors = ['database.hostname: Unable to connect.'];
  const asked = { ...request, captureKafka: { brokers: 'kafka:9092', security: 'plaintext' } } as const;
  const problems = await collectProblems(asked, ports);
  const { replication, sourceDatabase, captureKafka } = asked;
  expect(services.validated).toEqual([
    {
      name: 'acme_shop_connector',
      ...captureConfig(source.database.dialect.capture, replication, sourceDatabase, captureKafka),
    },
  ]);
  expect(problems).toEqual([
    {
      subject: 'connector acme_shop_connector',
      problem: 'Kafka Connect refuses its configuration: database.hostname: Unable to connect.',
      remedy: expect.stringContaining('db.example.com:5432'),
    },
  ]);
  await collectProblems(request, ports);
  expect(services.validated).toHaveLength(1);
});

test('a value that Connect would take for a reference is a problem before anything is sent', async () => {
  const { request, ports, services } = createWorld();
  const problems = await collectProblems(
    {
      ...request,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect's syntax of a reference.
      sourceDatabase: sampleDatabase({ host: '${secretsmanager:x:password}' }),
      captureKafka: { brokers: 'kafka:9092', security: 'plaintext' },
    },
    ports,
  );
  expect(problems.map(({ subject }) => subject)).toEqual(['connector acme_shop_connector']);
  expect(services.validated).toEqual([]);
});

test('Kafka Connect is not asked while the source or Connect itself is in the way', async () => {
  const asked = { captureKafka: { brokers: 'kafka:9092', security: 'plaintext' } } as const;
  const first = createWorld();
  first.source.state.readiness = { ...readyServer, walLevel: 'replica' };
  expect(await collectProblems({ ...first.request, ...asked }, first.ports)).toHaveLength(1);
  const second = createWorld();
  second.services.connect = new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.');
  expect(await collectProblems({ ...second.request, ...asked }, second.ports)).toHaveLength(1);
  expect([first.services.validated, second.services.validated]).toEqual([[], []]);
});

test('a server of another kind than was registered is a problem, and nothing else is looked at there', async () => {
  const { request, ports, source } = createWorld();
  source.state.readiness = { ...readyServer, walLevel: 'replica' };
  const wrong = { ...request, sourceDatabase: sampleDatabase({ kind: 'mariadb' }) };
  const speaking = { ...ports, source: { ...source.database, dialect: mysqlSourceDialect('mariadb') } };
  expect((await collectProblems(wrong, speaking)).map(({ problem }) => problem)).toEqual([
    'The server at db.example.com:5432 is MySQL 18.4, but it is registered as MariaDB.',
  ]);
});

test('a column of a type that cannot be captured keeps its table from nothing once it is left out', () => {
  const shapes = sampleTable('flights', { columns: [sampleColumn('id'), sampleColumn('shape')] });
  const dialect: SourceDialect = {
    ...createFakeSource([]).database.dialect,
    validateColumn: ({ name }) => (name === 'shape' ? 'it has no text' : undefined),
  };
  const mapping = { source: shapes.ref, target: shapes.ref };
  expect(findMappedTableProblems(shapes, mapping, dialect)).toEqual([
    { subject: 'source table public.flights, column shape', problem: 'it has no text.' },
  ]);
  const columns = [{ source: 'shape', omit: true as const }];
  expect(findMappedTableProblems(shapes, { ...mapping, columns }, dialect)).toEqual([]);
});

test('a table of which the source changes rows unlogged is refused, unless its mapping accepts that', () => {
  const owned = sampleTable('flights', { unloggedCascades: ['to_owner (ON DELETE CASCADE)'] });
  const { dialect } = createFakeSource([]).database;
  const mapping = { source: owned.ref, target: owned.ref };
  expect(findMappedTableProblems(owned, mapping, dialect)).toEqual([
    expect.objectContaining({
      subject: 'source table public.flights',
      problem: expect.stringContaining('to_owner (ON DELETE CASCADE)'),
      remedy: expect.stringContaining('unlogged_cascades'),
    }),
  ]);
  expect(findMappedTableProblems(owned, { ...mapping, unloggedCascades: 'accept' }, dialect)).toEqual([]);
});

test('columns whose names differ only in case are refused, also when one of them is left out', async () => {
  const { request, ports, source } = createWorld();
  source.state.tables = [
    sampleTable('flights', { columns: [sampleColumn('id'), sampleColumn('Note'), sampleColumn('note')] }),
  ];
  const [flights] = request.replication.tables;
  const columns = [{ source: 'Note', omit: true }];
  const tables = [{ ...flights, columns }] as unknown as Replication['tables'];
  for (const replication of [
    { ...request.replication, tables: request.replication.tables.slice(0, 1) },
    { ...request.replication, tables },
  ]) {
    expect(await collectProblems({ ...request, replication }, ports)).toEqual([
      expect.objectContaining({ subject: 'source table public.flights, columns Note, note' }),
    ]);
  }
});

test('a column whose name Debezium would change is refused', () => {
  const odd = sampleTable('flights', { columns: [sampleColumn('id'), sampleColumn('"note"')] });
  const { dialect } = createFakeSource([]).database;
  expect(findMappedTableProblems(odd, { source: odd.ref, target: odd.ref }, dialect)).toEqual([
    expect.objectContaining({ subject: 'source table public.flights, column "note"' }),
  ]);
});

describe('many tables', () => {
  const refs = Array.from({ length: 600 }, (_unused, index) => ({ schema: 'public', table: `t${index}` }));
  const over = (from: number) => ({ from, isOver: () => true });

  test('a call whose time is over says with which table the next one goes on, and only the first looks at the servers', async () => {
    const { request, ports, services, source } = createWorld(refs);
    expect(await validateReplication(request, ports, over(0))).toMatchObject({ nextTable: 250 });
    services.kafka = new MillraceError('KafkaUnavailable', 'No broker answers.');
    source.state.readiness = { ...readyServer, walLevel: 'replica' };
    expect(await validateReplication(request, ports, over(250))).toMatchObject({ nextTable: 500 });
    expect(await validateReplication(request, ports, over(500))).toMatchObject({ nextTable: 600 });
  });

  test('problems end it at once, and say how many tables were not looked at', async () => {
    const { request, ports, source } = createWorld(refs);
    source.state.tables = source.state.tables.map((table) => ({ ...table, primaryKey: [] }));
    await expect(validateReplication(request, ports, over(0))).rejects.toMatchObject({
      code: 'ValidationFailed',
      message: expect.stringMatching(
        /^250 problems must be fixed[\s\S]*350 tables of it were not looked at yet\.$/,
      ),
    });
    expect(await collectProblems(request, ports)).toHaveLength(600);
  });
});

describe('a replication that was copied before', () => {
  const createCopied = (tables?: readonly TableRef[]) => {
    const world = createWorld(tables);
    const request = { ...world.request, replication: { ...world.request.replication, copyGeneration: 2 } };
    return { ...world, request };
  };

  test('goes on without a table that is gone, and without one that has lost its key', async () => {
    const refs = ['a', 'b', 'c', 'd', 'e'].map((table) => ({ schema: 'public', table }));
    const { request, ports, source } = createCopied(refs);
    source.state.tables = source.state.tables
      .filter(({ ref }) => ref.table !== 'b')
      .map((table) => (table.ref.table === 'e' ? { ...table, primaryKey: [] } : table));
    const { unfit, nextTable } = await validateReplication(request, ports);
    expect(nextTable).toBe(5);
    expect(unfit).toEqual([
      {
        mapping: request.replication.tables[1],
        problems: [expect.objectContaining({ problem: 'There is no such table.' })],
        isGone: true,
        isUncaptured: true,
      },
      {
        mapping: request.replication.tables[4],
        problems: [expect.objectContaining({ problem: expect.stringContaining('no primary key') })],
        isGone: false,
        isUncaptured: true,
      },
    ]);
  });

  test('a table that only the target keeps from it stays captured', async () => {
    const { request, ports, target } = createCopied();
    target.state.tables.push(
      sampleTable('shop_flights', { columns: [sampleColumn('id'), sampleColumn('note')] }),
    );
    expect((await validateReplication(request, ports)).unfit).toEqual([
      expect.objectContaining({ isGone: false, isUncaptured: false }),
    ]);
  });

  test('a table whose target has been narrowed waits for a new copy, also when it is set back before the next start', async () => {
    const { request, ports, source, target } = createCopied();
    const amount = { ...sampleColumn('amount'), type: 'numeric(10,2)', baseType: 'numeric' };
    const flights = sampleTable('flights', {
      columns: [sampleColumn('id'), { ...amount, precision: 10, scale: 2 }],
    });
    source.state.tables = [flights, sampleTable('airports')];
    const as = (scale: number) => ({
      ...flights,
      ref: { schema: 'public', table: 'shop_flights' },
      columns: [sampleColumn('id'), { ...amount, type: `numeric(10,${scale})`, precision: 10, scale }],
    });
    target.state.tables = [as(0)];
    let shape: TableShape = { generation: 2, copied: flights, seen: flights, target: outlineTarget(as(2)) };
    const store: ValidationPorts['store'] = {
      ...ports.store,
      listTableProgress: async () => [{ source: flights.ref, state: 'live' } as TableProgress],
      listTableShapes: async () => [shape],
      putTableShape: async (_replicationId, _source, put) => {
        shape = put;
      },
    };
    const unfit = async (): Promise<unknown> =>
      (await validateReplication(request, { ...ports, store })).unfit;
    const lost = {
      mapping: expect.objectContaining({ source: flights.ref }),
      problems: [expect.objectContaining({ problem: expect.stringContaining('numeric(10,0)') })],
    };
    expect(await unfit()).toEqual([{ ...lost, isGone: false, isUncaptured: false, isTargetLost: true }]);
    expect(shape.targetLost).toContain('column amount is numeric(10,0)');
    target.state.tables = [as(2)];
    expect(await unfit()).toEqual([{ ...lost, isGone: false, isUncaptured: false, isTargetLost: true }]);
    // A forced start copies everything again.
    const forced = { ...request, replication: { ...request.replication, resyncGeneration: 3 } };
    expect((await validateReplication(forced, { ...ports, store })).unfit).toEqual([]);
  });

  test('is refused where no table is fit, and where the problem is not of single tables', async () => {
    const { request, ports, source } = createCopied();
    source.state.tables = [];
    await expect(validateReplication(request, ports)).rejects.toMatchObject({
      message: expect.stringContaining('2 problems'),
    });
    source.state.tables = [sampleTable('flights')];
    source.state.readiness = { ...readyServer, walLevel: 'replica' };
    await expect(validateReplication(request, ports)).rejects.toMatchObject({
      message: expect.stringMatching(/^1 problem must/),
    });
  });
});
