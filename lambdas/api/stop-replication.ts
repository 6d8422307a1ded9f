import type { ClientId, ReplicationId } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { engineOf } from '#core/databases/registry.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { requirePossible } from '#core/lifecycle/transitions.ts';
import { describeKeptLog, isAtSource } from '#core/status/objects-at-source.ts';
import type { ApiPorts } from './ports.ts';

const reason = 'The replication was stopped by a user.';

/** Writers of the same replication are few, so a handful of looks is enough. */
const intentRounds = 5;

/**
 * Stops a replication: first the intent, which every other actor checks before it writes, then, with nobody else acting,
 * the execution, the consumer and the connector, which keeps its slot. Stopping a stopped one does it all again, so a
 * stop that failed half-way is completed by repeating it. A configured one is returned unchanged.
 *
 * Throws `NotFound`, and what kept a part from stopping; the intent stays in force in any case.
 */
export const stopReplication = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store, clock } = ports;
  const before = await store.getReplication(clientId, replicationId);
  requirePossible(before, 'stop');
  if (before.status === 'configured') return before;
  const stopped = await recordIntent(before, ports);
  const log = ports.logFor(stopped.connectorName, replicationId);
  log.info('Stop was requested');

  await underLease(replicationId, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    // Someone started it again while this call waited for the lease: the later word counts.
    if (current.desired === 'running' || current.status === 'deleting') return;
    await stopParts(current, before.tableChange, ports);
  });
  if (before.desired === 'running' || before.status !== stopped.status)
    await store.addActivity(replicationId, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'stopped',
      message: ['Stopped by a user', ...(await describeSource(stopped, ports))]
        .map((sentence) => `${sentence}.`)
        .join(' '),
    });
  log.info('Stopped');
  return store.getReplication(clientId, replicationId);
};

const describeSource = async (
  replication: Replication,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<readonly string[]> => {
  if (!isAtSource(replication)) return [];
  const { kind } = await store.getDatabase(replication.clientId, replication.sourceDatabaseId);
  return describeKeptLog(engineOf(kind).source.capture.objectsAtSource(replication));
};

const recordIntent = async (first: Replication, { store }: ApiPorts): Promise<Replication> => {
  const { clientId, replicationId } = first;
  let seen = first;
  for (let round = 0; round < intentRounds; round += 1) {
    const stopped = await store.updateReplication(
      clientId,
      replicationId,
      {
        desired: 'stopped',
        // That changes were lost stays true, and a start must know it.
        status: seen.status === 'needs-resync' ? 'needs-resync' : 'stopped',
        // The next start carries out what it had still to do.
        tableChange: undefined,
      },
      { status: seen.status, desired: seen.desired, generation: seen.generation },
    );
    if (stopped !== undefined) return stopped;
    seen = await store.getReplication(clientId, replicationId);
    requirePossible(seen, 'stop');
  }
  throw new MillraceError('Conflict', `Replication ${replicationId} keeps being changed by someone else.`);
};

/** Each part is tried, whatever happens to the others; the first failure is thrown. */
const stopParts = async (
  { replicationId, connectorName, executionArn }: Replication,
  tableChange: Replication['tableChange'],
  { store, executions, tasks, connect }: ApiPorts,
): Promise<void> => {
  const outcomes = await Promise.allSettled([
    executionArn === undefined ? undefined : executions.stopExecution(executionArn, reason),
    tableChange?.executionArn === undefined
      ? undefined
      : executions.stopExecution(tableChange.executionArn, reason),
    store.revokeLaunch(replicationId).then(async (launch) => {
      if (launch?.taskArn !== undefined) await tasks.stopTask(launch.taskArn, reason);
    }),
    pauseConnector(connectorName, connect),
  ]);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
};

const pauseConnector = async (connectorName: string, connect: ApiPorts['connect']): Promise<void> => {
  // A start that failed before its second step has created none.
  if ((await connect.getStatus(connectorName)) !== undefined) await connect.pause(connectorName);
};
