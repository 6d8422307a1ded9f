import type { FaultCondition } from '../contracts/health-record.ts';
import type { Hop } from '../contracts/hop.ts';
import type { IncidentCondition } from '../contracts/incident.ts';

/** One thing that keeps a replication from being healthy. */
export interface Fault {
  readonly condition: FaultCondition;
  /** Where it is. */
  readonly hop: Hop;
  /** What is the matter, as one sentence without a full stop. */
  readonly message: string;
  /** Absent where what was seen does not tell it; the health check then remembers when it saw it first. */
  readonly since?: string | undefined;
  /** Whether nothing is replicated until a person acts, or else changes may be late. */
  readonly isFailure: boolean;
  /** What was measured, by names for people. */
  readonly figures?: Readonly<Record<string, string | number>>;
  /** How far a condition has come that gets worse by steps, in percent. */
  readonly level?: number;
  /** What Millrace does about it where that is more than `remedies` knows. */
  readonly doing?: string;
  /** What an operator can do where that is more than `remedies` knows. */
  readonly advice?: string;
  /** When Millrace tries again by itself what has failed, to the next health check. Until then it waits for nobody. */
  readonly triesAgainAt?: string;
}

export interface Remedy {
  /** What Millrace does about it by itself. */
  readonly doing: string;
  /** What an operator can do. */
  readonly advice: string;
  /** A call of the API that may end it. `{id}` is the replication, `{database_id}` its source, and others are figures of the fault. */
  readonly call?: string;
}

const connectorRemedy = {
  doing:
    'The health check of each minute restarts what failed, creates it again where it is gone, and gives up after five times. It does not give up while the source is away.',
  advice: 'Read the message of the connector and the log of Kafka Connect, and fix the cause.',
} as const;

const consumerRemedy = {
  doing: 'The health checks replace a consumer that has ended or is not heard of for two minutes.',
  advice: "Look at the log of the consumer's task if this lasts.",
} as const;

/** What is done and can be done about each condition. */
export const remedies: Readonly<Record<FaultCondition, Remedy>> = {
  'replication-failed': {
    doing: 'Nothing is applied. The connector is left as it is, so what it captures is not lost.',
    advice: 'Fix the cause that the message names, then start the replication again.',
    call: 'POST /replications/{id}/start',
  },
  'needs-resync': {
    doing: 'Nothing is applied, because changes are missing. The target is left as it is.',
    advice: 'Start the replication with force_resync: it copies everything again.',
    call: 'POST /replications/{id}/start {"force_resync": true}',
  },
  'deletion-blocked': {
    doing: 'The deletion waits.',
    advice: 'Do what the deletion says of each part that remains, then delete again.',
    call: 'GET /replications/{id}/deletion',
  },
  'ending-stuck': {
    doing: 'The health check of each minute tries again.',
    advice: "Look at the consumer's task in ECS and at Kafka Connect.",
  },
  'pause-running-out': {
    doing: 'Capture goes on, and changes wait in Kafka for as long as it keeps them.',
    advice: 'Resume the replication.',
    call: 'POST /replications/{id}/resume',
  },
  'credentials-refused': {
    doing: 'Millrace reads the secret again at each attempt.',
    advice: 'Correct the user name or the password of the source database.',
    call: 'PATCH /databases/{database_id} {"password": ...}',
  },
  'source-unreachable': {
    doing: 'Capture connects again by itself, for as long as it takes, and goes on where it stopped.',
    advice: 'Check that the source is up, its address, the network path to it and its free connections.',
  },
  'source-unreadable': {
    doing: 'The health check looks again each minute.',
    advice: 'Fix what the message names.',
  },
  'source-not-watched': {
    doing: 'Nothing: the scheduled health check is what looks.',
    advice: 'Check that the schedule and the Lambda monitor-health run, and read its log.',
  },
  'connect-silent': {
    doing: 'Nothing is concluded from silence; the next check asks again.',
    advice: 'Check the Kafka Connect service and its tasks.',
    call: 'GET /connect',
  },
  'connector-missing': connectorRemedy,
  'connector-failed': connectorRemedy,
  'connector-paused': {
    doing: 'The health check of each minute resumes it.',
    advice:
      'Nothing, unless it is paused again: then find out who does it. To pause a replication: POST /replications/{id}/pause.',
  },
  'connector-not-running': {
    doing: 'Kafka Connect assigns the connector to a worker by itself.',
    advice: 'Check the workers of Kafka Connect if this lasts for more than two minutes.',
  },
  'capture-not-reading': {
    doing: 'The connector connects again by itself, for as long as it takes.',
    advice:
      'Read the log of Kafka Connect: the source may refuse its password, its address or another connection. Starting the ' +
      'replication again restarts the connector.',
    call: 'POST /replications/{id}/stop, then POST /replications/{id}/start',
  },
  'capture-stalled': {
    doing: 'Nothing is lost: the source keeps its log and capture goes on where it stands.',
    advice:
      "Look at the source for a session of the capture that waits or is stopped, and at Kafka Connect's log. Starting the " +
      'replication again restarts the connector.',
    call: 'POST /replications/{id}/stop, then POST /replications/{id}/start',
  },
  'capture-behind': {
    doing: 'Capture reads on and catches up when the source writes less than it reads.',
    advice:
      'Look for a large transaction at the source. If this lasts, give Kafka Connect more processor time.',
  },
  'capture-unknown': {
    doing: 'The health check looks again each minute.',
    advice:
      'Check the connector: the source does not tell how far it has come. A restart makes it say so, and copies nothing again.',
    call: 'POST /replications/{id}/restart',
  },
  'source-log-limit': {
    doing: 'Capture reads on. Once the source removes log that was not read, the replication needs a resync.',
    advice: 'Raise the limit of the source, or find out what holds capture up.',
  },
  'consumer-retrying': {
    doing:
      'The consumer tries again from its checkpoint for as long as it takes, at least once a minute, and then catches up.',
    advice: 'Check the database or service that the message names.',
  },
  'consumer-ended': consumerRemedy,
  'consumer-silent': consumerRemedy,
  'consumer-starting': {
    doing: 'The consumer is starting; one that is not heard of for two minutes is replaced.',
    advice: 'Wait for a minute.',
  },
  'lag-unknown': {
    doing: 'The consumer asks Kafka again every 5 seconds.',
    advice: 'Check the brokers of Kafka and the network path to them.',
  },
  'target-behind': {
    doing: 'The consumer applies what is waiting, as fast as the target takes it.',
    advice:
      'Nothing, if the lag falls. If it grows, look at the load, the locks and the indexes of the target, and give the ' +
      'consumer more processor time.',
  },
  'dead-letters': {
    doing:
      'The other rows go on. A later change that has the whole row makes it right, and takes its dead letters away.',
    advice:
      'Look at the causes, fix them at the target, and replay: each row is then read again from the source. Or discard them with a reason.',
    call: 'GET /replications/{id}/dead-letters/causes, then POST /replications/{id}/dead-letters/replay',
  },
  'table-held': {
    doing: 'The table waits exactly before the change; the other tables go on.',
    advice: 'Do what its message says, then copy the table again.',
    call: 'POST /replications/{id}/tables/{table}/resync',
  },
  'schema-change-waiting': {
    doing: 'The table waits exactly before the change; the other tables go on.',
    advice: 'Look at the change and what is planned at the target, try it, and approve or reject it.',
    call: 'GET /replications/{id}/schema-changes/{change}, then POST /replications/{id}/schema-changes/{change}/approve',
  },
  'table-skipped': {
    doing: 'The table is left out; the other tables go on.',
    advice: 'Do what its message says, then start again with force_resync.',
    call: 'POST /replications/{id}/start {"force_resync": true}',
  },
  'table-change-failed': {
    doing: 'The tables stay as they are.',
    advice: 'Fix what the message names, then make the change again.',
  },
  'new-tables': {
    doing:
      'Nothing of these tables is copied; the tables of the replication go on. The health check of each minute looks again.',
    advice:
      'Add them, or leave them out for good by a pattern under exclude. Where the message names what is in the way, fix that.',
    call: 'POST /replications/{id}/tables, or PATCH /replications/{id} {"new_tables": ...}',
  },
  'check-failed': {
    doing: 'The health check of each minute tries again. Capture and the consumer go on without it.',
    advice: 'Read the log of the Lambda monitor-health: a fault of Millrace itself is the most likely cause.',
  },
};

/** Relative to the repository. */
export const runbookSectionOf = (condition: IncidentCondition): string =>
  `docs/runbook/health.md#${condition}`;
