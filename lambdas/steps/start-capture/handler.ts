import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import type { BeginAgain } from '#core/capture/ensure-capture.ts';
import { type PrepareTablesPorts, prepareFreshTables } from '#core/capture/prepare-tables.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Database } from '#core/contracts/database.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import { type CaptureOutput, captureOutputSchema, type Run, runSchema } from '#core/contracts/steps.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { withoutUncapturedTables } from '#core/lifecycle/hold-uncaptured-tables.ts';
import { leaveTables } from '#core/lifecycle/leave-tables.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { rememberForFirstCopy, rememberTables } from '#core/lifecycle/remember-tables.ts';
import {
  freshTables,
  generationOfCopy,
  heldTables,
  leftOutOfCapture,
  unfitTables,
} from '#core/lifecycle/table-progress.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import type { CopyStore, ShapeStore } from '#core/ports/state-store.ts';
import { connectService, databaseService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { beginAgainOnce, type StartCapturePorts, startCapture } from './start-capture.ts';

const databases = databaseService();
const connect = connectService();
const kafkaService = kafkaServices('millrace-start-capture');
const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const topic = createAlertSink({ topicArn });

/** Streaming takes a few seconds; the rest of the Lambda's 180 s. The state machine repeats the step when it is too short. */
const freshTimeoutMs = 30_000;

export const handler = createStepHandler({
  service: 'start-capture',
  inputSchema: runSchema,
  outputSchema: captureOutputSchema,
  runOf: (run) => run,
  perform: ({ run, replication, store, log }) =>
    withOpened(async (keep) => {
      const sourceDatabase = await store.getDatabase(run.clientId, replication.sourceDatabaseId);
      const source = keep(await databases.openSource(sourceDatabase));
      const kafka = keep(kafkaService.openAdmin(log));
      const alerts = unlessKeptBack(topic, { store, clock: systemClock, log });
      const ports = { store, source, kafka, connect, alerts, clock: systemClock, log };
      const { output, fresh } = await withoutUncapturedTables(run, replication, ports, () =>
        beginCapture(run, replication, sourceDatabase, ports),
      );
      if (!output.isReady) return output;
      const { leaving = [] } = replication;
      if (fresh.length === 0 && leaving.length === 0) return output;
      const targetDatabase = await store.getDatabase(run.clientId, replication.targetDatabaseId);
      const owner = await ownerOf(store, replication);
      await rememberTables(
        run.replicationId,
        fresh.map((table) => table.source),
        replication.copyGeneration,
        { store, source },
      );
      await prepareFreshTables(replication, fresh, {
        source: replication.copyGeneration === 0 ? withoutTransactions(source) : source,
        connect,
        kafka,
        placeCheckpoints: (ends) => databases.placeCheckpoints(targetDatabase, owner, ends),
        requireCurrent: () => requireCurrentRun(store, run),
        timeoutMs: freshTimeoutMs,
        clock: systemClock,
        log,
      });
      if (leaving.length > 0) {
        const target = keep(await databases.openTarget(targetDatabase));
        await leaveTables(replication, { store, kafka, target, log });
      }
      return output;
    }),
});

/** Of a first copy the step itself has waited for them, for as long as the start may. */
const withoutTransactions = (source: SourceDatabase): PrepareTablesPorts['source'] => ({
  dialect: source.dialect,
  writeMarker: (content) => source.writeMarker(content),
});

/** The step itself; `fresh` are the tables that are given to a capture which is there already. */
const beginCapture = async (
  run: Run,
  replication: Replication,
  sourceDatabase: Database,
  ports: StartCapturePorts & RememberedPorts,
): Promise<{ readonly output: CaptureOutput; readonly fresh: readonly TableMapping[] }> => {
  const { store } = ports;
  const stored = await store.listTableProgress(run.replicationId);
  const unfit = unfitTables(run, replication, stored);
  // A start that copies every table has no fresh ones, and none waits but those that it has found unfit itself.
  const copiesAll = generationOfCopy(run, replication) === run.generation;
  const progress = copiesAll ? unfit : stored;
  const beginAgain = run.forceResync ? beginAgainOnce(run, replication, store) : undefined;
  if (beginAgain !== undefined) await rememberUncaptured(run, replication, beginAgain, ports);
  const fresh =
    beginAgain !== undefined
      ? []
      : copiesAll
        ? await firstCopyOfCaptured(run, replication, unfit, ports)
        : freshTables(replication, progress);
  const output = await startCapture(
    run,
    {
      replication,
      sourceDatabase,
      topicRetentionHours: kafkaService.topicRetentionHours,
      captureKafka: kafkaService.captureKafka,
      fresh: fresh.map((table) => table.source),
      isJoining: copiesAll && fresh.length > 0,
      held: heldTables(progress),
      leftOut: leftOutOfCapture(progress),
      ...(beginAgain && { beginAgain }),
    },
    ports,
  );
  return { output, fresh };
};

interface RememberedPorts {
  readonly store: Pick<CopyStore & ShapeStore, 'listTableProgress' | 'listTableShapes' | 'putTableShape'>;
}

/** What the tables are before capture begins again, or, once it has, what is not known of them yet. */
const rememberUncaptured = (
  run: Run,
  replication: Replication,
  { isDone }: BeginAgain,
  { store, source }: StartCapturePorts & RememberedPorts,
): Promise<void> =>
  rememberTables(
    run.replicationId,
    replication.tables.map((table) => table.source),
    run.generation,
    { store, source },
    async () => {
      if (!isDone) return () => true;
      const shapes = await store.listTableShapes(run.replicationId);
      const known = new Set(shapes.map(({ seen }) => tableKey(seen.ref)));
      return (ref) => !known.has(tableKey(ref));
    },
  );

/** The tables of a first copy that an earlier start may have captured. */
const firstCopyOfCaptured = async (
  run: Run,
  replication: Replication,
  unfit: readonly TableProgress[],
  { store, source, connect }: StartCapturePorts & RememberedPorts,
): Promise<readonly TableMapping[]> => {
  const { connectorName, tables } = replication;
  const captured = await rememberForFirstCopy(
    run,
    tables.map((table) => table.source),
    {
      store,
      source,
      hasCapture: async () =>
        (await connect.getConfig(connectorName)) !== undefined ||
        (await source.readLog(replication, () => connect.getOffset(connectorName))).captured !== undefined,
    },
  );
  const keys = new Set(captured.map(tableKey));
  for (const table of unfit) keys.delete(tableKey(table.source));
  return tables.filter((mapping) => keys.has(tableKey(mapping.source)));
};
