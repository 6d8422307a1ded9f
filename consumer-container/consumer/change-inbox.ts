import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { TableProgress } from '#core/contracts/copy.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import type { ColumnLimit, SchemaChange, SchemaChangeWay } from '#core/contracts/schema-change.ts';
import { isOpenChange } from '#core/contracts/schema-change.ts';
import { type ChangeKind, changeKindSchema } from '#core/contracts/schema-policy.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { SchemaChangeStore } from '#core/ports/state-store.ts';
import type { ChangePosition, TargetStep } from '#core/ports/table-changer.ts';
import { closeChange, withdrawDecision } from '#core/schema/decide-change.ts';
import { findLimits } from '#core/schema/find-limits.ts';
import { outlineTable, shapeDigest } from '#core/schema/outline-table.ts';
import { rateChange } from '#core/schema/rate-change.ts';

/** How often decisions are looked for while a change waits for one. */
const decisionPollMs = 3_000;

/** Every so many looks for decisions, the source's catalog is looked at as well: a table that waits may be changed again. */
const looksPerCatalogLook = 7;

/** A person has decided, or a table that waits was changed again: the consumer begins once more at its checkpoints. */
export class BeginAgain extends Error {}

/** A change that the consumer has come to. */
export interface AskedChange {
  readonly source: TableRef;
  readonly target: TableRef;
  readonly way: SchemaChangeWay;
  readonly kinds: readonly ChangeKind[];
  readonly what: string;
  readonly before?: TableDescription | undefined;
  readonly after?: TableDescription | undefined;
  /** What the source's catalog says of the table. */
  readonly now?: TableDescription | undefined;
  readonly statements: readonly string[];
  readonly steps?: readonly TargetStep[];
  readonly droppable?: readonly string[];
  readonly limits?: readonly ColumnLimit[];
  readonly position?: ChangePosition;
  /** An earlier attempt may have done some of the statements, so they may be fewer now. */
  readonly isRepeated?: boolean;
}

export interface ChangeInboxOptions {
  readonly replication: Replication;
  readonly store: SchemaChangeStore;
  readonly describeSources: (tables: readonly TableRef[]) => Promise<readonly TableDescription[]>;
  readonly shapeOf: (source: TableRef) => KnownShape | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The changes of tables that a person decides on, as this consumer knows them. */
export class ChangeInbox {
  readonly #options: ChangeInboxOptions;
  readonly #open = new Map<string, SchemaChange>();
  readonly #copiedAt = new Map<string, string>();

  constructor(options: ChangeInboxOptions) {
    this.#options = options;
  }

  /** Reads what is open, and closes what has ended meanwhile. */
  async load(progress: readonly TableProgress[]): Promise<void> {
    const { replication, store } = this.#options;
    const ofTable = new Map(progress.map((table) => [tableKey(table.source), table]));
    for (const [key, { finishedAt }] of ofTable) {
      if (finishedAt !== undefined) this.#copiedAt.set(key, finishedAt);
    }
    const tables = new Set(replication.tables.map(({ source }) => tableKey(source)));
    for (const change of await store.listSchemaChanges(replication.replicationId)) {
      if (!isOpenChange(change)) continue;
      this.#open.set(change.changeId, change);
      const key = tableKey(change.source);
      const table = ofTable.get(key);
      const version = this.#options.shapeOf(change.source)?.version ?? 0;
      if (!tables.has(key)) await this.#close(change, 'expired', 'The table was left out.');
      // Its copy is under way, and has no plan at its beginning.
      else if (table === undefined || table.state === 'pending' || table.state === 'copying')
        this.#open.delete(change.changeId);
      else if (table.finishedAt !== change.copiedAt) {
        const isApproved = change.state === 'approved' && change.way === 'resync';
        await this.#close(change, isApproved ? 'applied' : 'expired', 'The table was copied again.');
      } else if (version > change.shapeVersion) {
        const isApproved = change.state === 'approved';
        await this.#close(change, isApproved ? 'applied' : 'expired', 'The target has followed.');
      }
    }
  }

  /** The open change of a table. */
  of(source: TableRef): SchemaChange | undefined {
    return [...this.#open.values()].find((change) => tableKey(change.source) === tableKey(source));
  }

  get hasApproved(): boolean {
    return [...this.#open.values()].some(({ state, way }) => state === 'approved' && way !== 'resync');
  }

  /**
   * The change as it is stored, with what a person has decided. One that was not known waits from now on, in the place of an older one
   * of the table. An approval holds only for the statements that were shown.
   */
  async ask(asked: AskedChange): Promise<SchemaChange> {
    const fingerprint = this.#fingerprintOf(asked);
    for (;;) {
      const known = this.of(asked.source);
      if (known !== undefined && known.fingerprint !== fingerprint) {
        await this.#close(known, 'expired', `The table was changed once more: ${asked.what}.`);
        continue;
      }
      const next = known === undefined ? this.#create(asked, fingerprint) : this.#refresh(known, asked);
      if (next === known) return next;
      if (await this.#put(next, known?.version)) return next;
    }
  }

  /** Makes a change out of a table that is held for what its target cannot follow. Returns it. */
  async noteHeld(mapping: TableMapping, error: MillraceError): Promise<SchemaChange> {
    const { describeSources, shapeOf } = this.#options;
    const { source, target } = mapping;
    let now: TableDescription | undefined;
    try {
      // Where the kinds are known, columns have changed. A thousand tables that are not captured are not looked at one by one.
      if (error.facts.kinds !== undefined) [now] = await describeSources([source]);
    } catch (cause) {
      if (!toMillraceError(cause).isTransient) throw cause;
    }
    const before = shapeOf(source)?.copied;
    const kinds = z.array(changeKindSchema).min(1).safeParse(error.facts.kinds);
    return this.ask({
      ...{ source, target, way: 'resync', statements: [], before, after: now, now },
      kinds: kinds.data ?? ['other'],
      what: whatOf(error.message, source),
      limits:
        before === undefined || now === undefined
          ? []
          : findLimits(mapTable(before, mapping).mapped, mapTable(now, mapping).mapped),
    });
  }

  async applied({ changeId }: SchemaChange, note: string): Promise<void> {
    const change = this.#open.get(changeId);
    if (change !== undefined) await this.#close(change, 'applied', note);
  }

  /** The table has gone past what was asked about it. */
  async passed(source: TableRef, note: string): Promise<void> {
    const change = this.of(source);
    if (change !== undefined) await this.#close(change, 'applied', note);
  }

  /** An approval cannot be carried out as it was meant. Returns the change, which waits again. */
  async withdraw(change: SchemaChange, note: string): Promise<SchemaChange> {
    const waiting = withdrawDecision(change, this.#options.clock.now().toISOString(), note);
    await this.#put(waiting, change.version);
    return waiting;
  }

  /** Throws `BeginAgain` when a decision about a held table is to be carried out. Returns when the signal is aborted. */
  async watch(isHeld: (source: TableRef) => boolean, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (let looks = 1; !signal.aborted; looks += 1) {
      await clock.sleep(decisionPollMs, signal).catch(() => undefined);
      const waiting = [...this.#open.values()].filter(({ source }) => isHeld(source));
      if (signal.aborted || waiting.length === 0) continue;
      try {
        await this.#lookForDecisions(waiting);
        if (looks % looksPerCatalogLook === 0) await this.#lookAtSource(waiting);
      } catch (cause) {
        const error = toMillraceError(cause);
        if (cause instanceof BeginAgain || !error.isTransient) throw cause;
        log.warn(`Could not look for decisions about changes of tables: ${error.message}`, { error });
      }
    }
  }

  async #lookForDecisions(waiting: readonly SchemaChange[]): Promise<void> {
    const { replication, store } = this.#options;
    const stored = new Map(
      (await store.listSchemaChanges(replication.replicationId)).map((change) => [change.changeId, change]),
    );
    for (const { changeId, source } of waiting) {
      const change = stored.get(changeId);
      if (change !== undefined) this.#open.set(changeId, change);
      if (change?.state === 'approved' && change.way !== 'resync') {
        throw new BeginAgain(
          `Change ${changeId} of table ${tableLabel(source)} was approved by ${change.decidedBy}.`,
        );
      }
    }
  }

  async #lookAtSource(waiting: readonly SchemaChange[]): Promise<void> {
    const found = await this.#options.describeSources(waiting.map(({ source }) => source));
    const tables = new Map(found.map((table) => [tableKey(table.ref), table]));
    for (const { source, catalogDigest } of waiting) {
      const now = tables.get(tableKey(source));
      if (now === undefined || catalogDigest === undefined || shapeDigest(now) === catalogDigest) continue;
      throw new BeginAgain(`Table ${tableLabel(source)} was changed once more while it waits.`);
    }
  }

  #create(asked: AskedChange, fingerprint: string): SchemaChange {
    const at = this.#options.clock.now().toISOString();
    const { source, target, way, kinds, what, before, after, statements, droppable, limits } = asked;
    const copiedAt = this.#copiedAt.get(tableKey(source));
    return {
      changeId: createHash('sha256').update(`${fingerprint} ${randomUUID()}`).digest('hex').slice(0, 12),
      ...{ version: 1, fingerprint, source, target, state: 'waiting', way, what, statements },
      kinds: [...new Set(kinds)],
      ...(before !== undefined && { before: outlineTable(before) }),
      ...(after !== undefined && { after: outlineTable(after) }),
      droppable: droppable ?? [],
      limits: limits ?? [],
      risk: rateChange(way, asked.steps),
      shapeVersion: this.#options.shapeOf(source)?.version ?? 0,
      ...(copiedAt !== undefined && { copiedAt }),
      ...placeOf(asked),
      detectedAt: at,
      updatedAt: at,
    };
  }

  /** The same object when nothing of it is another. */
  #refresh(known: SchemaChange, asked: AskedChange): SchemaChange {
    const at = this.#options.clock.now().toISOString();
    const isSame = known.statements.join(';\n') === asked.statements.join(';\n');
    const place = placeOf(asked);
    const moved = { ...known, ...place };
    if (!isSame && asked.isRepeated !== true) {
      const { rehearsal: _former, ...rest } = moved;
      const replanned = { ...rest, statements: asked.statements, droppable: asked.droppable ?? [] };
      return known.state === 'approved'
        ? withdrawDecision(
            replanned,
            at,
            'The target table was changed after the approval, so that other statements are planned now.',
          )
        : { ...replanned, version: known.version + 1, updatedAt: at };
    }
    return JSON.stringify(moved) === JSON.stringify(known) ? known : moved;
  }

  async #close(change: SchemaChange, state: 'applied' | 'expired', note: string): Promise<void> {
    const { clock, log } = this.#options;
    let current = change;
    for (;;) {
      const closed = closeChange(current, { state, at: clock.now().toISOString(), note });
      if (await this.#put(closed, current.version)) break;
      const stored = this.#open.get(change.changeId);
      if (stored === undefined || !isOpenChange(stored)) break;
      current = stored;
    }
    this.#open.delete(change.changeId);
    log.info(`Change ${change.changeId} of table ${tableLabel(change.source)} is ${state}: ${note}`, {
      table: tableLabel(change.source),
    });
  }

  /** False when the API has changed it meanwhile; then it is read again. */
  async #put(change: SchemaChange, before: number | undefined): Promise<boolean> {
    const { store, replication } = this.#options;
    const { replicationId } = replication;
    const isWritten = await store.putSchemaChange(replicationId, change, before);
    const current = isWritten ? change : await store.getSchemaChange(replicationId, change.changeId);
    if (current === undefined || !isOpenChange(current)) this.#open.delete(change.changeId);
    else this.#open.set(change.changeId, current);
    return isWritten;
  }

  #fingerprintOf({ way, source, what, before, after, position }: AskedChange): string {
    const version = this.#options.shapeOf(source)?.version ?? 0;
    const shapes = [before, after].map((table) => (table === undefined ? null : outlineTable(table)));
    const parts: readonly unknown[] =
      way === 'follow'
        ? shapes
        : way === 'truncate'
          ? [position?.topic, position?.partition, String(position?.nextOffset)]
          : [what];
    return createHash('sha256')
      .update(JSON.stringify([way, tableKey(source), version, this.#copiedAt.get(tableKey(source)), parts]))
      .digest('base64url');
  }
}

const placeOf = ({ position, now }: AskedChange): Pick<SchemaChange, 'position' | 'catalogDigest'> => ({
  ...(position !== undefined && {
    position: {
      topic: position.topic,
      partition: position.partition,
      offset: String(position.nextOffset),
    },
  }),
  ...(now !== undefined && { catalogDigest: shapeDigest(now) }),
});

/** Without the beginning that every such message has. */
const whatOf = (message: string, source: TableRef): string =>
  message.replace(`Table ${tableLabel(source)} has changed at the source: `, '').replace(/\.$/, '');

/** Why a table waits at a change, and what a person can do. */
export const describeAsked = (change: SchemaChange): string => {
  if (change.state === 'rejected') {
    const why = change.reason === undefined ? '' : `: ${change.reason}`;
    return ` Change ${change.changeId} was rejected by ${change.decidedBy}${why}.`;
  }
  return change.note === undefined ? '' : ` ${change.note}`;
};
