import type { Replication, StartWait } from '#core/contracts/replication.ts';
import { type Run, stepLabel } from '#core/contracts/steps.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import {
  describeWait,
  nextWait,
  stillWaitedFor,
  waitedTooLong,
  waitUntil,
} from '#core/lifecycle/start-wait.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';

export interface TransactionWaitPorts {
  readonly store: Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'>;
  readonly clock: Clock;
  readonly log: Log;
}

const step = stepLabel('Capture');

/** The wait of one start for transactions that are open at the source, kept with the replication from call to call. */
export class TransactionWait {
  readonly #run: Run;
  readonly #connectorName: string;
  readonly #ports: TransactionWaitPorts;
  #wait: StartWait | undefined;

  constructor(
    run: Run,
    { connectorName, wait }: Pick<Replication, 'connectorName' | 'wait'>,
    ports: TransactionWaitPorts,
  ) {
    this.#run = run;
    this.#connectorName = connectorName;
    this.#ports = ports;
    this.#wait = wait?.generation === run.generation ? wait : undefined;
  }

  remainingMs(): number {
    const now = this.#ports.clock.now();
    return Math.max(0, waitUntil(this.#wait, this.#run, now).getTime() - now.getTime());
  }

  /** Those of `open` that the wait is for. Others that are open now began after capture did. */
  olderOnes(open: readonly string[]): readonly string[] {
    return stillWaitedFor(this.#wait, this.#run.generation, open);
  }

  /**
   * The same where the source itself knows for whom it waits, and this is for people only: those of before, or, when the
   * source waits for more, those that are open now.
   */
  continuedList(open: readonly string[]): readonly string[] {
    const older = this.olderOnes(open);
    return older.length === 0 ? open : older;
  }

  /** Stores for whom the start waits. Throws `OpenTransactions` when it may wait no longer, and `Superseded`. */
  async goOn(waitedFor: readonly string[]): Promise<void> {
    const { store, clock, log } = this.#ports;
    const { clientId, replicationId, generation } = this.#run;
    await requireCurrentRun(store, this.#run);
    const now = clock.now();
    const wait = nextWait(this.#wait, { run: this.#run, waitedFor, now });
    const isFirst = this.#wait === undefined;
    if (isFirst || JSON.stringify(wait) !== JSON.stringify(this.#wait)) {
      this.#wait = wait;
      await store.updateReplication(clientId, replicationId, { wait }, { generation });
      log.info(`${step} ${describeWait(wait)}`, { step });
    }
    if (isFirst) await this.#addActivity('waiting-for-transactions', describeWait(wait));
    if (now.getTime() >= Date.parse(wait.until)) throw waitedTooLong(wait, this.#connectorName);
  }

  /** Nothing is in the way any more. */
  async end(): Promise<void> {
    if (this.#wait === undefined) return;
    const { store, clock } = this.#ports;
    const { clientId, replicationId, generation } = this.#run;
    const seconds = Math.round((clock.now().getTime() - Date.parse(this.#wait.since)) / 1_000);
    await store.updateReplication(clientId, replicationId, { wait: undefined }, { generation });
    this.#wait = undefined;
    await this.#addActivity(
      'transactions-ended',
      `The transactions that the start waited for have ended, after ${seconds} s.`,
    );
  }

  async #addActivity(action: string, message: string): Promise<void> {
    const { store, clock } = this.#ports;
    await store.addActivity(this.#run, {
      at: clock.now().toISOString(),
      actor: 'start-replication',
      action,
      message,
    });
  }
}
