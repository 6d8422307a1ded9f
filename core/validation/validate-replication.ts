import { captureConfig } from '../capture/capture-config.ts';
import { captureTopics } from '../capture/capture-topics.ts';
import type { TableState } from '../contracts/copy.ts';
import type { Database } from '../contracts/database.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import {
  copiesThroughKafka,
  owesResync,
  type Replication,
  type TableMapping,
} from '../contracts/replication.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { rowsConnectorConfig } from '../copy/row-relay.ts';
import { listProblems } from '../errors/list-problems.ts';
import { MillraceError, type Problem, toMillraceError } from '../errors/millrace-error.ts';
import { findClaim } from '../lifecycle/own-tables.ts';
import { mapTable } from '../mapping/map-table.ts';
import { countOf } from '../naming/count-of.ts';
import { rowsConnectorName } from '../naming/names.ts';
import type { CaptureKafka } from '../ports/connector-config.ts';
import type { SourceDatabase, TargetDatabase } from '../ports/databases.ts';
import type { ConnectPort, KafkaAdminPort } from '../ports/services.ts';
import type { CaptureDialect, SourceDialect } from '../ports/source-dialect.ts';
import type { CopyStore, ReplicationStore, ShapeStore } from '../ports/state-store.ts';
import { findTargetHarm } from '../schema/target-harm.ts';
import { describeTables } from './describe-tables.ts';
import {
  findUnfitTables,
  judgeUnfitTables,
  type TableFindings,
  type UnfitTable,
} from './find-unfit-tables.ts';
import { findKindProblems } from './kind-problems.ts';
import { findNameProblems } from './name-problems.ts';
import { type LookedAtTables, lookAtSourceTables } from './source-table-problems.ts';
import { findTargetProblems } from './validate-table.ts';

export interface ValidationRequest {
  readonly replication: Replication;
  readonly sourceDatabase: Database;
  readonly targetDatabase: Database;
  readonly topicRetentionHours: number;
  /** As whom the replication writes to its target. */
  readonly owner: TargetOwner;
  /**
   * When given, Kafka Connect validates the very configuration that the connector will get, by connecting to the source with
   * it. That takes a connection from another place, so anyone who only looks quickly leaves it out.
   */
  readonly captureKafka?: CaptureKafka;
}

export interface ValidationPorts {
  readonly store: Pick<
    ReplicationStore & ShapeStore & CopyStore,
    'getReplication' | 'listTableShapes' | 'putTableShape' | 'listTableProgress'
  >;
  readonly source: SourceDatabase;
  readonly target: TargetDatabase;
  readonly kafka: KafkaAdminPort;
  readonly connect: ConnectPort;
}

/** Tables whose catalogs are read together: a look at the clock is due now and then, and a statement has its limit, too. */
const tablesPerSlice = 250;

/** The part of the tables that one call looks at. */
export interface TableRange {
  /** Of the replication's tables, counted from 0. A call from 0 on also looks at servers and services. */
  readonly from: number;
  /** Whether the call's time is over; it looks at one slice of tables in any case. */
  readonly isOver: () => boolean;
}

interface Findings {
  readonly problems: readonly Problem[];
  /** Tables with problems of their own, which are not among `problems`. */
  readonly unfit: TableFindings['unfit'];
  /** The first table that was not looked at; the number of tables when all were. */
  readonly nextTable: number;
}

/** What a start may go on with. */
export interface Validated {
  /** The first table that was not looked at; the number of tables when all were. */
  readonly nextTable: number;
  /** Tables of a replication that has been copied before, each of which waits while the others go on. */
  readonly unfit: readonly UnfitTable[];
}

const allTables: TableRange = { from: 0, isOver: () => false };

/**
 * Looks at everything a start needs and changes nothing. Returns every problem, none when all is ready. What cannot be
 * looked at because something else is in the way (a database that cannot be reached) is not reported as well.
 */
export const collectProblems = async (
  request: ValidationRequest,
  ports: ValidationPorts,
): Promise<readonly Problem[]> => (await findProblems(request, ports, allTables, listAsShared)).problems;

/** Where nobody asks which table a problem is of. */
const listAsShared: typeof findUnfitTables = async (mappings, check) => ({
  unfit: [],
  shared: await check(mappings),
});

const findProblems = async (
  request: ValidationRequest,
  ports: ValidationPorts,
  range: TableRange,
  find: typeof findUnfitTables,
): Promise<Findings> => {
  const { replication } = request;
  const tableCount = replication.tables.length;
  const isFirst = range.from === 0;
  const [source, target, services] = await Promise.all([
    checkSource(request, ports.source, isFirst),
    checkServer('target database', request.targetDatabase, ports.target),
    isFirst ? checkServices(request, ports) : nothingToCheck,
  ]);
  // What keeps the source from capturing, or Connect from answering, is reported already.
  const isCapturable = source.isReady && services.isConnectReady;
  const connectorProblems = isFirst && isCapturable ? await checkConnectors(request, ports) : [];
  const ofTables: Problem[] = [];
  const unfit: TableFindings['unfit'][number][] = [];
  const ends = {
    isSourceReachable: source.isReachable,
    isTargetReachable: target.length === 0,
    followed: await findFollowed(replication, ports.store),
  };
  let nextTable = range.from;
  do {
    const slice = replication.tables.slice(nextTable, nextTable + tablesPerSlice);
    const found = await find(slice, (some) => checkTables(some, request.owner, ports, ends));
    ofTables.push(...found.shared);
    unfit.push(...found.unfit);
    nextTable += slice.length;
  } while (nextTable < tableCount && !range.isOver());
  const ofDatabases = [...source.problems, ...target, ...ofTables];
  return {
    problems: withoutRepetitions([...ofDatabases, ...services.problems, ...connectorProblems]),
    unfit,
    nextTable,
  };
};

/** What should be changed at the source although a start succeeds. Empty when the source cannot be looked at. */
export const collectWarnings = async (
  { replication }: Pick<ValidationRequest, 'replication'>,
  { source }: Pick<ValidationPorts, 'source'>,
): Promise<readonly Problem[]> => {
  let warnings: readonly Problem[] = [];
  await reach('source database', async () => {
    warnings = (await source.findCaptureWarnings?.(replication)) ?? [];
  });
  return warnings;
};

/**
 * Notes of each unfit table whose target does not hold every value any more that its rows may have been rounded or cut since they were
 * copied: setting it back before the next start does not set them right. Returns the tables of which this is known by `tableKey` of the source,
 * and as `waiting` those of them that are fit otherwise.
 */
const markLostTargets = async (
  replication: Replication,
  { looked, unfit }: { readonly looked: readonly TableMapping[]; readonly unfit: TableFindings['unfit'] },
  { store, target }: Pick<ValidationPorts, 'store' | 'target'>,
): Promise<{ readonly lost: ReadonlySet<string>; readonly waiting: TableFindings['unfit'] }> => {
  const lost = new Set<string>();
  // A forced start copies everything again.
  if (owesResync(replication)) return { lost, waiting: [] };
  const { replicationId } = replication;
  const [progress, shapes] = await Promise.all([
    store.listTableProgress(replicationId),
    store.listTableShapes(replicationId),
  ]);
  const copied = new Set(
    progress.filter(({ state }) => isCopied.has(state)).map(({ source }) => tableKey(source)),
  );
  const known = new Map(
    shapes.map((shape) => [tableKey(shape.copied.ref), shape] as const).filter(([key]) => copied.has(key)),
  );
  for (const { mapping } of unfit) {
    const key = tableKey(mapping.source);
    const shape = known.get(key);
    if (shape === undefined) continue;
    const now = await target.describeTable(mapping.target);
    const harm = findTargetHarm({ mapping, shape, now, compare: target.dialect.compareTargetTable });
    if (harm?.code !== 'TargetChanged') continue;
    lost.add(key);
    if (shape.targetLost === harm.message) continue;
    await store.putTableShape(replicationId, mapping.source, { ...shape, targetLost: harm.message });
  }
  const isUnfit = new Set(unfit.map(({ mapping }) => tableKey(mapping.source)));
  const waiting = looked.flatMap((mapping) => {
    const key = tableKey(mapping.source);
    const problem = known.get(key)?.targetLost;
    if (problem === undefined || isUnfit.has(key)) return [];
    lost.add(key);
    return [{ mapping, problems: [{ subject: `target table ${tableLabel(mapping.target)}`, problem }] }];
  });
  return { lost, waiting };
};

/** A right that is missing on a schema is found with each slice of its tables. */
const withoutRepetitions = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values(),
];

/**
 * Throws `ValidationFailed` that names every problem of the tables in the range, with the list in `facts.problems`. Of a
 * replication that has been copied before, tables that are unfit by themselves are returned instead, unless all are.
 */
export const validateReplication = async (
  request: ValidationRequest,
  ports: ValidationPorts,
  range: TableRange = allTables,
): Promise<Validated> => {
  const { replication } = request;
  const hasCopy = replication.copyGeneration > 0;
  const found = await findProblems(request, ports, range, hasCopy ? findUnfitTables : listAsShared);
  const { nextTable } = found;
  const looked = replication.tables.slice(range.from, nextTable);
  const { lost, waiting } = hasCopy
    ? await markLostTargets(replication, { looked, unfit: found.unfit }, ports)
    : { lost: new Set<string>(), waiting: [] };
  // Those that wait for a new copy keep no start from going on: the consumer holds them, if they are all that there is.
  const withWaiting = [...found.unfit, ...waiting];
  const unfit = withWaiting.length < replication.tables.length ? withWaiting : found.unfit;
  const mayHold = found.unfit.length < replication.tables.length;
  const problems = withoutRepetitions([
    ...found.problems,
    ...(mayHold ? [] : found.unfit.flatMap((table) => table.problems)),
  ]);
  if (problems.length === 0) {
    return { nextTable, unfit: await judgeUnfitTables(replication, unfit, ports.source, lost) };
  }
  const left = request.replication.tables.length - nextTable;
  throw new MillraceError(
    'ValidationFailed',
    `${countOf(problems.length, 'problem')} must be fixed before replication ` +
      `${request.replication.name} can start.\n${listProblems(problems)}` +
      (left === 0 ? '' : `\n${countOf(left, 'table')} of it were not looked at yet.`),
    { facts: { problems } },
  );
};

/** Runs a check; its failure becomes a problem, unless it is a bug in Millrace. */
const reach = async (subject: string, look: () => Promise<unknown>): Promise<readonly Problem[]> => {
  try {
    await look();
    return [];
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.policy.disposition === 'bug') throw error;
    const { code, isTransient } = error;
    return [
      { subject, problem: error.message, remedy: error.policy.advice, ...(isTransient && { passing: code }) },
    ];
  }
};

/**
 * A `ValidationFailed` of which time can cure every problem, as the error of the first one: a step that fails with it is tried again.
 * Any other error is returned as it is.
 */
export const asPassing = (error: MillraceError): MillraceError => {
  const problems = error.code === 'ValidationFailed' ? error.facts.problems : undefined;
  if (!Array.isArray(problems)) return error;
  const [first, ...others] = (problems as readonly Problem[]).map(({ passing }) => passing);
  return first === undefined || others.includes(undefined)
    ? error
    : new MillraceError(first, error.message, { facts: error.facts, cause: error });
};

/** Of the connector of the capture, and of the one that reads rows, if there is to be one. */
const checkConnectors = async (
  request: ValidationRequest,
  ports: ValidationPorts,
): Promise<readonly Problem[]> => {
  const { replication, sourceDatabase, captureKafka } = request;
  const capture = await checkConnector(request, ports);
  if (captureKafka === undefined || !copiesThroughKafka(replication)) return capture;
  const name = rowsConnectorName(replication.connectorName);
  const { capture: dialect } = ports.source.dialect;
  let messages: readonly string[] = [];
  const failed = await reach(`connector ${name}`, async () => {
    const config = rowsConnectorConfig(dialect, replication, sourceDatabase, captureKafka);
    messages = await ports.connect.validateConfig({ name, ...config });
  });
  return [
    ...capture,
    ...failed,
    ...messages.map((message) => ({
      subject: `connector ${name}`,
      problem: `Kafka Connect refuses the configuration of the connector that copies rows: ${message}`,
      remedy:
        `The snapshot mode ${replication.snapshotMode} copies rows by a plug-in of Kafka Connect. Deploy the image of Kafka Connect of this ` +
        'version of Millrace, or create the replication with snapshot_mode no_data.',
    })),
  ];
};

/** Connect's own validation, which also shows what the worker cannot reach, or a setting that it does not know. */
const checkConnector = async (
  { replication, sourceDatabase, captureKafka }: ValidationRequest,
  { source, connect }: ValidationPorts,
): Promise<readonly Problem[]> => {
  if (captureKafka === undefined) return [];
  const subject = `connector ${replication.connectorName}`;
  let messages: readonly string[] = [];
  const failed = await reach(subject, async () => {
    const config = captureConfig(source.dialect.capture, replication, sourceDatabase, captureKafka);
    messages = await connect.validateConfig({ name: replication.connectorName, ...config });
  });
  return [
    ...failed,
    ...messages.map((message) => ({
      subject,
      problem: `Kafka Connect refuses its configuration: ${message}`,
      remedy: `Kafka Connect must reach ${sourceDatabase.host}:${sourceDatabase.port} with the registered user and TLS mode.`,
    })),
  ];
};

/** Whether it answers, and is what was registered. */
const checkServer = async (
  subject: string,
  database: Database,
  server: Pick<SourceDatabase, 'ping'> & { readonly dialect: Pick<SourceDialect, 'kindOfVersion'> },
): Promise<readonly Problem[]> => {
  let serverVersion = '';
  const unreachable = await reach(subject, async () => {
    ({ serverVersion } = await server.ping());
  });
  return unreachable.length > 0
    ? unreachable
    : findKindProblems(subject, database, { dialect: server.dialect, serverVersion });
};

interface SourceFindings {
  /** It answers, and is what was registered. */
  readonly isReachable: boolean;
  /** Its server can be captured from. */
  readonly isReady: boolean;
  readonly problems: readonly Problem[];
}

/** The server, and what concerns all tables together. */
const checkSource = async (
  { replication, sourceDatabase }: ValidationRequest,
  source: SourceDatabase,
  isFirst: boolean,
): Promise<SourceFindings> => {
  const unfit = await checkServer('source database', sourceDatabase, source);
  if (unfit.length > 0) return { isReachable: false, isReady: false, problems: unfit };
  if (!isFirst) return { isReachable: true, isReady: true, problems: [] };
  const refs = replication.tables.map((mapping) => mapping.source);
  const serverProblems = await source.findCaptureProblems(replication);
  return {
    isReachable: true,
    isReady: serverProblems.length === 0,
    problems: [...serverProblems, ...findNameProblems(replication.topicPrefix, refs, source.dialect)],
  };
};

/** Tables at both ends, and the rights on them, of the databases that answer. */
const checkTables = async (
  mappings: readonly TableMapping[],
  owner: TargetOwner,
  { source, target, store }: ValidationPorts,
  ends: {
    readonly isSourceReachable: boolean;
    readonly isTargetReachable: boolean;
    readonly followed: FollowedTables;
  },
): Promise<readonly Problem[]> => {
  const { tables: sourceTables, problems: atSource } = ends.isSourceReachable
    ? await lookAtSourceTables(mappings, source)
    : notLookedAt;
  return [
    ...atSource,
    ...(ends.isTargetReachable
      ? await checkTargetTables(mappings, { sourceTables, followed: ends.followed }, owner, { target, store })
      : []),
  ];
};

const notLookedAt: LookedAtTables = { tables: new Map(), problems: [] };

/** What the target tables of earlier copies are made for, by `tableKey` of the source table. */
type FollowedTables = ReadonlyMap<string, readonly TableDescription[]>;

/**
 * A target table that has been copied is as its source was after the last change that it has followed. The source may have changed since:
 * the consumer brings that, in its place. In the middle of a change the table may be as after it.
 */
const findFollowed = async (
  replication: Replication,
  store: Pick<ShapeStore & CopyStore, 'listTableShapes' | 'listTableProgress'>,
): Promise<FollowedTables> => {
  // A forced start copies everything again, in the shape of now.
  if (replication.copyGeneration === 0 || owesResync(replication)) return new Map();
  const [shapes, progress] = await Promise.all([
    store.listTableShapes(replication.replicationId),
    store.listTableProgress(replication.replicationId),
  ]);
  const copied = new Set(
    progress.filter(({ state }) => isCopied.has(state)).map(({ source }) => tableKey(source)),
  );
  return new Map(
    shapes
      .map(
        (shape) =>
          [
            tableKey(shape.copied.ref),
            [shape.copied, ...(shape.following === undefined ? [] : [shape.following])],
          ] as const,
      )
      .filter(([key]) => copied.has(key)),
  );
};

const isCopied: ReadonlySet<TableState> = new Set(['catching-up', 'live', 'held']);

const checkTargetTables = async (
  mappings: readonly TableMapping[],
  {
    sourceTables,
    followed,
  }: { readonly sourceTables: ReadonlyMap<string, TableDescription>; readonly followed: FollowedTables },
  owner: TargetOwner,
  { target, store }: Pick<ValidationPorts, 'target' | 'store'>,
): Promise<readonly Problem[]> => {
  const targets = mappings.map((mapping) => mapping.target);
  const schemas = [...new Set(targets.map(({ schema }) => schema))];
  const [writeProblems, targetTables] = await Promise.all([
    target.findWriteProblems(schemas, targets, owner),
    describeTables(target, targets),
  ]);
  const compared = mappings.flatMap((mapping) => {
    const sourceTable = sourceTables.get(tableKey(mapping.source));
    // A missing target table is created with the copy.
    if (sourceTable === undefined) return [];
    const targetTable = targetTables.get(tableKey(mapping.target));
    const problems = (table: TableDescription): readonly Problem[] =>
      findTargetProblems(mapTable(table, mapping).mapped, targetTable, target.dialect);
    const known = targetTable === undefined ? undefined : followed.get(tableKey(mapping.source));
    return known?.some((table) => problems(table).length === 0) === true ? [] : problems(sourceTable);
  });
  // Without its rights, the user cannot look who owns the tables.
  const claim = writeProblems.length > 0 ? undefined : await findClaim(owner, targets, { store, target });
  return [
    ...writeProblems,
    ...(claim === undefined
      ? []
      : [{ subject: 'target tables', problem: claim.message, remedy: claim.policy.advice }]),
    ...compared,
  ];
};

const nothingToCheck = { isConnectReady: true, problems: [] } as const;

const checkServices = async (
  request: ValidationRequest,
  { source, kafka, connect }: ValidationPorts,
): Promise<{ readonly isConnectReady: boolean; readonly problems: readonly Problem[] }> => {
  const [kafkaProblems, connectProblems] = await Promise.all([
    reach('Kafka', () => kafka.checkHealth()),
    reach('Kafka Connect', () => connect.checkHealth()),
  ]);
  const topicProblems =
    kafkaProblems.length > 0 ? [] : await checkTopics(request, source.dialect.capture, kafka);
  return {
    isConnectReady: connectProblems.length === 0,
    problems: [...kafkaProblems, ...topicProblems, ...connectProblems],
  };
};

/** Topics of an earlier start, or made by someone else: what they must be like, since existing ones are left as they are. */
const checkTopics = async (
  { replication, topicRetentionHours }: ValidationRequest,
  capture: CaptureDialect,
  kafka: KafkaAdminPort,
): Promise<readonly Problem[]> => {
  const topics = captureTopics(replication, capture, topicRetentionHours).map(({ topic }) => topic);
  const [retention, partitions] = await Promise.all([
    kafka.topicRetentionHours(topics),
    kafka.topicOffsets(topics),
  ]);
  const short = [...retention]
    .filter(([, hours]) => hours < topicRetentionHours)
    .map(([topic, hours]) => ({
      subject: `topic ${topic}`,
      problem: `It keeps changes for ${hours} h; ${topicRetentionHours} h are configured, for the longest copy and outage.`,
      remedy: `kafka-configs --alter --topic ${topic} --add-config retention.ms=${topicRetentionHours * 3_600_000}`,
    }));
  const split = [...Map.groupBy(partitions, ({ topic }) => topic)]
    .filter(([, ofTopic]) => ofTopic.length > 1)
    .map(([topic, ofTopic]) => ({
      subject: `topic ${topic}`,
      problem: `It has ${ofTopic.length} partitions; with more than one the order of a table's changes is lost.`,
      remedy: `kafka-topics --delete --topic ${topic}; it is created again, and start with force_resync.`,
    }));
  return [...short, ...split];
};
