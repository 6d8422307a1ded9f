import { fencedError, unmovedCheckpointError } from '#core/apply/checkpoint-refusals.ts';
import {
  type GuardedTable,
  type NulledInTable,
  type OnNulled,
  takeNulled,
} from '#core/apply/nulled-values.ts';
import { type PlanStep, planBatch } from '#core/apply/plan-batch.ts';
import type { ReplicationId, TableRef } from '#core/contracts/identifiers.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTarget, Checkpoint, Claim } from '#core/ports/apply-target.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';

/** A table of a target, with the statements that write to it. */
export interface WrittenTable<Statement> extends GuardedTable {
  readonly statements: { forSteps(steps: readonly PlanStep[]): readonly Statement[] };
}

export interface TableStatement<Statement> {
  readonly table: GuardedTable;
  readonly statement: Statement;
}

/** A batch with the statements that write it. */
export interface PlannedBatch<Table extends WrittenTable<Statement>, Statement> {
  readonly batch: PartitionBatch<Table>;
  readonly statements: readonly TableStatement<Statement>[];
  readonly nulled: readonly NulledInTable[];
}

/** What applying asks of one kind of target. Errors are the server's own, unless it says otherwise. */
export interface ApplyDriver<Session, Statement> {
  claim(partitions: readonly PartitionOffsets[]): Promise<Claim>;
  /** In a transaction when a session is given. */
  findCheckpoint(topic: string, partition: number, session?: Session): Promise<Checkpoint | undefined>;
  /** False when the checkpoint is another consumer's, not where it was expected, or a written table is not owned. */
  moveCheckpoint(session: Session, batch: PartitionBatch): Promise<boolean>;
  /** Throws `OwnershipLost` or `NeedsResync` when a table that the batch writes is not the replication's any more. */
  requireTables(session: Session, batch: PartitionBatch): Promise<void>;
  /** Returns what `work` did: true is committed, false rolled back, and a rejection closes the session, which rolls back. */
  transaction(work: (session: Session) => Promise<boolean>): Promise<boolean>;
  /** False when the statement hit another number of rows than it had to. */
  run(session: Session, statement: Statement, target: TableRef): Promise<boolean>;
  /** Whether rows broke a constraint, which they may not do when they are written one by one. */
  isViolation(error: unknown): boolean;
  /** `action` completes "Cannot ...". A MillraceError stays what it is. */
  describe(error: unknown, action: string, table?: TableRef): MillraceError;
}

/** The target tables that a batch writes. */
export const writtenTables = ({ changes }: PartitionBatch): readonly TableRef[] =>
  changes.map(({ table }) => table.mapping.target);

export interface ApplyFlowOptions {
  readonly replicationId: ReplicationId;
  readonly onNulled?: OnNulled;
}

type Applied = 'applied' | 'row-missing';

/** The parts of an `ApplyTarget` that are the same for every kind of target. */
export interface ApplyFlow<Table extends WrittenTable<Statement>, Session, Statement>
  extends Pick<ApplyTarget<Table, PlannedBatch<Table, Statement>>, 'claim' | 'readCheckpoint' | 'apply'> {
  plan(batch: PartitionBatch<Table>): PlannedBatch<Table, Statement>;
  /** One transaction of the checkpoint and of what `write` does. Errors are the server's own, and MillraceErrors. */
  transact(
    planned: Pick<PlannedBatch<Table, Statement>, 'batch' | 'nulled'>,
    write: (session: Session) => Promise<boolean>,
  ): Promise<Applied>;
}

export const createApplyFlow = <Table extends WrittenTable<Statement>, Session, Statement>(
  driver: ApplyDriver<Session, Statement>,
  { replicationId, onNulled = () => undefined }: ApplyFlowOptions,
): ApplyFlow<Table, Session, Statement> => {
  type Flow = ApplyFlow<Table, Session, Statement>;

  const transact: Flow['transact'] = async ({ batch, nulled }, write) => {
    const isApplied = await driver.transaction(async (session) => {
      // First, so that a fenced consumer does no work, and two transactions of one partition wait for each other here.
      if (await driver.moveCheckpoint(session, batch)) return write(session);
      const found = await driver.findCheckpoint(batch.topic, batch.partition, session);
      if (found?.epoch === batch.epoch) await driver.requireTables(session, batch);
      throw unmovedCheckpointError(replicationId, found, batch);
    });
    if (!isApplied) return 'row-missing';
    if (nulled.length > 0) onNulled(nulled);
    return 'applied';
  };

  const write = async (
    session: Session,
    statements: Iterable<TableStatement<Statement>>,
  ): Promise<boolean> => {
    for (const { table, statement } of statements) {
      const { target } = table.mapping;
      try {
        if (!(await driver.run(session, statement, target))) return false;
      } catch (error) {
        throw driver.isViolation(error) ? error : driver.describe(error, 'apply changes', target);
      }
    }
    return true;
  };

  return {
    claim: async (partitions) => {
      try {
        return await driver.claim(partitions);
      } catch (error) {
        throw driver.describe(error, 'claim the checkpoints');
      }
    },

    readCheckpoint: async (topic, partition, epoch) => {
      try {
        const checkpoint = await driver.findCheckpoint(topic, partition);
        if (checkpoint === undefined || checkpoint.epoch !== epoch) throw fencedError(replicationId);
        return checkpoint;
      } catch (error) {
        throw driver.describe(error, 'read the checkpoint');
      }
    },

    plan: (batch) => ({
      batch,
      statements: batch.changes.flatMap(({ table, events }) =>
        table.statements.forSteps(planBatch(events)).map((statement) => ({ table, statement })),
      ),
      nulled: takeNulled(batch),
    }),

    transact,

    apply: async (planned) => {
      const { batch } = planned;
      try {
        return await transact(planned, (session) => write(session, planned.statements));
      } catch (error) {
        if (!driver.isViolation(error)) throw driver.describe(error, 'apply changes');
      }
      // Two rows may have exchanged a unique value, which statements for many rows cannot do: each event by itself, in
      // order, as the source did it.
      try {
        return await transact(planned, (session) => write(session, oneByOne(batch)));
      } catch (error) {
        throw driver.describe(
          error,
          `apply changes up to offset ${batch.nextOffset} of topic ${batch.topic}`,
        );
      }
    },
  };
};

function* oneByOne<Statement>(
  batch: PartitionBatch<WrittenTable<Statement>>,
): Generator<TableStatement<Statement>> {
  for (const { table, events } of batch.changes) {
    for (const event of events) {
      const statements = table.statements.forSteps(planBatch([event]));
      // The same values were counted when the batch was planned.
      table.takeNulled();
      for (const statement of statements) yield { table, statement };
    }
  }
}
