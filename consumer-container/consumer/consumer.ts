import { stateAlert } from '#core/alerts/compose-alert.ts';
import type { TopicTables } from '#core/apply/decode-records.ts';
import type { OnNulled } from '#core/apply/nulled-values.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { statusChange } from '#core/contracts/activity.ts';
import { retryPauseMs, transientRetryDelaysMs } from '#core/contracts/consumer.ts';
import type { TableProgress, TableState } from '#core/contracts/copy.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import type { SchemaPolicy } from '#core/contracts/schema-policy.ts';
import type { KnownShape } from '#core/contracts/table-description.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { type DatabaseLabels, hopOfError } from '#core/health/hop-of-error.ts';
import { appliedTables } from '#core/lifecycle/table-progress.ts';
import { topicName } from '#core/naming/names.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { ChangeFeed } from '#core/ports/change-feed.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { DeadLetterTopic } from '#core/ports/dead-letters.ts';
import type { ConsumerMeters, MetricsPort } from '#core/ports/metrics.ts';
import type { AlertSink, ConnectPort, KafkaAdminPort } from '#core/ports/services.ts';
import type { LogPositions } from '#core/ports/source-dialect.ts';
import type {
  ConsumerStore,
  CopyStore,
  ReplicationStore,
  SchemaChangeStore,
  ShapeStore,
} from '#core/ports/state-store.ts';
import type { ConsumerEnd } from '../exit-codes.ts';
import { runTogether } from '../run-together.ts';
import { applyPartition } from './apply-partition.ts';
import { BeginAgain, ChangeInbox } from './change-inbox.ts';
import { DeadLetters } from './dead-letters.ts';
import { ChangeFollower, type FollowDatabases } from './follow-changes.ts';
import { Heartbeats } from './heartbeats.ts';
import { HeldTables } from './held-tables.ts';
import { watchLiveTables } from './live-tables.ts';
import { NulledReport } from './nulled-report.ts';
import { Progress } from './progress.ts';
import { watchRepairs } from './repair-rows.ts';
import { setStateUnlessReplanned } from './set-state-unless-replanned.ts';
import { TableCountsWriter } from './table-counts.ts';
import { TableShapes } from './table-shapes.ts';
import { createVerifyPosition, type VerifyPosition, watchOffsets } from './topic-offsets.ts';
import { Troubles } from './troubles.ts';
import { isSameKnown, type ShapeWatch, watchShapes } from './watch-shapes.ts';
import { recordTargetChange, type TargetDatabaseLooks, watchTargets } from './watch-targets.ts';
import type { WorkLimits } from './work-limits.ts';
import { WorkSlots } from './work-slots.ts';

/** The databases of a replication, opened for the consumer. */
export interface ConsumerDatabases extends FollowDatabases, TargetDatabaseLooks {
  readonly target: ApplyTarget;
  readonly source: SourceRows;
  /** How the source's log is read. */
  readonly positions: LogPositions;
  readonly tables: readonly ApplyTable[];
  /** The tables that cannot be applied as they are now, with the reason. */
  readonly refused: readonly RefusedTable[];
  /** Of the tables that can, as far as they are known now. */
  readonly shapes: readonly KnownShape[];
  readonly listUncaptured: ShapeWatch['listUncaptured'];
  /** See `SourceDatabase.writeMarker`. */
  readonly writeMarker: (content: string) => Promise<string>;
  close(): Promise<void>;
}

export interface RefusedTable {
  readonly source: TableRef;
  readonly error: MillraceError;
}

export interface FeedHooks {
  readonly verifyPosition: VerifyPosition;
  readonly onAvailability: (error: MillraceError | undefined) => void;
}

export interface ConsumerPorts {
  readonly store: Pick<
    ConsumerStore & CopyStore & ReplicationStore & ShapeStore & SchemaChangeStore,
    | 'putHeartbeat'
    | 'listTableProgress'
    | 'setTableState'
    | 'setTableCounts'
    | 'updateReplication'
    | 'addActivity'
    | 'listTableShapes'
    | 'putTableShape'
    | 'getReplication'
    | 'listSchemaChanges'
    | 'getSchemaChange'
    | 'putSchemaChange'
  >;
  /** With the credentials of this moment. `tables` are those to apply, `shapes` what is known of them. */
  readonly openDatabases: (
    tables: readonly TableMapping[],
    shapes: readonly KnownShape[],
    onNulled: OnNulled,
    policy: SchemaPolicy | undefined,
  ) => Promise<ConsumerDatabases>;
  readonly openFeed: (hooks: FeedHooks) => ChangeFeed;
  /** Written to by one consumer at a time; closed by the caller. */
  readonly deadLetterTopic: Pick<DeadLetterTopic, 'write'>;
  readonly admin: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly connect: Pick<ConnectPort, 'getOffset'>;
  readonly limits: Pick<WorkLimits, 'slots' | 'batchesBytes'>;
  readonly labels: DatabaseLabels;
  readonly alerts: AlertSink;
  readonly metrics: MetricsPort;
  readonly meters: ConsumerMeters;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Runs the consumer of one replication until `stop` is aborted or it cannot go on, and records how it ended: after
 * SIGTERM a last heartbeat STOPPED; after an error that repeating does not cure the replication's status and message, an
 * alert and a heartbeat ERROR; nothing at all once another launch has replaced this one. What time can cure ends nothing: it
 * is tried again for as long as it lasts, and the heartbeats say so. Throws nothing.
 */
export const runConsumer = async (
  replication: Replication,
  launchId: string,
  ports: ConsumerPorts,
  stop: AbortSignal,
): Promise<ConsumerEnd> => {
  const { clock, log, metrics, meters, labels } = ports;
  const troubles = new Troubles(clock, labels, (hop) => meters.countRetry(hop));
  const heartbeats = new Heartbeats({
    store: ports.store,
    replicationId: replication.replicationId,
    connectorName: replication.connectorName,
    metrics,
    troubles,
    hopOf: (error) => hopOfError(error, labels),
    clock,
    log,
    launchId,
  });
  meters.follow(() => heartbeats.readings());
  const ended = new AbortController();
  try {
    await runTogether(stop, [
      (signal) => heartbeats.run(AbortSignal.any([signal, ended.signal])),
      (signal) =>
        consumeAgain(replication, ports, { heartbeats, troubles }, signal).finally(() => ended.abort()),
    ]);
  } catch (cause) {
    const error = toMillraceError(cause);
    const isStopped = stop.aborted && (error.isTransient || cause === stop.reason);
    if (!isStopped) return recordFailure(replication, ports, heartbeats, error);
  }
  troubles.clear();
  await heartbeats.beat('STOPPED').catch((error: unknown) => {
    log.warn('Could not write the last heartbeat; the task ends without it', { error });
  });
  log.info('Consumer stopped');
  return 'drained';
};

interface Vitals {
  readonly heartbeats: Heartbeats;
  readonly troubles: Troubles;
}

/** Names among the troubles what keeps the consumer from running at all. */
const startTrouble = 'start';

/**
 * Opens everything and consumes, again after each transient error, with growing pauses. A password may have been rotated since
 * it was read: when it is refused, the current one gets one chance.
 */
const consumeAgain = async (
  replication: Replication,
  ports: ConsumerPorts,
  vitals: Vitals,
  stop: AbortSignal,
): Promise<void> => {
  const { clock, log } = ports;
  let failures = 0;
  let isPasswordFresh = false;
  const onRunning = (): void => {
    failures = 0;
    isPasswordFresh = false;
    vitals.troubles.delete(startTrouble);
  };
  for (;;) {
    try {
      // One that was replaced meanwhile must not claim the checkpoints again.
      await vitals.heartbeats.beat();
      return await consume(replication, ports, { ...vitals, onRunning }, stop);
    } catch (cause) {
      if (cause instanceof BeginAgain) {
        // The next one begins there.
        if (stop.aborted) return;
        log.info(`The consumer begins again at its checkpoints: ${cause.message}`);
        continue;
      }
      if (stop.aborted) throw cause;
      const error = toMillraceError(cause);
      if (error.code === 'DatabaseAuthenticationFailed' && !isPasswordFresh) {
        isPasswordFresh = true;
        log.warn('A database refused the password; reading the secret once more, in case it was rotated');
        continue;
      }
      if (!error.isTransient) throw cause;
      failures += 1;
      const delayMs = retryPauseMs(failures);
      vitals.troubles.replaceAll(startTrouble, error);
      log.warn(`The consumer cannot run; trying again in ${delayMs / 1000} s: ${error.message}`, {
        attempt: failures,
        error,
      });
      await clock.sleep(delayMs, stop);
    }
  }
};

const consume = async (
  replication: Replication,
  ports: ConsumerPorts,
  { heartbeats, troubles, onRunning }: Vitals & { readonly onRunning: () => void },
  stop: AbortSignal,
): Promise<void> => {
  const { admin, clock, log, meters, store } = ports;
  const { applied, live, heldBefore, copies } = await listTables(replication, ports);
  const nulled = new NulledReport({ ...ports, connectorName: replication.connectorName });
  const stored = await store.listTableShapes(replication.replicationId);
  const { schemaPolicy } = await store.getReplication(replication.clientId, replication.replicationId);
  const databases = await ports.openDatabases(applied, stored, nulled.add, schemaPolicy);
  try {
    const tables = groupByTopic(replication, databases.tables);
    const topics = [...tables.keys()];
    const offsets = await admin.topicOffsets(topics);
    const claim = await databases.target.claim(offsets);
    const missing = topics.filter((topic) => !offsets.some((found) => found.topic === topic));
    if (missing.length > 0) {
      throw new MillraceError('NeedsResync', `Topics do not exist any more: ${missing.join(', ')}.`, {
        facts: { topics: missing },
      });
    }
    const { positions } = databases;
    const progress = new Progress(
      claim.checkpoints,
      offsets,
      clock.now().getTime(),
      positions.formatPosition,
    );
    const deadLetters = new DeadLetters({ ...ports, replication, topic: ports.deadLetterTopic });
    deadLetters.load(await databases.target.readDeadLetters('all'));
    heartbeats.epoch = claim.epoch;
    heartbeats.deadLetters = deadLetters;
    heartbeats.progress = progress;
    log.info(`Consumer runs: ${topics.length} topics, epoch ${claim.epoch}`, {
      topics: topics.length,
      epoch: claim.epoch,
    });

    const known = new Map(stored.map((shape) => [tableKey(shape.copied.ref), shape]));
    let found: TableShapes | undefined;
    const inbox = new ChangeInbox({
      ...ports,
      replication,
      describeSources: (refs) =>
        databases.describeSources(
          refs.flatMap((source) => (found?.of(source) ?? known.get(tableKey(source)))?.seen ?? []),
        ),
      shapeOf: (source) => found?.of(source) ?? known.get(tableKey(source)),
    });
    await inbox.load(copies);
    const held = new HeldTables({ ...ports, replication, inbox, before: heldBefore });
    const waiting = heldBefore.flatMap((source) => {
      const change = inbox.of(source);
      return change === undefined || change.state === 'approved' ? [] : [change];
    });
    for (const change of waiting) held.expect(change.source, change);
    const putShape = (shape: KnownShape): Promise<void> =>
      store.putTableShape(replication.replicationId, shape.copied.ref, {
        ...shape,
        generation: replication.copyGeneration,
      });
    for (const { source, error } of databases.refused) {
      const shape = known.get(tableKey(source));
      // It stays so when the target table is set back: its rows are not.
      if (error.code === 'TargetChanged' && shape !== undefined && shape.targetLost !== error.message) {
        const lost = { ...shape, targetLost: error.message };
        known.set(tableKey(source), { ...lost, generation: replication.copyGeneration });
        await putShape(lost);
      }
      await held.hold(source, error);
    }
    const isWaiting = new Set(waiting.map(({ source }) => tableKey(source)));
    for (const source of heldBefore.filter((table) => !held.has(table) && !isWaiting.has(tableKey(table)))) {
      log.info(`Table ${tableLabel(source)} was held; trying again from its checkpoint`);
      await setStateUnlessReplanned(
        store,
        replication.replicationId,
        source,
        { state: 'catching-up' },
        { generation: replication.copyGeneration, states: ['held'] },
      );
    }

    const shapes = new TableShapes({
      topicPrefix: replication.topicPrefix,
      shapes: databases.shapes,
      tables,
      dialect: databases.shapeDialect,
      remember: putShape,
    });
    found = shapes;
    for (const shape of shapes.all) {
      const last = known.get(tableKey(shape.copied.ref));
      if (last !== undefined && isSameKnown(last, shape)) continue;
      await shapes.remember(shape);
      const mapping = applied.find((table) => tableKey(table.source) === tableKey(shape.copied.ref));
      if (mapping !== undefined)
        await recordTargetChange({ ...ports, replication }, mapping.target, last?.target, shape.target);
    }
    const follower = new ChangeFollower({
      ...ports,
      replication: { ...replication, ...(schemaPolicy !== undefined && { schemaPolicy }) },
      shapes,
      databases,
      inbox,
      onFollowed: (source) => held.release(source),
      partitionsOf: (topic) => offsets.filter((found) => found.topic === topic).length,
    });

    const verifyPosition = createVerifyPosition(progress, ports, stop);
    const feed = ports.openFeed({ verifyPosition, onAvailability: kafkaWatch(troubles, log) });
    const tableCounts = new TableCountsWriter({ ...ports, replication, progress, stored: copies });
    onRunning();
    const context = {
      target: databases.target,
      source: databases.source,
      readSource: positions.readEventSource,
      tablesOf: (topic: string): TopicTables => shapes.tablesOf(topic),
      judgeOf: (topic: string) => shapes.judgeOf(topic),
      follower,
      held,
      isLive: (table: ApplyTable) => live.has(tableKey(table.mapping.source)),
      epoch: claim.epoch,
      verifyPosition,
      progress,
      troubles,
      meters,
      deadLetters,
      limits: ports.limits,
      slots: new WorkSlots(ports.limits.slots),
      largeEvents: new WorkSlots(1),
      clock,
      log,
    };
    await runTogether(stop, [
      (signal) => feed.run(topics, (session) => applyPartition(session, context), signal),
      (signal) => watchOffsets(progress, ports, { verifyPosition, held }, signal),
      (signal) =>
        watchShapes(
          {
            ...ports,
            ...{ connectorName: replication.connectorName, topicPrefix: replication.topicPrefix },
            ...{ shapes, follower, positions, progress, held, troubles },
            describeSources: databases.describeSources,
            listUncaptured: databases.listUncaptured,
            writeMarker: () => databases.writeMarker('shape of a table'),
            tellsByEvents: databases.shapeDialect.followEvent !== undefined,
            looksAtOnce: inbox.hasApproved,
          },
          signal,
        ),
      (signal) =>
        watchTargets(
          {
            ...ports,
            ...{ replication, tables: applied, databases, shapes, held, troubles },
            shapeOf: (source) => shapes.of(source) ?? known.get(tableKey(source)),
          },
          signal,
        ),
      (signal) =>
        watchRepairs(
          { ...ports, ...databases, ...context, positions, connectorName: replication.connectorName },
          signal,
        ),
      (signal) => inbox.watch((source) => held.has(source), signal),
      (signal) => watchLiveTables({ ...ports, store, replication, positions, progress, live }, signal),
      (signal) => tableCounts.run(signal),
    ]);
    // One that was replaced does not come here: its counts may be older than those of the newer one.
    await tableCounts.write(0);
  } finally {
    await databases.close();
    nulled.end();
  }
};

/** The tables to apply (not those that are skipped or being copied), which of them are live, and which were held before. */
const listTables = async (
  replication: Replication,
  { store }: ConsumerPorts,
): Promise<{
  readonly applied: readonly TableMapping[];
  readonly live: Set<string>;
  readonly heldBefore: readonly TableRef[];
  readonly copies: readonly TableProgress[];
}> => {
  const progress = await store.listTableProgress(replication.replicationId);
  const applied = appliedTables(replication, progress);
  const inState = (wanted: TableState): Set<string> =>
    new Set(progress.filter(({ state }) => state === wanted).map(({ source }) => tableKey(source)));
  const held = inState('held');
  return {
    applied,
    copies: progress,
    live: inState('live'),
    heldBefore: applied.map(({ source }) => source).filter((source) => held.has(tableKey(source))),
  };
};

/**
 * Tables by topic. Different names may become the same topic (`a b` and `a_b`), so a topic can carry a table that is
 * skipped: its changes are then passed over.
 */
const groupByTopic = (
  replication: Replication,
  tables: readonly ApplyTable[],
): ReadonlyMap<string, TopicTables> => {
  const applied = new Map(tables.map((table) => [tableKey(table.mapping.source), table]));
  const topics = new Map<string, Map<string, ApplyTable | null>>();
  for (const { source } of replication.tables) {
    const topic = topicName(replication.topicPrefix, source);
    const ofTopic = topics.get(topic) ?? new Map<string, ApplyTable | null>();
    topics.set(topic, ofTopic.set(tableKey(source), applied.get(tableKey(source)) ?? null));
  }
  return new Map([...topics].filter(([, ofTopic]) => [...ofTopic.values()].some((table) => table !== null)));
};

/** Says once that Kafka is away, and once that it is back. Meanwhile the consumer is RETRYING. */
const kafkaWatch =
  (troubles: Troubles, log: Log): FeedHooks['onAvailability'] =>
  (error) => {
    const isKnown = troubles.has('kafka');
    if (error === undefined) troubles.delete('kafka');
    else troubles.set('kafka', error);
    if (error !== undefined && !isKnown) log.warn(`Waiting for Kafka: ${error.message}`, { error });
    if (error === undefined && isKnown) log.info('Kafka is back');
  };

const retry = <T>({ clock, log }: ConsumerPorts, action: () => Promise<T>): Promise<T> =>
  retryTransient(action, {
    delaysMs: transientRetryDelaysMs,
    clock,
    onRetry: (error, attempt, delayMs) =>
      log.warn(`Trying again in ${delayMs / 1000} s: ${error.message}`, { attempt, error }),
  });

const recordFailure = async (
  replication: Replication,
  ports: ConsumerPorts,
  heartbeats: Heartbeats,
  error: MillraceError,
): Promise<ConsumerEnd> => {
  const { store, alerts, metrics, clock, log } = ports;
  const { clientId, replicationId, connectorName, generation } = replication;
  const isReplaced =
    error.code === 'Fenced' || error.code === 'Superseded' || (await heartbeats.isReplaced());
  if (isReplaced) {
    log.info(`Consumer ends: ${error.message}`, { code: error.code });
    return 'superseded';
  }
  const status = error.code === 'NeedsResync' ? 'needs-resync' : 'error';
  log.error(`Consumer failed: ${error.message}`, { error, advice: error.policy.advice });
  metrics.countError(connectorName, error.code);
  try {
    const updated = await retry(ports, () =>
      store.updateReplication(
        clientId,
        replicationId,
        { status, lastErrorCode: error.code, lastErrorMessage: error.message },
        { generation, desired: 'running' },
      ),
    );
    if (updated === undefined) {
      log.info('A stop or a newer start came first; the failure is not recorded');
      return 'superseded';
    }
    await heartbeats.beat({ error }).catch((cause: unknown) => {
      log.warn('Could not write the last heartbeat; the task ends without it', { error: cause });
    });
    await retry(ports, () =>
      store.addActivity(replication, {
        at: clock.now().toISOString(),
        actor: 'consumer',
        action: status === 'needs-resync' ? 'resync-needed' : 'consumer-failed',
        message: error.message,
        ...statusChange(replication, updated),
      }),
    );
    await retry(ports, () =>
      alerts.publish(stateAlert(replication, status, { reason: error.message, advice: error.policy.advice })),
    );
  } catch (cause) {
    log.error('Could not record the failure; the next health check sees that the heartbeats have ended', {
      error: cause,
    });
  }
  return status === 'needs-resync' ? 'needs-resync' : 'failed';
};
