import type { Heartbeat } from '../contracts/consumer.ts';
import type { HealthRecord, OverallHealth } from '../contracts/health-record.ts';
import type { Hop } from '../contracts/hop.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import { errorPolicies, toErrorCode } from '../errors/error-policies.ts';
import type { Fault } from '../health/fault.ts';
import {
  currentLog,
  findCaptureFaults,
  findLogLimitFault,
  findSourceFaults,
  lagToleranceMs,
  withoutStop,
} from '../health/find-source-faults.ts';
import { hopOfCode } from '../health/hop-of-error.ts';
import { nextChangeAt } from '../lifecycle/change-again.ts';
import { startDueAt, startsAgainByItself } from '../lifecycle/start-again.ts';
import { durationOf } from '../naming/amount-of.ts';
import { countOf } from '../naming/count-of.ts';
import type { HealAttempt } from '../ports/state-store.ts';
import type { TableCopyStatus } from './copy-progress.ts';
import type { Lag } from './describe-lag.ts';
import { describePause, describeStuckEnding, isPauseRunningOut, type PauseWindow } from './describe-pause.ts';
import type { ConnectorHealth, ConsumerHealth } from './part-health.ts';

export interface FaultFacts {
  readonly replication: Replication;
  readonly connector: ConnectorHealth;
  readonly consumer: ConsumerHealth;
  readonly heartbeat: Heartbeat | undefined;
  readonly lag: Lag;
  readonly tables: readonly TableCopyStatus[];
  readonly sourceLog: SourceLog | undefined;
  readonly recorded: HealthRecord | undefined;
  readonly pause: PauseWindow | undefined;
  readonly attempts: readonly HealAttempt[];
  readonly now: Date;
}

export interface Verdict {
  readonly overall: OverallHealth;
  /** The most likely cause first; empty when it is healthy, starting or stopped. */
  readonly faults: readonly Fault[];
  /** What is said besides: why nothing is replicated as the user has asked for. Empty when it is healthy. */
  readonly notes: readonly string[];
}

/** Whether a replication is healthy, and if not what keeps it from it, where, and since when. Pure. */
export const judge = (facts: FaultFacts): Verdict => {
  const { replication } = facts;
  switch (replication.status) {
    case 'configured':
      return quiet('stopped', 'The replication has not been started yet');
    case 'stopped':
      return quiet('stopped', 'The replication was stopped by a user');
    case 'stopping':
    case 'pausing':
      return judgeEnding(facts);
    case 'paused':
      return judgePaused(facts);
    case 'starting':
      return quiet('starting', 'The replication is starting');
    case 'deleting':
      return replication.lastErrorMessage === undefined
        ? quiet('stopped', 'The replication is being deleted')
        : { overall: 'failed', faults: [endedFault(facts, 'deletion-blocked')], notes: [] };
    case 'error':
      return { overall: 'failed', faults: [endedFault(facts, 'replication-failed')], notes: [] };
    case 'needs-resync':
      return { overall: 'failed', faults: [endedFault(facts, 'needs-resync')], notes: [] };
    case 'active': {
      const faults = remember(findFaults(facts), facts);
      const bothDown = !(facts.connector.healthy || facts.consumer.healthy);
      const isFailed = bothDown || faults.some(({ isFailure }) => isFailure);
      return {
        overall: faults.length === 0 ? 'healthy' : isFailed ? 'failed' : 'degraded',
        faults,
        notes: [],
      };
    }
  }
};

const judgeEnding = ({ replication, now }: FaultFacts): Verdict => {
  const { status, statusSince } = replication;
  const stuck = describeStuckEnding(replication, now);
  if (stuck === undefined) {
    return status === 'pausing'
      ? quiet('paused', 'The consumer commits what it has in hand and ends')
      : quiet('stopped', 'The consumer commits what it has in hand and ends, and the connector is paused');
  }
  return {
    overall: 'degraded',
    faults: [
      { condition: 'ending-stuck', hop: 'consumer', message: stuck, since: statusSince, isFailure: false },
    ],
    notes: [],
  };
};

/** Capture goes on during a pause, and is watched as ever. */
const judgePaused = (facts: FaultFacts): Verdict => {
  const { pause, now } = facts;
  const runsOut = pause !== undefined && isPauseRunningOut(pause, now);
  const faults = remember(
    [
      ...findUpstreamFaults(facts),
      ...findLogLimitFault(facts.sourceLog),
      ...deadLetterFaults(facts),
      ...(runsOut
        ? [
            {
              condition: 'pause-running-out',
              hop: 'kafka',
              message: 'The pause is near the end of what Kafka keeps: resume the replication',
              isFailure: false,
            } as const,
          ]
        : []),
    ],
    facts,
  );
  const isFailed = faults.some(({ isFailure }) => isFailure);
  return {
    overall: faults.length === 0 ? 'paused' : isFailed ? 'failed' : 'degraded',
    faults,
    notes: pause === undefined ? ['The replication was paused by a user'] : describePause(pause),
  };
};

const quiet = (overall: OverallHealth, note: string): Verdict => ({ overall, faults: [], notes: [note] });

const endedFault = (
  { replication, heartbeat, attempts }: FaultFacts,
  condition: 'replication-failed' | 'needs-resync' | 'deletion-blocked',
): Fault => {
  const { status, statusSince, lastErrorCode, lastErrorMessage } = replication;
  const code = toErrorCode(lastErrorCode);
  // The consumer knows which of the databases it was.
  const isConsumers = heartbeat?.state === 'ERROR' && heartbeat.errorCode === lastErrorCode;
  const hop: Hop = (isConsumers ? heartbeat.errorHop : undefined) ?? hopOfCode(code);
  return {
    condition,
    hop,
    message: lastErrorMessage ?? `The replication is in status ${status}`,
    since: statusSince,
    isFailure: true,
    figures: { error_code: lastErrorCode ?? 'unknown' },
    ...(lastErrorCode !== undefined && { advice: errorPolicies[code].advice }),
    ...(startsAgainByItself(replication) && {
      doing:
        'Nothing is applied, and what is captured is not lost. It is started again by itself, after 1, 2, 4, 8, and then every 15 minutes.',
      triesAgainAt: startDueAt(replication, attempts).toISOString(),
    }),
  };
};

/** Where what was seen does not tell since when it is so, the health check may have seen it before. */
const remember = (faults: readonly Fault[], { recorded, now }: FaultFacts): readonly Fault[] =>
  faults.map((fault) => ({
    ...fault,
    since:
      fault.since ??
      recorded?.faults.find(({ condition, hop }) => condition === fault.condition && hop === fault.hop)
        ?.since ??
      now.toISOString(),
  }));

/** Of an active replication, in the order in which one is the cause of the other. */
const findFaults = (facts: FaultFacts): readonly Fault[] => {
  const onTheWay = [...findUpstreamFaults(facts), ...consumerFaults(facts)];
  return [
    ...(onTheWay.length > 0 ? onTheWay : unsureFaults(facts)),
    ...findLogLimitFault(facts.sourceLog),
    ...tableFaults(facts),
    ...newTableFaults(facts),
    ...deadLetterFaults(facts),
  ];
};

/**
 * A status may rest on what was seen so long ago: a heartbeat of an idle consumer comes every 30 s, the look before it was up to 60 s
 * earlier, and what capture had then is known up to 30 s before. The rest is for what is late.
 */
export const sureAfterMs = 180_000;

/**
 * Each part by itself may be well, and what it told too old to say so of the whole: what was captured late after the last heartbeat is not
 * in its lag. Sure is what a look had seen captured before the consumer read the ends of its topics.
 */
const unsureFaults = ({
  replication: { statusSince },
  sourceLog,
  lag,
  now,
}: FaultFacts): readonly Fault[] => {
  if (!lag.isKnown) return [];
  const readAt = lag.asOf.toISOString();
  const looks = sourceLog?.looks;
  const look = looks?.findLast(({ at }) => at <= readAt && at >= statusSince);
  const appliedAsOfMs = lag.asOf.getTime() - lag.ms;
  const capturedAsOfMs = looks === undefined ? appliedAsOfMs : Date.parse(look?.capturedAsOf ?? statusSince);
  const asOfMs = Math.min(capturedAsOfMs, appliedAsOfMs);
  const ageMs = now.getTime() - asOfMs;
  if (ageMs < sureAfterMs) return [];
  return [
    {
      condition: 'target-behind',
      hop: 'consumer',
      message: `The target may be ${durationOf(ageMs)} behind the source: of nothing later was seen that it has it`,
      since: new Date(asOfMs).toISOString(),
      isFailure: false,
      figures: { lag_events: lag.events, unsure_ms: ageMs },
    },
  ];
};

/** Named in the message; the status of each table has its own number. */
const maxNamedTables = 3;

/** As the consumer has counted them last; they stay when it ends. */
const deadLetterFaults = ({ heartbeat }: FaultFacts): readonly Fault[] => {
  const tables = heartbeat?.deadLetters ?? [];
  if (tables.length === 0) return [];
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const named = tables.slice(0, maxNamedTables).map(({ source }) => tableLabel(source));
  const others = tables.length - named.length;
  return [
    {
      condition: 'dead-letters',
      hop: 'target',
      message:
        `${countOf(rows, 'row')} of ${named.join(', ')}${others > 0 ? ` and ${countOf(others, 'other table')}` : ''} ` +
        `${rows === 1 ? 'is' : 'are'} known to differ from the source: the target has refused changes of ${rows === 1 ? 'it' : 'them'}`,
      isFailure: false,
      figures: { rows, tables: tables.length },
    },
  ];
};

/** From the source into Kafka. */
const findUpstreamFaults = (facts: FaultFacts): readonly Fault[] => {
  const { replication, sourceLog, now } = facts;
  const causes = [...findSourceFaults(replication, sourceLog, now), ...connectorFaults(facts)];
  // A capture whose source or connector is at fault stands still because of that.
  return causes.length > 0 ? causes : findCaptureFaults(currentLog(replication, sourceLog), now);
};

const connectorFaults = ({ connector }: FaultFacts): readonly Fault[] => {
  if (connector.healthy) return [];
  const fault = { hop: 'capture', message: connector.message, isFailure: false } as const;
  switch (connector.state) {
    case 'UNKNOWN':
      return [{ ...fault, condition: 'connect-silent' }];
    case 'NOT_CREATED':
      return [{ ...fault, condition: 'connector-missing' }];
    case 'PAUSED':
    case 'STOPPED':
      return [{ ...fault, condition: 'connector-paused' }];
    default: {
      const hasFailed =
        connector.state === 'FAILED' || connector.tasks.some(({ state }) => state === 'FAILED');
      return [
        hasFailed
          ? { ...fault, condition: 'connector-failed', isFailure: true }
          : { ...fault, condition: 'connector-not-running' },
      ];
    }
  }
};

const consumerFaults = ({ consumer, heartbeat, lag, now }: FaultFacts): readonly Fault[] => {
  const { state, message } = consumer;
  const fault = { hop: 'consumer', message, isFailure: false } as const;
  if (consumer.healthy) return lagFaults(lag, now);
  switch (state) {
    case 'RETRYING':
      if (!consumer.heartbeatRecent) break;
      return [
        {
          ...fault,
          condition: 'consumer-retrying',
          hop: heartbeat?.errorHop ?? 'consumer',
          since: heartbeat?.errorSince,
          figures: { error_code: heartbeat?.errorCode ?? 'unknown' },
        },
      ];
    case 'ERROR':
      return [{ ...fault, condition: 'consumer-ended', isFailure: true }];
    case 'STOPPED':
    case 'NOT_RUNNING':
      return [{ ...fault, condition: 'consumer-ended' }];
    case 'STARTING':
      return [{ ...fault, condition: 'consumer-starting' }];
    case 'RUNNING':
      break;
  }
  return [{ ...fault, condition: 'consumer-silent', since: consumer.lastHeartbeat }];
};

const lagFaults = (lag: Lag, now: Date): readonly Fault[] => {
  if (!lag.isKnown) {
    return [{ condition: 'lag-unknown', hop: 'kafka', message: lag.message, isFailure: false }];
  }
  if (lag.ms < lagToleranceMs) return [];
  const behind = `${countOf(lag.events, 'change')} wait to be applied, the oldest for ${durationOf(lag.ms)}`;
  return [
    {
      condition: 'target-behind',
      hop: 'target',
      message: `The target does not keep up: ${behind}`,
      since: new Date(now.getTime() - lag.ms).toISOString(),
      isFailure: false,
      figures: { lag_events: lag.events, lag_ms: lag.ms },
    },
  ];
};

/** The first of them are named. */
const namedTables = 3;

/** Tables of the source that match the replication's patterns for new ones and are not replicated. */
const newTableFaults = ({ replication: { foundTables = [] } }: FaultFacts): readonly Fault[] => {
  const [first] = foundTables;
  if (first === undefined) return [];
  const named = foundTables
    .slice(0, namedTables)
    .map(({ source, message }) =>
      message === undefined ? tableLabel(source) : `${tableLabel(source)} (${withoutStop(message)})`,
    );
  const more = foundTables.length - named.length;
  return [
    {
      condition: 'new-tables',
      hop: 'source',
      message:
        `${countOf(foundTables.length, 'new table')} at the source ${foundTables.length === 1 ? 'is' : 'are'} not replicated: ` +
        `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
      since: foundTables.map(({ since }) => since).toSorted()[0],
      isFailure: false,
      figures: { table: tableLabel(first.source) },
    },
  ];
};

const tableFaults = ({ tables, replication, attempts }: FaultFacts): readonly Fault[] => {
  const skipped = tables.filter(({ state }) => state === 'skipped');
  const held = tables.filter(({ state }) => state === 'held');
  const nothingFlows = held.length > 0 && held.length + skipped.length === tables.length;
  const { tableChange } = replication;
  const changesAgainAt = nextChangeAt(replication, attempts);
  return [
    ...skipped.map(
      ({ source, message }): Fault => ({
        condition: 'table-skipped',
        hop: 'target',
        message: message ?? `Table ${tableLabel(source)} is skipped`,
        isFailure: false,
        figures: { table: tableLabel(source) },
      }),
    ),
    ...held.map(
      ({ source, message, heldSince, waitingChange }): Fault => ({
        condition: waitingChange === undefined ? 'table-held' : 'schema-change-waiting',
        hop: 'consumer',
        message: `Table ${tableLabel(source)} is held: ${message}`,
        since: heldSince,
        isFailure: nothingFlows,
        figures: {
          table: tableLabel(source),
          ...(waitingChange !== undefined && { change: waitingChange }),
        },
      }),
    ),
    ...(tableChange?.state === 'failed'
      ? [
          {
            condition: 'table-change-failed',
            hop: 'source',
            message: withoutStop(tableChange.message ?? 'A change of the tables has failed'),
            since: tableChange.startedAt,
            isFailure: false,
            ...(changesAgainAt !== undefined && {
              doing:
                'The tables stay as they are. It is tried again by itself, after 1, 2, 4, 8, and then every 15 minutes.',
              advice: 'Nothing, while it is tried again. Fix what the message names if it does not pass.',
              triesAgainAt: changesAgainAt.toISOString(),
            }),
          } as const,
        ]
      : []),
  ];
};
