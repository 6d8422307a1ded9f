import { setImmediate as turn } from 'node:timers/promises';
import {
  type DecodedRecords,
  type EventOrigin,
  RecordsDecoder,
  type TopicTables,
} from '#core/apply/decode-records.ts';
import { hasUnknownRows, resolveKeyChanges, type SourceRows } from '#core/apply/resolve-key-changes.ts';
import { ShapeGate } from '#core/apply/shape-gate.ts';
import { retryPauseMs } from '#core/contracts/consumer.ts';
import type { DeadLetterPolicy } from '#core/contracts/dead-letter.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import { DeadKeys, keyHashOf } from '#core/deadletters/dead-keys.ts';
import { type GatedChanges, gateEvents } from '#core/deadletters/gate-events.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { isOfTable } from '#core/lifecycle/hold-uncopied-table.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { FeedRecord, PartitionSession } from '#core/ports/change-feed.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ConsumerMeters } from '#core/ports/metrics.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import type { PatchEvent, RowEvent } from '#core/ports/row-event.ts';
import type { ReadEventSource } from '#core/ports/source-dialect.ts';
import type { ChangePosition } from '#core/ports/table-changer.ts';
import { changeError } from '#core/schema/shape-harm.ts';
import type { ShapeJudge } from '#core/schema/shape-judge.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { ChangeFollower } from './follow-changes.ts';
import { ForeignKeyWait, foreignKeyPatienceMs } from './foreign-key-wait.ts';
import type { HeldTables } from './held-tables.ts';
import { type PartitionProgress, type Progress, partitionKey } from './progress.ts';
import { carryOutRepairs } from './repair-rows.ts';
import type { Troubles } from './troubles.ts';
import type { WorkLimits } from './work-limits.ts';
import type { WorkSlots } from './work-slots.ts';

/**
 * Events of one transaction at most. Measured from 1,000 to 20,000: the rate is flat above 5,000, while time to the
 * first visible row and the memory of a batch only grow.
 */
const maxBatchRecords = 5_000;
/** The most bytes of Kafka's JSON in a batch. Decoded, a batch takes about five times as much, and two are in memory at once. */
const maxBatchBytes = 8 * 1024 * 1024;

/**
 * An event that is larger than the share of its batch is decoded and applied by itself, and no other such event at the same time. It
 * takes up to ten times its size for a moment, as JSON, as text, and as what the driver sends.
 */
const isLarge = (records: readonly FeedRecord[], maxBytes: number): boolean =>
  records.length === 1 && (records[0]?.value?.length ?? 0) > maxBytes;

/** What a batch of one of so many partitions may have; as many as there are slots are under way at most. */
const batchBytes = (partitions: number, { slots, batchesBytes }: ApplyContext['limits']): number =>
  Math.min(maxBatchBytes, batchesBytes / Math.min(Math.max(1, partitions), slots));

/** Each refused event costs a dozen statements. A batch with more of them holds its table. */
const maxRefusedAtOnce = 200;

/** Decoded in one go: 1 to 2 ms, at about 5 µs for each. */
const recordsPerTurn = 250;

export interface ApplyContext {
  readonly target: ApplyTarget;
  readonly source: SourceRows;
  readonly readSource: ReadEventSource;
  readonly tablesOf: (topic: string) => TopicTables;
  /** Undefined where the topic has no table whose shape is known. */
  readonly judgeOf: (topic: string) => ShapeJudge | undefined;
  readonly follower: Pick<
    ChangeFollower,
    | 'follow'
    | 'followCatalog'
    | 'release'
    | 'isNudged'
    | 'signalOf'
    | 'truncateAction'
    | 'truncate'
    | 'mayTruncate'
    | 'truncated'
  >;
  readonly held: Pick<HeldTables, 'holdTopic' | 'signalOf' | 'wasHeld'>;
  readonly isLive: (table: ApplyTable) => boolean;
  readonly epoch: number;
  /** Throws `NeedsResync` unless the events from `nextOffset` on are all there. */
  readonly verifyPosition: (topic: string, partition: number, nextOffset: bigint) => Promise<void>;
  readonly progress: Progress;
  readonly troubles: Pick<Troubles, 'set' | 'delete'>;
  readonly meters: Pick<ConsumerMeters, 'observeBatch'>;
  readonly deadLetters: DeadLetters;
  readonly limits: Pick<WorkLimits, 'slots' | 'batchesBytes'>;
  /** Shared by all partitions. */
  readonly slots: WorkSlots;
  /** One slot, for events that are larger than a batch should be. */
  readonly largeEvents: WorkSlots;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Applies one partition until its assignment ends: begins at the checkpoint, and after every transient failure begins at
 * the checkpoint again, so it does not matter whether a lost COMMIT took effect. It does so for as long as the failure lasts,
 * with the pauses of `retryPauseMs`; a batch that was applied starts the count again. An error that concerns only this table
 * holds it: the partition is read no further. A row that the target refuses becomes a dead letter instead, where the replication's policy
 * says so. Every other error is thrown at once.
 */
export const applyPartition = async (session: PartitionSession, context: ApplyContext): Promise<void> => {
  const { clock, log, troubles } = context;
  const trouble = partitionKey(session);
  let failures = 0;
  let probe: Probe | undefined;
  const wait = new ForeignKeyWait(maxBatchRecords);
  const succeeded = (): void => {
    failures = 0;
    probe = undefined;
    wait.succeeded();
    troubles.delete(trouble);
  };
  const isHeld = context.held.signalOf(session.topic);
  while (!session.signal.aborted && !isHeld.aborted) {
    try {
      await carryOutRepairs(session, context);
      await applyFromCheckpoint(session, context, {
        succeeded,
        // What a foreign key needs may come between two events of a batch, so they give up one by one.
        maxRecords: () => (probe?.withForeignKeys === true ? 1 : wait.records),
        probe,
      });
      if (context.deadLetters.hasDue(session)) continue;
      if (!context.follower.isNudged(session.topic) || session.signal.aborted || isHeld.aborted) break;
      await context.follower.followCatalog(await positionOf(session, context));
    } catch (cause) {
      if (cause instanceof TableFollowed) continue;
      let error = toMillraceError(cause);
      let isPatienceOver = false;
      if (error.code === 'ConstraintViolated' && !session.signal.aborted) {
        const outcome = await takeNull(session, context, error);
        if (outcome === undefined) continue;
        error = outcome;
      }
      if (error.facts.isForeignKey === true && !session.signal.aborted) {
        const givenUp = await waitForOthers(session, context, error, wait);
        if (givenUp === undefined) continue;
        error = givenUp;
        isPatienceOver = true;
      }
      if (error.policy.isOfOneRow === true) {
        const next = await chooseProbe(error, { before: probe, isPatienceOver }, context);
        if (next instanceof MillraceError) error = next;
        else if (next !== undefined) {
          probe = next;
          continue;
        }
      }
      const tables = context.tablesOf(session.topic);
      // It waited, maybe for a person, for longer than its topic keeps events. The others have lost nothing.
      if (error.code === 'NeedsResync' && context.held.wasHeld(session.topic)) {
        const message = `It was held, and its changes were lost meanwhile: ${error.message}`;
        error = new MillraceError('EventsExpired', message, { facts: error.facts, cause: error });
      }
      if (isOfTopic(error, tables)) {
        await context.held.holdTopic(session.topic, tables, error);
        break;
      }
      if (!error.isTransient) throw error;
      if (session.signal.aborted) break;
      failures += 1;
      const delayMs = retryPauseMs(failures);
      troubles.set(trouble, error);
      log.warn(`Retrying topic ${session.topic} in ${delayMs / 1000} s: ${error.message}`, {
        topic: session.topic,
        attempt: failures,
        error,
      });
      await clock.sleep(delayMs, session.signal).catch(() => undefined);
    }
  }
  if (isHeld.aborted) session.leave();
  troubles.delete(trouble);
};

/** Whether an error is the topic's tables' alone; so is a right that is missing on one of them. */
const isOfTopic = (error: MillraceError, tables: TopicTables): boolean =>
  error.policy.isOfOneTable === true ||
  [...tables.values()].some(
    (table) =>
      table !== null && (isOfTable(error, table.mapping.source) || isOfTable(error, table.mapping.target)),
  );

/** Events are tried one by one before the next batch is applied, and those that are refused become dead letters. */
interface Probe {
  /** Also those that a foreign key refuses, after what it needs was waited for. */
  readonly withForeignKeys: boolean;
}

/**
 * What is done about a refused row: another probe, or undefined to hold the table, as also after a probe that did not help. Where the
 * policy is to stop, the error is thrown. Returns an error that came in between.
 */
const chooseProbe = async (
  error: MillraceError,
  { before, isPatienceOver }: { readonly before: Probe | undefined; readonly isPatienceOver: boolean },
  { deadLetters }: ApplyContext,
): Promise<Probe | MillraceError | undefined> => {
  let policy: DeadLetterPolicy;
  try {
    ({ policy } = await deadLetters.settings());
  } catch (cause) {
    return toMillraceError(cause);
  }
  if (policy === 'stop') throw error;
  if (policy === 'hold_table') return undefined;
  if (before === undefined) return { withForeignKeys: isPatienceOver };
  return isPatienceOver && !before.withForeignKeys ? { withForeignKeys: true } : undefined;
};

/** The table has followed a change, so that what comes next is to be read with its new shape. */
class TableFollowed extends Error {}

/** The checkpoint as it stands: what was applied is committed, and nothing else is under way. */
const positionOf = async (
  { topic, partition }: PartitionSession,
  { target, epoch }: ApplyContext,
): Promise<ChangePosition> => {
  const { nextOffset } = await target.readCheckpoint(topic, partition, epoch);
  return { topic, partition, epoch, nextOffset };
};

/** The source may take NULL by now where the target does not yet: then the target follows. Returns an error when that was not it. */
const takeNull = async (
  session: PartitionSession,
  context: ApplyContext,
  error: MillraceError,
): Promise<MillraceError | undefined> => {
  try {
    return (await context.follower.release(await positionOf(session, context))) ? undefined : error;
  } catch (cause) {
    const other = toMillraceError(cause);
    // The target takes NULL when a person approves it.
    return other.isTransient || other.facts.schemaChange !== undefined ? other : error;
  }
};

/** Waits until another partition may have brought, or taken away, what a foreign key needs. Returns an error when none will. */
const waitForOthers = async (
  session: PartitionSession,
  { clock, log, progress, troubles }: ApplyContext,
  error: MillraceError,
  wait: ForeignKeyWait,
): Promise<MillraceError | undefined> => {
  const own = partitionKey(session);
  const others = progress.partitions
    .map((partition) => ({
      key: partitionKey(partition),
      nextOffset: partition.nextOffset,
      endOffset: partition.endOffset,
    }))
    .filter(({ key }) => key !== own);
  const pauseMs = wait.next(others, clock.now().getTime());
  if (pauseMs === undefined) {
    return new MillraceError(
      error.code,
      `${error.message} The table has waited for at least ${foreignKeyPatienceMs / 1_000} s, and until every other table of ` +
        'the replication had caught up or stood still, so what the foreign key needs is not on its way. If the named table ' +
        'is held or not replicated, bring the row there; otherwise drop the constraint at the target. Then stop and start the replication.',
      { facts: error.facts, cause: error },
    );
  }
  if (pauseMs === 0) return undefined;
  troubles.set(own, error);
  log.info(`Topic ${session.topic} waits for another table: ${error.message}`, { topic: session.topic });
  await clock.sleep(pauseMs, session.signal).catch(() => undefined);
  return undefined;
};

interface Batches {
  readonly succeeded: () => void;
  readonly maxRecords: () => number;
  readonly probe: Probe | undefined;
}

const applyFromCheckpoint = async (
  session: PartitionSession,
  context: ApplyContext,
  batches: Batches,
): Promise<void> => {
  const { topic, partition } = session;
  const checkpoint = await context.target.readCheckpoint(topic, partition, context.epoch);
  await context.verifyPosition(topic, partition, checkpoint.nextOffset);
  const progress = context.progress.partition(topic, partition);
  if (progress === undefined) throw new MillraceError('Internal', `Topic ${topic} was not claimed.`);
  progress.nextOffset = checkpoint.nextOffset;
  progress.session = session;
  progress.underWay.length = 0;
  const { deadLetters, target } = context;
  const marks = deadLetters.mayHaveMarks(session) ? await target.readDeadLetters(session) : [];
  const dead = DeadKeys.of(marks, context.tablesOf(topic));
  deadLetters.track(session, dead);
  session.seek(checkpoint.nextOffset);
  const pipeline = new PartitionPipeline(session, context, progress, batches, { ...checkpoint, dead });
  try {
    await pipeline.run();
  } finally {
    progress.session = undefined;
  }
};

/** What is not applied of a batch, before it is known what the target refuses. */
interface Held {
  readonly gated: Omit<GatedChanges, 'changes'>;
  readonly probe: Probe | undefined;
}

/**
 * Two batches are under way at a time: while the target applies one, the next is decoded and prepared here. Batches are
 * applied strictly one after the other.
 */
class PartitionPipeline {
  readonly #session: PartitionSession;
  readonly #context: ApplyContext;
  readonly #progress: PartitionProgress;
  readonly #batches: Batches;
  readonly #tables: TopicTables;
  /** Where the next batch begins. */
  #nextOffset: bigint;
  #highestPosition: number;
  #rereadPosition: number;
  #rest: readonly FeedRecord[] = [];
  #applying: Promise<void> = Promise.resolve();
  readonly #failed = new AbortController();
  readonly #judge: ShapeJudge | undefined;
  readonly #shapes: ShapeGate;
  /** As they are after the last batch that was planned. */
  readonly #dead: DeadKeys;
  /** Of the next batch only. */
  #probe: Probe | undefined;

  constructor(
    session: PartitionSession,
    context: ApplyContext,
    progress: PartitionProgress,
    batches: Batches,
    from: {
      readonly nextOffset: bigint;
      readonly sourcePosition?: number;
      readonly rereadPosition?: number;
      readonly dead: DeadKeys;
    },
  ) {
    this.#session = session;
    this.#context = context;
    this.#progress = progress;
    this.#batches = batches;
    this.#tables = context.tablesOf(session.topic);
    this.#judge = context.judgeOf(session.topic);
    this.#shapes = new ShapeGate(this.#judge, (offset) => this.#judgeTruncate(offset));
    this.#nextOffset = from.nextOffset;
    this.#highestPosition = from.sourcePosition ?? 0;
    this.#rereadPosition = from.rereadPosition ?? 0;
    this.#dead = from.dead;
    this.#probe = batches.probe;
  }

  async run(): Promise<void> {
    const { held, follower, deadLetters } = this.#context;
    const { topic } = this.#session;
    const giveUp = AbortSignal.any([
      this.#failed.signal,
      held.signalOf(topic),
      follower.signalOf(topic),
      deadLetters.interruptOf(this.#session),
    ]);
    while (await this.#session.waitForRecords(giveUp)) await this.#workInSlot(giveUp);
    await this.#applying;
  }

  /** Works as long as records come, until `ended` is aborted, or until another partition waits for a slot. */
  async #workInSlot(ended: AbortSignal): Promise<void> {
    const { slots, progress, limits } = this.#context;
    const contended = new AbortController();
    const giveUpSlot = (): void => contended.abort();
    const maxBytes = batchBytes(progress.partitions.length, limits);
    await slots.acquire(giveUpSlot);
    try {
      const giveUp = AbortSignal.any([ended, contended.signal]);
      // One batch is worked on in any case.
      let taken = await this.#session.take(this.#batches.maxRecords(), maxBytes, ended);
      while (taken !== undefined) {
        await (isLarge(taken, maxBytes) ? this.#workAlone(taken) : this.#work(taken));
        taken = await this.#session.take(this.#batches.maxRecords(), maxBytes, giveUp);
      }
      await this.#applying;
    } finally {
      slots.release(giveUpSlot);
    }
  }

  async #workAlone(taken: readonly FeedRecord[]): Promise<void> {
    const { largeEvents } = this.#context;
    await this.#applying;
    const ignore = (): void => undefined;
    await largeEvents.acquire(ignore);
    try {
      await this.#work(taken);
      await this.#applying;
    } finally {
      largeEvents.release(ignore);
    }
  }

  async #work(taken: readonly FeedRecord[]): Promise<void> {
    const records = this.#rest.length === 0 ? taken : [...this.#rest, ...taken];
    const decoded = await this.#decode(records);
    this.#rest = decoded.rest;
    if (decoded.nextOffset !== undefined) await this.#start(decoded, decoded.nextOffset);
    if (decoded.failure !== undefined) {
      // What came before it is applied, so that the checkpoint stands exactly at the record that cannot be.
      await this.#applying;
      await this.#follow(decoded.failure);
    }
  }

  /** Throws: what it was given, or what keeps the table from following the change that it is about, or that the table has followed. */
  async #follow(failure: MillraceError): Promise<never> {
    const { follower, epoch } = this.#context;
    const { topic, partition } = this.#session;
    const position = { topic, partition, epoch, nextOffset: this.#nextOffset };
    if (failure.code === 'SchemaChanged' && failure.facts.isTruncate === true) {
      throw (await follower.truncate(position)) ? new TableFollowed() : failure;
    }
    const reached = failure.code === 'SchemaChanged' ? this.#judge?.refused : undefined;
    if (reached === undefined) throw failure;
    throw (await follower.follow(position, reached)) ? new TableFollowed() : failure;
  }

  /** Throws where the policy says that a TRUNCATE is not to be done. */
  #judgeTruncate(offset: bigint): void {
    if (this.#context.follower.mayTruncate(this.#session.topic, offset)) return;
    for (const table of this.#tables.values()) {
      if (table === null) continue;
      const { source } = table.mapping;
      const action = this.#context.follower.truncateAction(source);
      if (action === 'ask' || action === 'stop') {
        const { code, message, facts } = changeError(
          source,
          'it was truncated',
          action,
          ` The policy for this is ${action}.`,
        );
        throw new MillraceError(code, message, { facts: { ...facts, isTruncate: true } });
      }
    }
  }

  async #decode(records: readonly FeedRecord[]): Promise<DecodedRecords> {
    const decoder = new RecordsDecoder(
      {
        topic: this.#session.topic,
        readSource: this.#context.readSource,
        shapes: this.#shapes,
        keepsOrigins: !this.#dead.isEmpty || this.#probe !== undefined,
      },
      this.#tables,
      this.#highestPosition,
    );
    for (let from = 0; from < records.length; from += recordsPerTurn) {
      // The batch before waits for answers of the target meanwhile, and should not wait for us as well.
      if (from > 0) await turn();
      decoder.add(records.slice(from, from + recordsPerTurn));
    }
    return decoder.result();
  }

  async #start(decoded: DecodedRecords, nextOffset: bigint): Promise<void> {
    const duplicatesSkipped = this.#session.takeDuplicates();
    const counts = { ...decoded.counts, duplicatesSkipped };
    const probe = this.#probe;
    // A probe looks at the target as it is before the batch, and what is due does not wait for more than is in hand.
    if (probe !== undefined) await this.#applying;
    this.#probe = undefined;
    const { changes, ...gated } = gateEvents(decoded.changes, this.#dead);
    if (gated.heldBack.length > 0) await this.#applying;
    if (decoded.firstCommittedAtMs !== undefined) this.#progress.underWay.push(decoded.firstCommittedAtMs);
    await this.#prepareAndApply({ ...decoded, counts, changes }, nextOffset, { gated, probe });
  }

  async #prepareAndApply(decoded: DecodedRecords, nextOffset: bigint, { gated, probe }: Held): Promise<void> {
    const { target, epoch, isLive } = this.#context;
    let changes = decoded.changes;
    const notLive = new Set(changes.map(({ table }) => table).filter((table) => !isLive(table)));
    const from = this.#highestPosition;
    /** Whether rows may be newer than the events, or missing. */
    const mayBeAhead = (table: ApplyTable): boolean =>
      table.uniqueness === 'shared' && (notLive.has(table) || from < this.#rereadPosition);
    const mustRead = (table: ApplyTable, { row }: PatchEvent): boolean =>
      mayBeAhead(table) && table.uniqueColumns?.some((index) => row[index] === undefined) === true;
    const origins = new Map(decoded.origins);
    if (hasUnknownRows(changes, mustRead)) {
      // Whether the target may be trusted depends on what was read back before, so nothing may be under way.
      await this.#applying;
      changes = await this.#resolve(changes, isLive, mustRead, origins);
    }
    const plain: PartitionBatch = {
      topic: this.#session.topic,
      partition: this.#session.partition,
      epoch,
      expectedOffset: this.#nextOffset,
      nextOffset,
      ...(decoded.highestPosition > 0 && { sourcePosition: decoded.highestPosition }),
      ...(this.#rereadPosition > 0 && { rereadPosition: this.#rereadPosition }),
      counts: decoded.counts,
      changes,
    };
    const refused = probe === undefined ? new Map() : await this.#findRefused(plain, probe, mayBeAhead);
    const again = gateEvents(changes, this.#dead, refused);
    const heldBack = [...gated.heldBack, ...again.heldBack];
    const cleared = [...new Set([...gated.cleared, ...again.cleared])];
    const added = await this.#context.deadLetters.write(this.#session, heldBack, origins);
    const emptied = [
      ...new Map([...gated.emptied, ...again.emptied].map((ref) => [tableKey(ref), ref])).values(),
    ];
    const change = { added, cleared: cleared.map(keyHashOf), emptied };
    const hasChange = added.length + cleared.length + emptied.length > 0;
    const batch: PartitionBatch = {
      ...plain,
      changes: again.changes,
      ...(hasChange && { deadLetters: change }),
    };
    const prepared = target.prepare(batch);
    await this.#applying;
    // Rows that were read back for the batch before are newer than those that this one was resolved with.
    if (this.#rereadPosition !== (batch.rereadPosition ?? 0))
      return this.#prepareAndApply(decoded, nextOffset, { gated, probe });
    this.#nextOffset = nextOffset;
    this.#highestPosition = decoded.highestPosition;
    const before = this.#context.deadLetters.total;
    if (hasChange) {
      this.#dead.change(
        change,
        heldBack.map(({ id }) => id),
      );
      this.#context.deadLetters.track(this.#session, this.#dead);
    }
    this.#applying = this.#apply(batch, prepared, { ...decoded, changes: again.changes }, mayBeAhead).then(
      () => this.#context.deadLetters.tell(added, before),
    );
    // Seen by anyone who awaits it next; here it only ends the wait for records.
    this.#applying.catch(() => this.#failed.abort());
  }

  /** The events of the batch that become dead letters, with why. Throws when they are too many to be the fault of single rows. */
  async #findRefused(
    batch: PartitionBatch,
    probe: Probe,
    mayBeAhead: (table: ApplyTable) => boolean,
  ): Promise<ReadonlyMap<RowEvent, MillraceError>> {
    const { target, deadLetters } = this.#context;
    const found = await target.findRefused(batch, maxRefusedAtOnce);
    const refused = new Map<RowEvent, MillraceError>();
    for (const { table, events } of batch.changes) {
      const ofTable = new Set(events);
      const single = found.filter(
        ({ event, error, isUniqueViolation }) =>
          ofTable.has(event) &&
          // A TRUNCATE has no key by which anything could wait behind it.
          event.kind !== 'truncate' &&
          // Such an event is passed over when it is applied.
          !(isUniqueViolation && mayBeAhead(table)) &&
          (probe.withForeignKeys || error.facts.isForeignKey !== true),
      );
      deadLetters.requireSingle(table.mapping.source, single);
      for (const { event, error } of single) refused.set(event, error);
    }
    return refused;
  }

  async #apply(
    batch: PartitionBatch,
    prepared: unknown,
    decoded: DecodedRecords,
    mayBeAhead: (table: ApplyTable) => boolean,
  ): Promise<void> {
    const { target, clock, progress, meters } = this.#context;
    const begunMs = clock.now().getTime();
    const options = { mayPassOver: mayBeAhead, mustFind: mayBeAhead };
    if ((await target.apply(prepared, options)) === 'row-missing') {
      this.#context.log.warn('A row was not where its change expected it; reading it from the source', {
        topic: batch.topic,
      });
      const changes = await this.#resolve(
        decoded.changes,
        () => false,
        (table) => table.uniqueness === 'shared',
      );
      const again = { ...batch, changes, rereadPosition: this.#rereadPosition };
      const anyway = { mayPassOver: mayBeAhead, mustFind: () => false };
      if ((await target.apply(target.prepare(again), anyway)) === 'row-missing') {
        throw new MillraceError('Internal', `A resolved batch of topic ${batch.topic} still has moves.`);
      }
    }
    const appliedAt = clock.now();
    progress.applied(batch, appliedAt);
    const { inserts, updates, deletes, truncates } = batch.counts;
    meters.observeBatch({
      events: inserts + updates + deletes + truncates,
      applyMs: appliedAt.getTime() - begunMs,
    });
    this.#progress.nextOffset = batch.nextOffset;
    if (decoded.firstCommittedAtMs !== undefined) this.#progress.underWay.shift();
    this.#session.showProgress(batch.nextOffset);
    this.#batches.succeeded();
    if (truncates > 0) await this.#context.follower.truncated(batch.topic, batch.nextOffset);
  }

  async #resolve(
    changes: PartitionBatch['changes'],
    isLive: (table: ApplyTable) => boolean,
    mustRead: (table: ApplyTable, event: PatchEvent) => boolean,
    origins = new Map<RowEvent, EventOrigin>(),
  ): Promise<PartitionBatch['changes']> {
    const resolved = await resolveKeyChanges(changes, {
      source: this.#context.source,
      isLive,
      mustRead,
      rereadPosition: this.#rereadPosition,
      onReplaced: (event, others) => {
        const origin = origins.get(event);
        if (origin !== undefined) for (const other of others) origins.set(other, origin);
      },
    });
    this.#rereadPosition = resolved.rereadPosition;
    return resolved.changes;
  }
}
