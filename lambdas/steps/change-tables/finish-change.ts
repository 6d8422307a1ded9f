import { stateAlert } from '#core/alerts/compose-alert.ts';
import type { ChangeTablesInput, TableChangeRun } from '#core/contracts/steps.ts';
import { errorPolicies } from '#core/errors/error-policies.ts';
import { wasChangeToldBefore } from '#core/lifecycle/change-again.ts';
import { requireCurrentChange } from '#core/lifecycle/change-tables.ts';
import { relaunchConsumer } from '#core/lifecycle/launch-consumer.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { AlertSink } from '#core/ports/services.ts';
import type { HealStore, ReplicationStore } from '#core/ports/state-store.ts';
import { readFailure } from '../fail-start/read-failure.ts';
import { type StartConsumerPorts, waitForFirstBeat } from '../start-consumer/start-consumer.ts';

/** The end of a change: the consumer applies the tables as they are now. Throws as the start of a consumer does. */
export const finishChange = async (
  change: TableChangeRun,
  ports: StartConsumerPorts & { readonly store: Pick<ReplicationStore, 'updateReplication'> },
): Promise<void> => {
  const { store, clock, log } = ports;
  const { run, version } = change;
  const replication = await requireCurrentChange(store, change);
  if (replication.status === 'active') {
    const launch = await relaunchConsumer(replication, ports);
    await waitForFirstBeat(run, launch, ports);
  }
  const done = await store.updateReplication(
    run.clientId,
    run.replicationId,
    { tableChange: undefined },
    { generation: run.generation, tablesVersion: version },
  );
  if (done === undefined) return;
  const message = `The replication has ${countOf(done.tables.length, 'table')} now (version ${version}).`;
  await store.addActivity(run, {
    at: clock.now().toISOString(),
    actor: 'change-tables',
    action: 'tables-changed',
    message,
  });
  log.info(message, { version });
};

/** The other tables stream on, so the replication stays as it is; the change says why it failed. */
export const failChange = async (
  { run, version, failure }: ChangeTablesInput & { readonly action: 'fail' },
  {
    store,
    alerts,
    clock,
    log,
  }: StartConsumerPorts & {
    readonly store: Pick<HealStore, 'listHealAttempts'>;
    readonly alerts: AlertSink;
  },
): Promise<void> => {
  const { code, message } = readFailure('Copy', failure);
  const { clientId, replicationId, generation } = run;
  const replication = await store.getReplication(clientId, replicationId);
  const { tableChange } = replication;
  if (code === 'Superseded' || tableChange?.version !== version) {
    log.info(`Ignoring the failure of change ${version}: a stop, a start or another change has replaced it`);
    return;
  }
  const text = `Changing the tables failed: ${message}`;
  const advice = `${errorPolicies[code].advice} Then start the replication again, which goes on with the change.`;
  await store.updateReplication(
    clientId,
    replicationId,
    {
      tableChange: {
        ...tableChange,
        state: 'failed',
        message: text,
        errorCode: code,
        failedAt: clock.now().toISOString(),
      },
    },
    { generation, tablesVersion: version },
  );
  log.error(`${text} ${advice}`, { error: code });
  if (await wasChangeToldBefore(code, replicationId, { store, clock }))
    log.info(
      'No alert: people were told of the first failure, and the incident is open until the change is done',
    );
  else await alerts.publish(stateAlert(replication, replication.status, { reason: text, advice }));
  await store.addActivity(run, {
    at: clock.now().toISOString(),
    actor: 'change-tables',
    action: 'table-change-failed',
    message: `${text} ${advice} The other tables are replicated as before.`,
  });
};
