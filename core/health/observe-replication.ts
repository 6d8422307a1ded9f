import { copiesThroughKafka, type Replication } from '../contracts/replication.ts';
import { executionName } from '../contracts/steps.ts';
import { rowsConnectorName } from '../naming/names.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { ConnectPort, ExecutionPort, TaskRunner } from '../ports/services.ts';
import type { ConsumerStore } from '../ports/state-store.ts';
import type { ConsumerObservation, Observation, Observed } from './observation.ts';

export interface ConsumerObservationPorts {
  readonly store: Pick<ConsumerStore, 'getLaunch' | 'getHeartbeat'>;
  readonly tasks: Pick<TaskRunner, 'describeTask'>;
  readonly log: Log;
}

export interface ObservationPorts extends ConsumerObservationPorts {
  readonly connect: Pick<ConnectPort, 'getStatus'>;
  readonly executions: Pick<ExecutionPort, 'getStatus'>;
}

/** Looks at everything that `decide` weighs. A service that does not answer gives `unknown`; the state store must answer. */
export const observeReplication = async (
  replication: Replication,
  ports: ObservationPorts,
): Promise<Observation> => {
  const [connector, rowsConnector, consumer, execution] = await Promise.all([
    look('the connector', ports.log, () => ports.connect.getStatus(replication.connectorName)),
    observeRowsConnector(replication, ports),
    observeConsumer(replication, ports),
    observeExecution(replication, ports),
  ]);
  return { connector, rowsConnector, consumer, execution };
};

export const observeConsumer = async (
  { replicationId }: Replication,
  { store, tasks, log }: ConsumerObservationPorts,
): Promise<ConsumerObservation> => {
  const [launch, heartbeat] = await Promise.all([
    store.getLaunch(replicationId),
    store.getHeartbeat(replicationId),
  ]);
  const taskArn = launch?.taskArn;
  const task =
    taskArn === undefined
      ? ({ kind: 'missing' } as const)
      : await look('the consumer task', log, () => tasks.describeTask(taskArn));
  return { launch, heartbeat, task };
};

/** There is one while a start, or a change of the tables, copies rows through Kafka. */
const observeRowsConnector = async (
  replication: Replication,
  { connect, log }: ObservationPorts,
): Promise<Observation['rowsConnector']> => {
  const { status, tableChange, connectorName } = replication;
  const mayCopy = status === 'starting' || (status === 'active' && tableChange?.state === 'running');
  if (!mayCopy || !copiesThroughKafka(replication)) return { kind: 'missing' };
  return look('the connector of the copy', log, () => connect.getStatus(rowsConnectorName(connectorName)));
};

const observeExecution = async (
  replication: Replication,
  { executions, log }: ObservationPorts,
): Promise<Observation['execution']> => {
  const { executionArn } = replication;
  if (replication.status !== 'starting') return { kind: 'unknown' };
  // Until the new start's execution is recorded, the ARN is that of the start before.
  if (executionArn === undefined || !executionArn.endsWith(`:${executionName(replication)}`)) {
    return { kind: 'missing' };
  }
  return look('the execution', log, () => executions.getStatus(executionArn));
};

const look = async <T>(what: string, log: Log, read: () => Promise<T | undefined>): Promise<Observed<T>> => {
  try {
    const value = await read();
    return value === undefined ? { kind: 'missing' } : { kind: 'seen', value };
  } catch (error) {
    log.warn(
      `Could not check ${what}; it is unknown until the next check: ${error instanceof Error ? error.message : String(error)}`,
      {
        error,
      },
    );
    return { kind: 'unknown' };
  }
};
