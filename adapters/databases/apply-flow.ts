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
import type {
  DeadLetterAnswer,
  DeadLetterRange,
  RefusedEvent,
  StoredDeadLetter,
} from '#core/ports/dead-letters.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';

/** A table of a target, with the statements that write to it. */
export interface WrittenTable<Statement> extends GuardedTable {
  readonly statements: { forSteps(steps: readonly PlanStep[]): readonly Statement[] };
}

export interface TableStatement<Statement, Table = GuardedTable> {
  readonly table: Table;
  readonly statement: Statement;
}

/** A batch with the statements that write it. */
export interface PlannedBatch<Table extends WrittenTable<Statement>, Statement> {
  readonly batch: PartitionBatch<Table>;
  readonly statements: readonly TableStatement<Statement, Table>[];
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
  /** Writes what becomes of the partition's dead letters. */
  changeDeadLetters(session: Session, batch: PartitionBatch): Promise<void>;
  readDeadLetters(of: DeadLetterRange): Promise<readonly StoredDeadLetter[]>;
  answerDeadLetters(answers: readonly DeadLetterAnswer[]): Promise<void>;
  /** Returns what `work` did: true is committed, false rolled back, and a rejection closes the session, which rolls back. */
  transaction(work: (session: Session) => Promise<boolean>): Promise<boolean>;
  /**
   * False when the statement hit another number of rows than it had to. A change of rows that are not known as a whole may hit
   * fewer, unless `mustFind` is set.
   */
  run(session: Session, statement: Statement, target: TableRef, mustFind: boolean): Promise<boolean>;
  /** Whether rows broke a constraint, which they may not do when they are written one by one. */
  isViolation(error: unknown): boolean;
  /** Whether it was a unique one. */
  isUniqueViolation(error: unknown): boolean;
  /** A savepoint of the session's transaction by its name. */
  savepoint(session: Session, action: 'set' | 'release' | 'roll-back', name: string): Promise<void>;
  /** `action` completes "Cannot ...". A MillraceError stays what it is. */
  describe(error: unknown, action: string, table?: TableRef): MillraceError;
}

/** The target tables that a batch writes. */
export const writtenTables = ({ changes }: PartitionBatch): readonly TableRef[] =>
  changes.map(({ table }) => table.mapping.target);

/** SQL's. */
export const savepointVerbs = {
  set: 'SAVEPOINT',
  release: 'RELEASE SAVEPOINT',
  'roll-back': 'ROLLBACK TO SAVEPOINT',
} as const;

export interface ApplyFlowOptions {
  readonly replicationId: ReplicationId;
  readonly onNulled?: OnNulled;
}

type Applied = 'applied' | 'row-missing';

interface TableEvent<Table> {
  readonly table: Table;
  readonly event: RowEvent;
}

/** The parts of an `ApplyTarget` that are the same for every kind of target. */
export interface ApplyFlow<Table extends WrittenTable<Statement>, Session, Statement>
  extends Pick<
    ApplyTarget<Table, PlannedBatch<Table, Statement>>,
    'claim' | 'readCheckpoint' | 'apply' | 'findRefused' | 'readDeadLetters' | 'answerDeadLetters'
  > {
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
      if (await driver.moveCheckpoint(session, batch)) {
        const isWritten = await write(session);
        if (isWritten && batch.deadLetters !== undefined) await driver.changeDeadLetters(session, batch);
        return isWritten;
      }
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
    statements: Iterable<TableStatement<Statement, Table>>,
    mustFind: (table: Table) => boolean,
  ): Promise<boolean> => {
    for (const { table, statement } of statements) {
      const { target } = table.mapping;
      try {
        if (!(await driver.run(session, statement, target, mustFind(table)))) return false;
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

    findRefused: async (batch, max) => {
      const refused: RefusedEvent[] = [];
      const events = batch.changes.flatMap(({ table, events: ofTable }) =>
        ofTable.map((event) => ({ table, event })),
      );
      const attempt = async (session: Session, some: typeof events, depth: number): Promise<void> => {
        if (some.length === 0 || refused.length > max) return;
        const savepoint = `millrace_${depth}`;
        await driver.savepoint(session, 'set', savepoint);
        let isWhole = false;
        try {
          isWhole = await write(session, statementsOf<Table, Statement>(some), () => false);
        } catch (cause) {
          const [first] = some;
          const error = driver.describe(cause, 'apply changes', first?.table.mapping.target);
          if (error.policy.isOfOneRow !== true) throw error;
          if (some.length === 1 && first !== undefined) {
            const isUniqueViolation = driver.isUniqueViolation(cause);
            refused.push({ event: first.event, error, isUniqueViolation });
          }
        }
        if (isWhole) {
          await driver.savepoint(session, 'release', savepoint);
          return;
        }
        await driver.savepoint(session, 'roll-back', savepoint);
        // A move whose row was refused before finds none, and ends the statements: those behind it are still to be tried.
        if (some.length === 1) return;
        const middle = Math.ceil(some.length / 2);
        await attempt(session, some.slice(0, middle), depth + 1);
        await attempt(session, some.slice(middle), depth + 1);
      };
      try {
        await driver.transaction(async (session) => {
          await attempt(session, events, 1);
          return false;
        });
      } catch (error) {
        throw driver.describe(error, 'try changes one by one');
      }
      return refused;
    },

    readDeadLetters: async (of) => {
      try {
        return await driver.readDeadLetters(of);
      } catch (error) {
        throw driver.describe(error, 'read the dead letters');
      }
    },

    answerDeadLetters: async (answers) => {
      if (answers.length === 0) return;
      try {
        await driver.answerDeadLetters(answers);
      } catch (error) {
        throw driver.describe(error, 'record the tries of dead letters');
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

    apply: async (planned, { mayPassOver, mustFind } = strictly) => {
      const { batch } = planned;
      try {
        return await transact(planned, (session) => write(session, planned.statements, mustFind));
      } catch (error) {
        if (!driver.isViolation(error)) throw driver.describe(error, 'apply changes');
      }
      let passedOver = 0;
      const halves = new Halves<Table, Session, Statement>({
        driver,
        write: (session, statements) => write(session, statements, mustFind),
        mayPassOver,
        passedOver: () => {
          passedOver += 1;
        },
      });
      const events = batch.changes.flatMap(({ table, events: ofTable }) =>
        ofTable.map((event) => ({ table, event })),
      );
      try {
        const applied = await transact(planned, (session) => halves.write(session, events));
        return applied === 'applied' && passedOver > 0 ? 'passed-over' : applied;
      } catch (error) {
        throw driver.describe(
          error,
          `apply changes up to offset ${batch.nextOffset} of topic ${batch.topic}`,
        );
      }
    },
  };
};

const strictly = { mayPassOver: () => false, mustFind: () => false };

interface HalvesOptions<Table, Session, Statement> {
  readonly driver: ApplyDriver<Session, Statement>;
  readonly write: (
    session: Session,
    statements: Iterable<TableStatement<Statement, Table>>,
  ) => Promise<boolean>;
  readonly mayPassOver: (table: Table) => boolean;
  readonly passedOver: () => void;
}

/**
 * Writes events that break a constraint together. Statements for many rows have an order of their own, in which two rows cannot
 * exchange a unique value. So the events are halved, and each half again, down to single events in the order of the source.
 * Most of them stay together: one event that has to be by itself costs two statements for each halving.
 */
class Halves<Table extends WrittenTable<Statement>, Session, Statement> {
  readonly #options: HalvesOptions<Table, Session, Statement>;

  constructor(options: HalvesOptions<Table, Session, Statement>) {
    this.#options = options;
  }

  /** False when a statement hit another number of rows than it had to. The events are known to break a constraint together. */
  async write(session: Session, events: readonly TableEvent<Table>[], depth = 1): Promise<boolean> {
    const middle = Math.ceil(events.length / 2);
    for (const half of [events.slice(0, middle), events.slice(middle)]) {
      if (half.length > 0 && !(await this.#writeHalf(session, half, depth))) return false;
    }
    return true;
  }

  async #writeHalf(session: Session, events: readonly TableEvent<Table>[], depth: number): Promise<boolean> {
    const { driver, write, mayPassOver, passedOver } = this.#options;
    const savepoint = `millrace_${depth}`;
    await driver.savepoint(session, 'set', savepoint);
    try {
      if (!(await write(session, statementsOf<Table, Statement>(events)))) return false;
      await driver.savepoint(session, 'release', savepoint);
      return true;
    } catch (error) {
      const [first] = events;
      const isAlone = events.length === 1 && first !== undefined;
      const isOutdated = isAlone && driver.isUniqueViolation(error) && mayPassOver(first.table);
      if (!driver.isViolation(error) || (isAlone && !isOutdated)) throw error;
      await driver.savepoint(session, 'roll-back', savepoint);
      if (!isOutdated) return this.write(session, events, depth + 1);
      passedOver();
      return write(session, statementsOf<Table, Statement>(withoutRow(first)));
    }
  }
}

/**
 * What is left of an event that is passed over: the row is taken away until its next event comes. As it was before, it might
 * hold a value that another row has got since.
 */
const withoutRow = <Table>({ table, event }: TableEvent<Table>): readonly TableEvent<Table>[] => {
  if (event.kind === 'truncate') return [];
  const from = event.kind === 'rekey' || event.kind === 'move' ? event.from : undefined;
  return [event, ...(from === undefined ? [] : [from])].map(({ key, row }) => ({
    table,
    event: { kind: 'delete', key, row },
  }));
};

function* statementsOf<Table extends WrittenTable<Statement>, Statement>(
  events: readonly TableEvent<Table>[],
): Generator<TableStatement<Statement, Table>> {
  for (const [table, ofTable] of Map.groupBy(events, ({ table }) => table)) {
    const statements = table.statements.forSteps(planBatch(ofTable.map(({ event }) => event)));
    // The same values were counted when the batch was planned.
    table.takeNulled();
    for (const statement of statements) yield { table, statement };
  }
}
