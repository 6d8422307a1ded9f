import { heldAlert } from '#core/alerts/compose-alert.ts';
import type { TopicTables } from '#core/apply/decode-records.ts';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { transientRetryDelaysMs } from '#core/contracts/consumer.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SchemaChange } from '#core/contracts/schema-change.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import { topicName } from '#core/naming/names.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { MetricsPort } from '#core/ports/metrics.ts';
import type { AlertSink } from '#core/ports/services.ts';
import type { CopyStore, ReplicationStore } from '#core/ports/state-store.ts';
import type { ChangeInbox } from './change-inbox.ts';
import { setStateUnlessReplanned } from './set-state-unless-replanned.ts';

export interface HeldTablesOptions {
  readonly replication: Replication;
  /** The tables that were held when the consumer began. */
  readonly before: readonly TableRef[];
  readonly store: Pick<CopyStore & ReplicationStore, 'setTableState' | 'addActivity'>;
  readonly inbox: Pick<ChangeInbox, 'noteHeld' | 'of'>;
  readonly alerts: AlertSink;
  readonly metrics: MetricsPort;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The tables that wait: their topics are not read further, so the checkpoint stays exactly before the event that cannot be
 * applied. A held table stays held until the consumer starts again and the cause is gone.
 */
export class HeldTables {
  readonly #options: HeldTablesOptions;
  readonly #tables = new Map<string, MillraceError>();
  readonly #topics = new Map<string, AbortController>();
  /** Tables that were held when the consumer began, and are so until they have gone on, with the change that they wait at. */
  readonly #expected = new Map<string, string>();

  constructor(options: HeldTablesOptions) {
    this.#options = options;
  }

  has({ schema, table }: TableRef): boolean {
    return this.#tables.has(tableKey({ schema, table }));
  }

  /** The table was held at this change before, and nobody has decided on it: it counts as held until it has gone past. */
  expect(source: TableRef, { changeId }: SchemaChange): void {
    this.#expected.set(tableKey(source), changeId);
  }

  /** The table goes on, whatever it was held for before the consumer began. */
  async release(source: TableRef): Promise<void> {
    const { replication, store, log } = this.#options;
    if (!this.#expected.delete(tableKey(source)) || this.has(source)) return;
    const isReleased = await this.#retry(() =>
      setStateUnlessReplanned(
        store,
        replication.replicationId,
        source,
        { state: 'catching-up' },
        { generation: replication.copyGeneration, states: ['held'] },
      ),
    );
    if (isReleased) log.info(`Table ${tableLabel(source)} was held, and goes on`);
  }

  /** Whether the topic's table was held when the consumer began. */
  wasHeld(topic: string): boolean {
    const { before, replication } = this.#options;
    return before.some((source) => topicName(replication.topicPrefix, source) === topic);
  }

  /** Aborted when the topic's table is held. */
  signalOf(topic: string): AbortSignal {
    return this.#controllerOf(topic).signal;
  }

  /** Holds every table of the topic. Returns when it is recorded; what cannot be recorded is thrown. */
  async holdTopic(topic: string, tables: TopicTables, error: MillraceError): Promise<void> {
    for (const table of tables.values()) if (table !== null) await this.hold(table.mapping.source, error);
    this.#controllerOf(topic).abort();
  }

  /** Does nothing for a table that is held already, unless by now only a new copy makes it right. Returns whether it has recorded it now. */
  async hold(source: TableRef, error: MillraceError): Promise<boolean> {
    const { replication, store, alerts, metrics, clock, log } = this.#options;
    const { replicationId, connectorName, copyGeneration } = replication;
    const table = tableLabel(source);
    this.#controllerOf(topicName(replication.topicPrefix, source)).abort();
    const before = this.#tables.get(tableKey(source));
    if (before !== undefined && (before.code === error.code || error.code !== 'TargetChanged')) return false;
    this.#tables.set(tableKey(source), error);
    const change = await this.#changeOf(source, error);
    const isKnown = change !== undefined && this.#expected.get(tableKey(source)) === change.changeId;
    const { message } = error;
    const advice = change === undefined ? error.policy.advice : adviseOn(change, replicationId, error);
    const at = clock.now().toISOString();
    const isRecorded = await this.#retry(() =>
      setStateUnlessReplanned(
        store,
        replicationId,
        source,
        {
          ...{ state: 'held', message: `${message} ${advice}` },
          ...(!isKnown && { heldSince: at }),
          waitingChange: change?.state === 'waiting' ? change.changeId : '',
        },
        { generation: copyGeneration, states: ['catching-up', 'live', 'held'] },
      ),
    );
    if (!isRecorded) {
      log.info(`Table ${table} is copied again, so it is not held for what was before: ${message}`, {
        table,
      });
      return false;
    }
    if (isKnown) {
      log.info(`Table ${table} is still held: ${message}`, { table });
      return true;
    }
    log.error(`Table ${table} is held: ${message} The other tables go on.`, { table, error, advice });
    metrics.countError(connectorName, error.code);
    await this.#retry(() =>
      store.addActivity(replication, {
        at,
        actor: 'consumer',
        action: 'table-held',
        message: `Table ${table} is held: ${message} ${advice}`,
      }),
    );
    try {
      await this.#retry(() => alerts.publish(heldAlert(replication, table, { reason: message, advice })));
    } catch (cause) {
      log.error('Could not publish the alert; the status and the activity have its text', { error: cause });
    }
    return true;
  }

  /** The change that a person decides on. */
  async #changeOf(source: TableRef, error: MillraceError): Promise<SchemaChange | undefined> {
    const { inbox, replication } = this.#options;
    if (error.code !== 'SchemaChanged') return undefined;
    if (error.facts.schemaChange !== undefined) return inbox.of(source);
    const mapping = replication.tables.find((table) => tableKey(table.source) === tableKey(source));
    return mapping === undefined ? undefined : this.#retry(() => inbox.noteHeld(mapping, error));
  }

  #controllerOf(topic: string): AbortController {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const controller = new AbortController();
    this.#topics.set(topic, controller);
    return controller;
  }

  #retry<T>(action: () => Promise<T>): Promise<T> {
    return retryTransient(action, { delaysMs: transientRetryDelaysMs, clock: this.#options.clock });
  }
}

/** Calls of the API stand in it as callers write them. */
const adviseOn = (change: SchemaChange, replicationId: number, error: MillraceError): string => {
  const path = `/replications/${replicationId}/schema-changes/${change.changeId}`;
  if (change.state === 'rejected') {
    return (
      `${error.policy.advice} Or choose another policy (PUT /replications/${replicationId}/schema-policy) and let the consumer start ` +
      `again. The change may still be approved: POST ${path}/approve.`
    );
  }
  return change.way === 'resync'
    ? `${error.policy.advice} Or decide on change ${change.changeId}: GET ${path}.`
    : `Decide on change ${change.changeId}: GET ${path}, then POST ${path}/approve or POST ${path}/reject.`;
};
