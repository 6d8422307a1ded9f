import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { ChangeAction, SchemaPolicy } from '#core/contracts/schema-policy.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ColumnChange, FollowedShape, ShapeChange, ShapeDialect } from '#core/ports/source-dialect.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';
import type { ChangePosition, PlannedChange, TargetChange } from '#core/ports/table-changer.ts';
import { actionFor, strictestAction } from '#core/schema/change-policy.ts';
import {
  describeChange,
  followedShape,
  kindOfChange,
  planTargetSteps,
} from '#core/schema/plan-target-steps.ts';
import { changeError, lookAhead } from '#core/schema/shape-harm.ts';
import type { RefusedShape } from '#core/schema/shape-judge.ts';
import type { TableShapes } from './table-shapes.ts';
import { isSameShape } from './watch-shapes.ts';

/** What following needs of the two databases. */
export interface FollowDatabases {
  readonly shapeDialect: ShapeDialect;
  readonly describeSources: (seen: readonly TableDescription[]) => Promise<readonly TableDescription[]>;
  /** Why a column of the source cannot be replicated, or undefined when it can. */
  readonly validateColumn: (column: TableDescription['columns'][number]) => string | undefined;
  readonly planChange: (change: TargetChange) => Promise<PlannedChange>;
  readonly executeChange: (
    position: ChangePosition,
    target: TableRef,
    statements: readonly string[],
  ) => Promise<void>;
  /** How the table is applied when this is known of its source. The target's catalog is read again. */
  readonly describeFollowed: (mapping: ApplyTable['mapping'], shape: KnownShape) => Promise<ApplyTable>;
}

export interface FollowOptions {
  readonly replication: Replication;
  readonly shapes: TableShapes;
  readonly databases: FollowDatabases;
  readonly store: Pick<ReplicationStore, 'getReplication' | 'addActivity'>;
  /** How many partitions the topic has. */
  readonly partitionsOf: (topic: string) => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the log has come to: an event or a statement, or the end of a log without either, when the catalog says so. */
export type Reached = RefusedShape | { readonly kind: 'catalog' };

/** Lets target tables follow changes of the source's tables, each exactly between the events from before and from after it. */
export class ChangeFollower {
  readonly #options: FollowOptions;
  readonly #nudges = new Map<string, AbortController>();
  #policy: SchemaPolicy | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#policy = options.replication.schemaPolicy;
  }

  /** As it was read last. */
  get policy(): SchemaPolicy | undefined {
    return this.#policy;
  }

  /** A user may have changed it since. */
  async readPolicy(): Promise<void> {
    const { replication, store } = this.#options;
    const { schemaPolicy } = await store.getReplication(replication.clientId, replication.replicationId);
    this.#policy = schemaPolicy;
  }

  truncateAction(source: TableRef): ChangeAction {
    return actionFor(this.#policy, source, 'truncate');
  }

  /** Aborted when the topic's table is to follow its catalog. */
  signalOf(topic: string): AbortSignal {
    return this.#nudgeOf(topic).signal;
  }

  /** The log has nothing more from before the change, and nothing that tells of it. */
  nudge(topic: string): void {
    this.#nudgeOf(topic).abort();
  }

  isNudged(topic: string): boolean {
    return this.signalOf(topic).aborted;
  }

  /** Lets the table of a topic that was nudged follow its catalog. Throws as `follow` does. */
  async followCatalog(position: ChangePosition): Promise<void> {
    await this.follow(position, { kind: 'catalog' });
    this.#nudges.delete(position.topic);
  }

  /**
   * Lets the table of a topic follow what the log has come to. `position` is exactly before it, and everything before it is applied.
   * Returns false when the table is not known well enough to follow anything. Throws `SchemaChanged` where a person has to decide,
   * `SchemaChangeStops` where the policy says so, `Fenced`, and transient errors, after which it may be repeated.
   */
  async follow(position: ChangePosition, reached: Reached): Promise<boolean> {
    const { shapes, databases, partitionsOf, log } = this.#options;
    const [table, ...others] = [...shapes.tablesOf(position.topic).values()];
    const shape = table === undefined || table === null ? undefined : shapes.of(table.mapping.source);
    // Several partitions have no order among each other, so none of them knows what is before the change.
    if (table === undefined || table === null || shape === undefined || others.length > 0) return false;
    if (partitionsOf(position.topic) !== 1) return false;
    await this.readPolicy();
    const { source } = table.mapping;
    const [now] = await databases.describeSources([shape.seen]);
    if (now === undefined) return false;
    const followed = readChange(databases.shapeDialect, shape, now, reached);
    if (followed === undefined) return false;
    if (!followed.isKnown) {
      const differences = differencesOf(databases.shapeDialect, shape, reached);
      const lacking = differences.filter(({ kind }) => kind === 'drop-column');
      if (followed.kind === 'other' && differences.length > 0 && lacking.length === differences.length) {
        throw changeError(source, lacksColumns(lacking), 'ask');
      }
      if (followed.kind === 'other' && isReadable(reached, differences)) {
        const former = [...(shape.former ?? []), { fingerprint: reached.fingerprint, isReadable: true }];
        await shapes.remember({ ...shape, former });
        return true;
      }
      // Whatever the policy would do with one of its kind that is known.
      const action = actionFor(this.#policy, source, followed.kind);
      if (followed.kind !== 'drop-partition' || action !== 'ignore' || reached.kind !== 'statement')
        throw changeError(source, followed.what, action === 'stop' ? 'stop' : 'ask');
      log.info(`Passed over a change of the source: ${followed.what}. The rows stay at the target`, {
        table: tableLabel(source),
      });
      shapes.judgeOf(position.topic)?.acceptStatement(reached.statement);
      return true;
    }
    await this.#carryOut(position, { table, shape, now, followed });
    // Its place in the topic is read once more.
    if (reached.kind === 'statement') shapes.judgeOf(position.topic)?.acceptStatement(reached.statement);
    return true;
  }

  /**
   * Lets a target table take NULL where the source does by now. That may come at any place between the rows: it makes no row wrong.
   * Returns whether the target has changed.
   */
  async release(position: ChangePosition): Promise<boolean> {
    const { shapes, databases } = this.#options;
    const [table] = [...shapes.tablesOf(position.topic).values()];
    const shape = table === undefined || table === null ? undefined : shapes.of(table.mapping.source);
    if (table === undefined || table === null || shape === undefined) return false;
    await this.readPolicy();
    const [now] = await databases.describeSources([shape.seen]);
    if (now === undefined) return false;
    const { awaited } = lookAhead(shape, now, this.#policy);
    const isOnlyNull = awaited.length > 0 && awaited.every(({ kind }) => kind === 'drop-not-null');
    return isOnlyNull && databases.shapeDialect.followEvent !== undefined
      ? this.follow(position, { kind: 'catalog' })
      : false;
  }

  async #carryOut(
    position: ChangePosition,
    {
      table,
      shape,
      now,
      followed: { after, changes },
    }: {
      readonly table: ApplyTable;
      readonly shape: KnownShape;
      readonly now: TableDescription;
      readonly followed: Extract<FollowedShape, { isKnown: true }>;
    },
  ): Promise<void> {
    const { shapes, databases, log } = this.#options;
    const { mapping } = table;
    const { source, target } = mapping;
    // Followed by an earlier consumer, or sent again.
    if (changes.length === 0 && isSameShape(shape.copied, after) && shape.following === undefined) return;
    // What the catalog knows and the log does not, as rows that were written again.
    const { harm } = lookAhead({ ...shape, copied: now }, now, this.#policy);
    if (harm !== undefined) throw harm;
    const what = changes.map(describeChange).join('; ');
    const actionOf = (change: ColumnChange): ChangeAction =>
      actionFor(this.#policy, source, kindOfChange(change));
    const action = strictestAction(changes.map(actionOf));
    const unfit = changes.flatMap((change) => {
      const column =
        change.kind === 'add-column' ? change.column : change.kind === 'widen-type' ? change.to : undefined;
      const reason = column === undefined ? undefined : databases.validateColumn(column);
      return reason === undefined ? [] : [`Column ${column?.name}: ${reason}.`];
    });
    const { steps, obstacles } = planTargetSteps({ mapping, shape, after, changes, actionOf });
    const refused = [...unfit, ...obstacles];
    if (refused.length > 0) {
      throw changeError(source, what, action === 'stop' ? 'stop' : 'ask', ` ${refused.join(' ')}`);
    }
    const change: TargetChange = {
      target,
      before: mapTable(shape.copied, mapping).mapped,
      after: mapTable(after, mapping).mapped,
      steps,
      isRepeated: shape.following !== undefined,
    };
    const { statements, problems } =
      steps.length === 0 ? { statements: [], problems: [] } : await databases.planChange(change);
    if (problems.length > 0) {
      const label = tableLabel(target);
      throw changeError(
        source,
        what,
        action === 'stop' ? 'stop' : 'ask',
        ` Target table ${label} cannot follow: ${problems.join('; ')}.`,
      );
    }
    if (action === 'ask' || action === 'stop') {
      throw changeError(source, what, action, describePlan(statements, action));
    }
    if (statements.length > 0) {
      log.info(`Changing target table ${tableLabel(target)}: ${what}`, {
        table: tableLabel(source),
        statements,
      });
      // Written first: after a crash in between, the next consumer knows that the target may have the change already.
      await shapes.remember({ ...shape, following: after });
      await this.#execute(position, target, statements, (reason) =>
        changeError(source, what, 'ask', ` The target refused the change: ${reason}`),
      );
    }
    const former = databases.shapeDialect.fingerprintOf(shape.copied);
    const known = followedShape(shape, { after, now, changes, former });
    await shapes.remember(known);
    shapes.replaceTable(await databases.describeFollowed(mapping, known));
    await this.#record(source, what, statements);
  }

  async #execute(
    position: ChangePosition,
    target: TableRef,
    statements: readonly string[],
    held: (reason: string) => MillraceError,
  ): Promise<void> {
    try {
      await this.#options.databases.executeChange(position, target, statements);
    } catch (cause) {
      const error = toMillraceError(cause);
      // A right that is missing, or a view on the column, is a matter of this table.
      throw error.isTransient || error.code === 'Fenced' ? error : held(error.message);
    }
  }

  async #record(source: TableRef, what: string, statements: readonly string[]): Promise<void> {
    const { replication, store, clock, log } = this.#options;
    if (what === '') return;
    const table = tableLabel(source);
    const message =
      `Table ${table} has changed at the source: ${what}. ` +
      (statements.length === 0
        ? 'The target table stays as it is.'
        : `The target table has followed: ${statements.join('; ')}.`);
    log.info(message, { table });
    await store.addActivity(replication, {
      at: clock.now().toISOString(),
      actor: 'consumer',
      action: 'schema-change-followed',
      message,
    });
  }

  #nudgeOf(topic: string): AbortController {
    const known = this.#nudges.get(topic);
    if (known !== undefined) return known;
    const controller = new AbortController();
    this.#nudges.set(topic, controller);
    return controller;
  }
}

/** How the table that wrote an event differs from the one that is known; nothing where the event does not say what it was. */
const differencesOf = (
  dialect: ShapeDialect,
  { copied }: KnownShape,
  reached: Reached,
): readonly ShapeChange[] =>
  reached.kind === 'event' && reached.definition !== undefined
    ? dialect.compareWithEvent(copied, reached.definition)
    : [];

/**
 * Whether an event means the same to the table as it is known. While a table catches up, events come that are older than its copy. One that
 * lacks a column says nothing of its value, and the row would have NULL or a default there.
 */
const isReadable = (
  reached: Reached,
  differences: readonly ShapeChange[],
): reached is Extract<Reached, { kind: 'event' }> =>
  reached.kind === 'event' &&
  reached.definition !== undefined &&
  differences.every(({ kind, isHarmless }) => isHarmless && kind !== 'drop-column');

const lacksColumns = (lacking: readonly ShapeChange[]): string =>
  `an event came that lacks columns of the table as it was copied, so it does not say what its row has in them ` +
  `(${lacking.map(({ what }) => what).join('; ')})`;

const readChange = (
  dialect: ShapeDialect,
  { copied }: KnownShape,
  now: TableDescription,
  reached: Reached,
): FollowedShape | undefined => {
  switch (reached.kind) {
    case 'event':
      return dialect.followEvent?.(copied, now, reached);
    case 'statement':
      return dialect.followStatement?.(copied, now, reached.statement);
    case 'catalog': {
      const fingerprint = dialect.fingerprintOf(now);
      return fingerprint === undefined ? undefined : dialect.followEvent?.(copied, now, { fingerprint });
    }
  }
};

const describePlan = (statements: readonly string[], action: 'ask' | 'stop'): string =>
  `${statements.length === 0 ? '' : ` Planned at the target: ${statements.join('; ')}.`} The policy for such changes is ${action}.`;
