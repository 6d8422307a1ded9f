import type { FaultCondition, HealthRecord } from '../contracts/health-record.ts';
import type { Hop } from '../contracts/hop.ts';
import type { Replication } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import type { Fault } from '../health/fault.ts';
import { currentLog, lookStaleAfterMs } from '../health/find-source-faults.ts';

/** Everything that is looked at of a replication, in the order of a change's way. Each finds the conditions that name it below. */
const checks = {
  'life-cycle': { hop: 'source', title: 'It does what its user has asked for' },
  'source-reachable': { hop: 'source', title: 'The source answers, and lets itself be looked at' },
  'source-log': { hop: 'source', title: 'The log that the source keeps is far from its limit' },
  connector: { hop: 'capture', title: 'Kafka Connect runs the connector and its tasks' },
  capture: { hop: 'capture', title: "Capture comes on with the source's log" },
  consumer: { hop: 'consumer', title: 'A consumer runs and is heard of' },
  lag: { hop: 'kafka', title: 'It is known how much waits in Kafka' },
  target: { hop: 'target', title: 'The target keeps up' },
  tables: { hop: 'target', title: 'No table is held or left out' },
  'table-change': { hop: 'source', title: 'The last change of its tables was made' },
  'new-tables': { hop: 'source', title: 'No new table that belongs to it is left out' },
  'dead-letters': { hop: 'target', title: 'The target has refused no change' },
  'health-check': { hop: 'source', title: 'The health check of each minute looks at it' },
} as const satisfies Readonly<Record<string, { readonly hop: Hop; readonly title: string }>>;

export type CheckName = keyof typeof checks;
export const checkNames = Object.keys(checks) as readonly CheckName[];

const checkOf: Readonly<Record<FaultCondition, CheckName>> = {
  'replication-failed': 'life-cycle',
  'needs-resync': 'life-cycle',
  'deletion-blocked': 'life-cycle',
  'ending-stuck': 'life-cycle',
  'pause-running-out': 'life-cycle',
  'credentials-refused': 'source-reachable',
  'source-unreachable': 'source-reachable',
  'source-unreadable': 'source-reachable',
  'source-not-watched': 'source-reachable',
  'connect-silent': 'connector',
  'connector-missing': 'connector',
  'connector-failed': 'connector',
  'connector-paused': 'connector',
  'connector-not-running': 'connector',
  'capture-not-reading': 'capture',
  'capture-stalled': 'capture',
  'capture-behind': 'capture',
  'capture-unknown': 'capture',
  'source-log-limit': 'source-log',
  'consumer-retrying': 'consumer',
  'consumer-ended': 'consumer',
  'consumer-silent': 'consumer',
  'consumer-starting': 'consumer',
  'lag-unknown': 'lag',
  'target-behind': 'target',
  'dead-letters': 'dead-letters',
  'table-held': 'tables',
  'schema-change-waiting': 'tables',
  'table-skipped': 'tables',
  'table-change-failed': 'table-change',
  'new-tables': 'new-tables',
  'check-failed': 'health-check',
};

/** What a check looks for. */
const conditionsOf = (check: CheckName): readonly FaultCondition[] =>
  (Object.keys(checkOf) as FaultCondition[]).filter((condition) => checkOf[condition] === check);

/** `unknown` is never called ok: nobody has looked, or what was seen says nothing. */
export type CheckState = 'ok' | 'failing' | 'unknown';

export interface HealthCheck {
  readonly check: CheckName;
  readonly hop: Hop;
  readonly title: string;
  readonly state: CheckState;
  /** Why it is unknown, as a sentence. */
  readonly unknown: string | undefined;
  readonly faults: readonly Fault[];
  readonly looksFor: readonly FaultCondition[];
}

export interface CheckFacts {
  readonly replication: Replication;
  readonly faults: readonly Fault[];
  readonly sourceLog: SourceLog | undefined;
  readonly recorded: HealthRecord | undefined;
  readonly isConsumerHealthy: boolean;
  readonly hasCountedDeadLetters: boolean;
  readonly now: Date;
}

/** Every check with what it has found, or why it could not look. Pure. */
export const listChecks = (facts: CheckFacts): readonly HealthCheck[] =>
  checkNames.map((check): HealthCheck => {
    const faults = [...facts.faults, ...recordedOnly(facts)].filter(
      ({ condition }) => checkOf[condition] === check,
    );
    const unknown = faults.length > 0 ? undefined : whyUnknown(check, facts);
    return {
      check,
      ...checks[check],
      state: faults.length > 0 ? 'failing' : unknown === undefined ? 'ok' : 'unknown',
      unknown,
      faults,
      looksFor: conditionsOf(check),
    };
  });

/** That a check has failed is known of the record alone. */
const recordedOnly = ({ recorded }: CheckFacts): readonly Fault[] =>
  (recorded?.faults ?? [])
    .filter(({ condition }) => condition === 'check-failed')
    .map(({ condition, hop, since }) => ({
      ...{ condition, hop, since },
      message: 'The last health check of it has failed',
      isFailure: false,
    }));

const whyUnknown = (check: CheckName, facts: CheckFacts): string | undefined => {
  const { replication, faults, sourceLog, recorded, now } = facts;
  const { status } = replication;
  if (check === 'life-cycle') return undefined;
  if (status !== 'active' && status !== 'paused') return `Its status is ${status}: nothing is looked at.`;
  const failing = (name: CheckName): boolean => faults.some(({ condition }) => checkOf[condition] === name);
  const isPaused = status !== 'active';
  switch (check) {
    case 'source-reachable':
    case 'connector':
      return undefined;
    case 'source-log':
      if (failing('source-reachable')) return 'The source could not be looked at.';
      return sourceLog === undefined ||
        (sourceLog.limitBytes !== undefined && sourceLog.retainedBytes === undefined)
        ? 'It is not known yet what the source keeps.'
        : undefined;
    case 'capture':
      if (failing('source-reachable') || failing('connector'))
        return 'It cannot be told while the source or the connector is at fault.';
      return currentLog(replication, sourceLog) === undefined
        ? 'The log of the source was not looked at since the start.'
        : undefined;
    case 'consumer':
    case 'tables':
    case 'table-change':
      return isPaused ? 'It is paused: nothing is applied.' : undefined;
    case 'lag':
      if (isPaused) return 'It is paused: nothing is applied.';
      return facts.isConsumerHealthy ? undefined : 'Only a consumer that runs knows it.';
    case 'target':
      if (isPaused) return 'It is paused: nothing is applied.';
      return facts.isConsumerHealthy && !failing('lag')
        ? undefined
        : 'It cannot be told while the lag is not known.';
    case 'dead-letters':
      return facts.hasCountedDeadLetters ? undefined : 'No consumer has counted them yet.';
    case 'new-tables':
      if (isPaused) return 'It is paused: nothing is added.';
      // Without patterns no table of the source belongs to it but its own.
      if (replication.newTables === undefined) return undefined;
      return failing('source-reachable') || whyUnknown('health-check', facts) !== undefined
        ? 'The source was not looked at lately.'
        : undefined;
    case 'health-check':
      if (recorded === undefined) return 'It has not looked yet.';
      return now.getTime() - Date.parse(recorded.at) > lookStaleAfterMs
        ? 'It has not looked lately.'
        : undefined;
  }
};
