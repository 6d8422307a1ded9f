import { captureTopics } from '../capture/capture-topics.ts';
import { isCapturableName } from '../capture/connector-template.ts';
import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { Database } from '../contracts/database.ts';
import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import { quoteIdentifier, quoteTable } from '../databases/postgresql/identifiers.ts';
import { MillraceError, type Problem, toMillraceError } from '../errors/millrace-error.ts';
import { countOf } from '../naming/count-of.ts';
import { topicName } from '../naming/names.ts';
import type {
  CaptureReadiness,
  SourceDatabase,
  TableDescription,
  TargetDatabase,
} from '../ports/databases.ts';
import type { ConnectPort, KafkaAdminPort } from '../ports/services.ts';
import { findTableProblems, findTargetProblems } from './validate-table.ts';

export interface ValidationRequest {
  readonly replication: Replication;
  readonly sourceDatabase: Database;
  readonly targetDatabase: Database;
  readonly topicRetentionHours: number;
}

export interface ValidationPorts {
  readonly source: SourceDatabase;
  readonly target: TargetDatabase;
  readonly kafka: KafkaAdminPort;
  readonly connect: ConnectPort;
}

/** Catalog reads at a time, per database; a hundred tables take about a second. */
const parallelReads = 4;

/** `pg_logical_emit_message` reaches pgoutput from PostgreSQL 14 on, and older servers are out of support. */
const minimumServerVersion = 14;

/**
 * Looks at everything a start needs and changes nothing. Returns every problem, none when all is ready. What cannot be
 * looked at because something else is in the way (a database that cannot be reached) is not reported beside it.
 */
export const collectProblems = async (
  request: ValidationRequest,
  ports: ValidationPorts,
): Promise<readonly Problem[]> => {
  const [source, target, services] = await Promise.all([
    checkSource(request, ports.source),
    reach('target database', () => ports.target.ping()),
    checkServices(request, ports),
  ]);
  const targetProblems = target.length > 0 ? target : await checkTarget(request, source.tables, ports.target);
  return [...source.problems, ...targetProblems, ...services];
};

/** Throws `ValidationFailed` that names every problem, with the list in `facts.problems`. */
export const validateReplication = async (
  request: ValidationRequest,
  ports: ValidationPorts,
): Promise<void> => {
  const problems = await collectProblems(request, ports);
  if (problems.length === 0) return;
  const lines = problems.map(({ subject, problem, remedy }) =>
    remedy === undefined ? `${subject}: ${problem}` : `${subject}: ${problem} Remedy: ${remedy}`,
  );
  throw new MillraceError(
    'ValidationFailed',
    `${countOf(problems.length, 'problem')} must be mended before replication ` +
      `${request.replication.name} can start.\n${lines.map((line) => `- ${line}`).join('\n')}`,
    { facts: { problems } },
  );
};

/** Runs a check; its failure becomes a problem, unless it is a defect of ours. */
const reach = async (subject: string, look: () => Promise<unknown>): Promise<readonly Problem[]> => {
  try {
    await look();
    return [];
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.policy.disposition === 'bug') throw error;
    return [{ subject, problem: error.message, remedy: error.policy.advice }];
  }
};

interface SourceFindings {
  readonly problems: readonly Problem[];
  /** The tables that exist, by their mapping. */
  readonly tables: ReadonlyMap<TableMapping, TableDescription>;
}

const checkSource = async (
  { replication, sourceDatabase }: ValidationRequest,
  source: SourceDatabase,
): Promise<SourceFindings> => {
  const tables = new Map<TableMapping, TableDescription>();
  const unreachable = await reach('source database', () => source.ping());
  if (unreachable.length > 0) return { problems: unreachable, tables };

  const refs = replication.tables.map((mapping) => mapping.source);
  const [readiness, grants] = await Promise.all([
    source.captureReadiness(replication.slotName),
    source.missingTableGrants(refs),
    forEachBounded(replication.tables, parallelReads, async (mapping) => {
      const table = await source.describeTable(mapping.source);
      if (table !== undefined) tables.set(mapping, table);
    }),
  ]);
  const user = quoteIdentifier(sourceDatabase.username);
  return {
    tables,
    problems: [
      ...findServerProblems(readiness, sourceDatabase),
      ...replication.tables.flatMap((mapping) => {
        const table = tables.get(mapping);
        return table === undefined ? [missingTable(mapping.source)] : findTableProblems(table);
      }),
      ...grants.map(({ ref, problem }) => ({
        subject: `source table ${tableLabel(ref)}`,
        problem: `${problem}.`,
        ...grantRemedy(ref, problem, user),
      })),
      ...findNameProblems(replication, refs),
    ],
  };
};

const missingTable = (ref: TableRef): Problem => ({
  subject: `source table ${tableLabel(ref)}`,
  problem: 'There is no such table.',
  remedy: 'Check the spelling; names are case-sensitive. GET /databases/{id}/tables lists what there is.',
});

/** What keeps a source server from being captured. */
export const findServerProblems = (readiness: CaptureReadiness, database: Database): readonly Problem[] => {
  const problems: Problem[] = [];
  const add = (problem: string, remedy: string): void => {
    problems.push({ subject: 'source server', problem, remedy });
  };
  const user = quoteIdentifier(database.username);

  const majorVersion = Number.parseInt(readiness.serverVersion, 10);
  if (majorVersion < minimumServerVersion) {
    add(
      `It is PostgreSQL ${readiness.serverVersion}; ${minimumServerVersion} or newer is needed.`,
      'Upgrade the server.',
    );
  }
  if (readiness.walLevel !== 'logical') {
    add(
      `wal_level is ${readiness.walLevel}, not logical.`,
      "ALTER SYSTEM SET wal_level = 'logical'; then restart the server " +
        '(Amazon RDS and Aurora: set rds.logical_replication = 1 in the parameter group and reboot).',
    );
  }
  if (readiness.slot === undefined && readiness.usedSlots >= readiness.maxSlots) {
    add(
      `All ${readiness.maxSlots} replication slots are in use.`,
      `ALTER SYSTEM SET max_replication_slots = ${readiness.maxSlots + 5}; then restart the server. ` +
        'Or drop a slot that nobody needs: SELECT slot_name FROM pg_replication_slots WHERE NOT active;',
    );
  }
  // A slot that is active has its sender already.
  if (readiness.slot?.active !== true && readiness.usedSenders >= readiness.maxSenders) {
    add(
      `All ${readiness.maxSenders} WAL senders are in use.`,
      `ALTER SYSTEM SET max_wal_senders = ${readiness.maxSenders + 5}; then restart the server.`,
    );
  }
  if (!readiness.canReplicate) {
    add(
      `User ${database.username} may not replicate.`,
      `ALTER ROLE ${user} REPLICATION; (Amazon RDS and Aurora: GRANT rds_replication TO ${user};)`,
    );
  }
  if (!readiness.canCreatePublication) {
    add(
      `User ${database.username} may not create publications.`,
      `GRANT CREATE ON DATABASE ${quoteIdentifier(database.databaseName)} TO ${user};`,
    );
  }
  return problems;
};

const grantRemedy = (ref: TableRef, problem: string, user: string): Pick<Problem, 'remedy'> => {
  if (problem.startsWith('USAGE')) {
    return { remedy: `GRANT USAGE ON SCHEMA ${quoteIdentifier(ref.schema)} TO ${user};` };
  }
  if (problem.startsWith('SELECT')) return { remedy: `GRANT SELECT ON TABLE ${quoteTable(ref)} TO ${user};` };
  return {};
};

/** Names that capture cannot carry, or that would end up in one topic. */
const findNameProblems = (replication: Replication, refs: readonly TableRef[]): readonly Problem[] => {
  const uncapturable = refs
    .filter((ref) => !isCapturableName(ref))
    .map((ref) => ({
      subject: `source table ${tableLabel(ref)}`,
      problem:
        'Debezium cannot capture a table whose schema or name begins or ends with a double quote, or has two ' +
        'single quotes or two backticks in a row.',
      remedy: `ALTER TABLE ${quoteTable(ref)} RENAME TO ...; or leave it out.`,
    }));
  const byTopic = Map.groupBy(refs, (ref) => topicName(replication.topicPrefix, ref));
  const colliding = [...byTopic]
    .filter(([, sharers]) => sharers.length > 1)
    .map(([topic, sharers]) => ({
      subject: `source tables ${sharers.map(tableLabel).join(', ')}`,
      problem: `Their changes would share the topic ${topic}, since Kafka allows only ASCII letters, digits, ., _ and -.`,
      remedy: 'Put them into different replications, or rename one of them.',
    }));
  const tooLong = [...byTopic.keys()]
    .filter((topic) => topic.length > maxTopicLength)
    .map((topic) => ({
      subject: `topic ${topic}`,
      problem: `Its name is longer than Kafka's ${maxTopicLength} characters.`,
    }));
  return [...uncapturable, ...colliding, ...tooLong];
};

/** Kafka's limit (org.apache.kafka.common.internals.Topic). */
const maxTopicLength = 249;

const checkTarget = async (
  { replication, targetDatabase }: ValidationRequest,
  sourceTables: ReadonlyMap<TableMapping, TableDescription>,
  target: TargetDatabase,
): Promise<readonly Problem[]> => {
  const targets = replication.tables.map((mapping) => mapping.target);
  const schemas = [...new Set(targets.map(({ schema }) => schema))];
  const user = quoteIdentifier(targetDatabase.username);
  const [missing, tables] = await Promise.all([
    target.missingTargetGrants(schemas, targets),
    forEachBounded(replication.tables, parallelReads, async (mapping) => {
      const sourceTable = sourceTables.get(mapping);
      const targetTable = await target.describeTable(mapping.target);
      // A missing target table is created with the copy.
      return sourceTable === undefined || targetTable === undefined
        ? []
        : findTargetProblems(sourceTable, targetTable);
    }),
  ]);
  return [...missing.map((privilege) => describeMissingGrant(privilege, user)), ...tables.flat()];
};

/** A privilege as `GRANT` spells it, `CREATE on schema "public"`, at times with what it is for; or a plain sentence. */
export const describeMissingGrant = (privilege: string, user: string): Problem => {
  const grant = /^(?:[A-Z]+) on (?:database|schema|table) [^,]+/.exec(privilege)?.[0];
  return grant === undefined
    ? { subject: 'target database', problem: `It cannot be written to: ${privilege}.` }
    : {
        subject: 'target database',
        problem: `A privilege is missing: ${privilege}.`,
        remedy: `GRANT ${grant} TO ${user};`,
      };
};

const checkServices = async (
  request: ValidationRequest,
  { kafka, connect }: ValidationPorts,
): Promise<readonly Problem[]> => {
  const [kafkaProblems, connectProblems] = await Promise.all([
    reach('Kafka', () => kafka.checkHealth()),
    reach('Kafka Connect', () => connect.checkHealth()),
  ]);
  const topicProblems = kafkaProblems.length > 0 ? [] : await checkTopics(request, kafka);
  return [...kafkaProblems, ...topicProblems, ...connectProblems];
};

/** Topics of an earlier start, or made by somebody else: what they must be like, since existing ones are left as they are. */
const checkTopics = async (
  { replication, topicRetentionHours }: ValidationRequest,
  kafka: KafkaAdminPort,
): Promise<readonly Problem[]> => {
  const topics = captureTopics(replication, topicRetentionHours).map(({ topic }) => topic);
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
      remedy: `kafka-topics --delete --topic ${topic}; it is created anew, and start with force_resync.`,
    }));
  return [...short, ...split];
};
