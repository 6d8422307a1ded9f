import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import {
  cancelSlotCreationStatement,
  createSlotStatement,
  dropSlotStatement,
  keepWithoutClientStatement,
  slotStatement,
  standbySlotsStatement,
} from '#core/databases/postgresql/source/capture-statements.ts';
import {
  openTransactionsStatement,
  readOpenTransaction,
} from '#core/databases/postgresql/source/open-transactions.ts';
import type { SlotState } from '#core/databases/postgresql/source/readiness.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { CapturePreparation, CaptureWait } from '#core/ports/databases.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { closePool, createPool, cutConnection } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { type Executor, runStatement } from '../driver/executor.ts';

/*
 * A new slot is there when every transaction that was open when it was asked for has ended. That can take longer than a
 * Lambda lives, and a server that is asked again begins its wait again: with transactions that overlap, it would never end.
 * So the session that creates the slot is left behind. A server that waits for a transaction does not look at its
 * client, goes on when the client is gone, and has the slot on disk before it answers. The next call finds the slot as one
 * that is being created, and waits on. `statement_timeout` ends a session that nobody comes back for.
 */

const slotPollMs = 500;
/** A wait of a second is not worth a word. */
const firstTellMs = 1_500;
const tellEveryMs = 5_000;
/** A cancelled creation takes its slot away within milliseconds. */
const cancelledWithinMs = 5_000;

const booleanSchema = z.enum(['t', 'f']).transform((text) => text === 't');

const slotSchema = z.strictObject({
  active: booleanSchema,
  walStatus: z.string(),
  confirmedFlushPosition: z.string().nullable(),
  isOurs: booleanSchema,
  isBeingCreated: booleanSchema,
});

export interface ReplicationSlot {
  readonly state: SlotState;
  /** It is one of this database, for the plug-in that the connector uses. */
  readonly isOurs: boolean;
  /** A session, perhaps one that an earlier call left behind, still waits for open transactions. */
  readonly isBeingCreated: boolean;
}

export const readSlot = async (executor: Executor, name: string): Promise<ReplicationSlot | undefined> => {
  const [row] = await executor.query(`read the slot ${name}`, slotStatement(name));
  if (row === undefined) return undefined;
  const { isOurs, isBeingCreated, confirmedFlushPosition, ...state } = slotSchema.parse(row);
  return {
    isOurs,
    isBeingCreated,
    state: { ...state, ...(confirmedFlushPosition !== null && { confirmedFlushPosition }) },
  };
};

/** Creates the slot unless it is there, and waits for it as long as a call may. */
export const ensureSlot = async (
  executor: Executor,
  settings: ConnectionSettings,
  name: string,
  wait: CaptureWait,
): Promise<CapturePreparation> => {
  const giveUpAt = Date.now() + wait.callMs;
  let tellAt = Date.now() + firstTellMs;
  let creation: SlotCreation | undefined;
  try {
    for (;;) {
      const slot = await readSlot(executor, name);
      if (slot !== undefined && !slot.isBeingCreated) {
        refuseForeign(slot, name, settings);
        return { isReady: true };
      }
      if (creation?.failure !== undefined) {
        if (!isTimeout(creation.failure)) throw creation.failure;
        return await notReady(executor);
      }
      if (Date.now() >= giveUpAt) return await notReady(executor);
      if (slot === undefined && creation === undefined)
        creation = new SlotCreation(settings, name, wait.totalMs);
      if (Date.now() >= tellAt && wait.onWait !== undefined) {
        tellAt = Date.now() + tellEveryMs;
        await tell(executor, name, wait.onWait);
      }
      await Promise.race([creation?.ended ?? sleep(slotPollMs), sleep(slotPollMs)]);
    }
  } finally {
    await creation?.leave();
  }
};

/** Drops the slot, also one that is still being created. Does nothing when there is none. */
export const dropSlot = async (executor: Executor, name: string): Promise<void> => {
  await cancelCreation(executor, name);
  await executor.query(`drop the slot ${name}`, dropSlotStatement(name));
};

const cancelCreation = async (executor: Executor, name: string): Promise<void> => {
  const giveUpAt = Date.now() + cancelledWithinMs;
  while ((await readSlot(executor, name))?.isBeingCreated === true && Date.now() < giveUpAt) {
    await executor.query(`cancel the creation of the slot ${name}`, cancelSlotCreationStatement(name));
    await sleep(slotPollMs);
  }
};

/** A caller that refuses to wait on leaves no session that waits on. */
const tell = async (
  executor: Executor,
  name: string,
  onWait: NonNullable<CaptureWait['onWait']>,
): Promise<void> => {
  try {
    await onWait(await listOpenTransactions(executor));
  } catch (error) {
    await cancelCreation(executor, name);
    throw error;
  }
};

/** Transactions of the server that have written something and are open, in words, the oldest first. */
export const listOpenTransactions = async (executor: Executor): Promise<readonly string[]> =>
  (await executor.query('read the open transactions', openTransactionsStatement)).map(readOpenTransaction);

const notReady = async (executor: Executor): Promise<CapturePreparation> => ({
  isReady: false,
  transactions: await listOpenTransactions(executor),
});

const refuseForeign = ({ isOurs }: ReplicationSlot, name: string, settings: ConnectionSettings): void => {
  if (isOurs) return;
  const database = databaseLabel(settings);
  throw new MillraceError(
    'Conflict',
    `The slot ${name} at ${database} belongs to another database or plug-in; drop it there.`,
    { facts: { database, slot: name } },
  );
};

/** 57014: the server has ended the statement at its `statement_timeout`. */
const isTimeout = ({ facts }: MillraceError): boolean => facts.sqlState === '57014';

/** 42710: another call has begun to create the slot in the meantime; the caller looks what there is now. */
const isDuplicate = ({ facts }: MillraceError): boolean => facts.sqlState === '42710';

/** A session of its own that creates a slot, and goes on at the server when it is left. */
class SlotCreation {
  /** Resolves when the server has answered, or the session could not be opened. */
  readonly ended: Promise<void>;
  failure: MillraceError | undefined;
  readonly #pool: pg.Pool;
  #client: pg.PoolClient | undefined;
  #hasEnded = false;

  constructor(settings: ConnectionSettings, name: string, totalMs: number) {
    this.#pool = createPool(settings, {
      applicationName: 'millrace-slot',
      maxConnections: 1,
      statementTimeoutMs: Math.max(1, totalMs),
      // The wait for a transaction is a wait for its lock.
      lockTimeoutMs: 0,
      // A session whose client is gone ends when it has something to say.
      sessionSettings: { client_min_messages: 'error' },
    });
    this.ended = this.#create(name).then(
      () => {
        this.#hasEnded = true;
      },
      (cause: unknown) => {
        const error = toDatabaseError(cause, {
          action: `create the slot ${name}`,
          database: databaseLabel(settings),
        });
        this.#hasEnded = true;
        if (!isDuplicate(error)) this.failure = error;
      },
    );
  }

  /** Closes the connection. The server goes on creating the slot unless it has ended. */
  async leave(): Promise<void> {
    if (this.#client !== undefined) {
      if (!this.#hasEnded) cutConnection(this.#client);
      this.#client.release(true);
    }
    await closePool(this.#pool);
    await this.ended;
  }

  async #create(name: string): Promise<void> {
    this.#client = await this.#pool.connect();
    await runStatement(this.#client, keepWithoutClientStatement);
    const [server] = await runStatement(this.#client, standbySlotsStatement);
    const canBeOnStandby = booleanSchema.parse(server?.canBeOnStandby);
    await runStatement(this.#client, createSlotStatement(name, canBeOnStandby));
  }
}
