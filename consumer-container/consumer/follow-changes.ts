import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SchemaChange } from '#core/contracts/schema-change.ts';
import type { ChangeAction, SchemaPolicy } from '#core/contracts/schema-policy.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ColumnChange, FollowedShape, ShapeChange, ShapeDialect } from '#core/ports/source-dialect.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';
import type {
  ChangePosition,
  PlannedChange,
  RehearseChange,
  TargetChange,
  TargetStep,
} from '#core/ports/table-changer.ts';
import { actionFor, strictestAction } from '#core/schema/change-policy.ts';
import { findLimits } from '#core/schema/find-limits.ts';
import {
  describeChange,
  followedShape,
  kindOfChange,
  planTargetSteps,
} from '#core/schema/plan-target-steps.ts';
import { changeError, lookAhead } from '#core/schema/shape-harm.ts';
import type { RefusedShape } from '#core/schema/shape-judge.ts';
import { type ChangeInbox, describeAsked } from './change-inbox.ts';
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
  readonly rehearseChange: RehearseChange;
  /**
   * Why the target table would not hold what its source has when that is `source`; undefined when it would. `target` is what it would be;
   * without it the table is taken as it is, and its columns `changed` are looked at.
   */
  readonly findMismatch: (
    mapping: ApplyTable['mapping'],
    source: TableDescription,
    of: { readonly target?: TableDescription; readonly changed?: readonly string[] },
  ) => Promise<string | undefined>;
  /**
   * How the table is applied when this is known of its source, and the target as it is after it has followed; `shape` has it as it was before.
   * The target's catalog is read again. `changed` are the target's names of the columns that took part.
   */
  readonly describeFollowed: (
    mapping: ApplyTable['mapping'],
    shape: KnownShape,
    changed: readonly string[],
  ) => Promise<FollowedTarget>;
}

export interface FollowedTarget {
  readonly table: ApplyTable;
  readonly target: TableDescription;
  /** Someone else has changed the target table meanwhile. */
  readonly harm?: MillraceError;
}

export interface FollowOptions {
  readonly replication: Replication;
  readonly shapes: TableShapes;
  readonly databases: FollowDatabases;
  readonly inbox: Pick<ChangeInbox, 'ask' | 'applied' | 'passed' | 'withdraw'>;
  /** The table goes on, though it was held when the consumer began. */
  readonly onFollowed?: (source: TableRef) => Promise<void>;
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
  /** TRUNCATEs that a person has approved, by their topics. */
  readonly #truncates = new Map<string, { readonly offset: bigint; readonly change: SchemaChange }>();
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

  /** Whether a person has approved the TRUNCATE at this place. */
  mayTruncate(topic: string, offset: bigint): boolean {
    return this.#truncates.get(topic)?.offset === offset;
  }

  /** A TRUNCATE is to be asked about. Returns whether it was approved; throws `SchemaChanged` otherwise. */
  async truncate(position: ChangePosition): Promise<boolean> {
    const { shapes, partitionsOf, inbox } = this.#options;
    const { topic, nextOffset } = position;
    const [table, ...others] = [...shapes.tablesOf(topic).values()];
    if (table === undefined || table === null || others.length > 0 || partitionsOf(topic) !== 1) return false;
    const { source, target } = table.mapping;
    const before = shapes.of(source)?.copied;
    const change = await inbox.ask({
      ...{ source, target, way: 'truncate', kinds: ['truncate'], what: 'it was truncated' },
      ...{ statements: [], position, before, after: before },
    });
    if (change.state !== 'approved') throw askError(change, ' The policy for this is ask.');
    this.#truncates.set(topic, { offset: nextOffset, change });
    return true;
  }

  /** Everything before `nextOffset` is applied. */
  async truncated(topic: string, nextOffset: bigint): Promise<void> {
    const approved = this.#truncates.get(topic);
    if (approved === undefined || approved.offset >= nextOffset) return;
    this.#truncates.delete(topic);
    const { inbox, onFollowed } = this.#options;
    await inbox.applied(approved.change, 'The target table was emptied at this place.');
    await onFollowed?.(approved.change.source);
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
      const isUnclear = followed.isUnclear === true || followed.kind === 'other';
      if (isUnclear && differences.length > 0 && lacking.length === differences.length) {
        throw changeError(source, lacksColumns(lacking), 'ask');
      }
      if (isUnclear && isReadable(reached, differences)) {
        const former = [...(shape.former ?? []), { fingerprint: reached.fingerprint, isReadable: true }];
        await shapes.remember({ ...shape, former });
        return true;
      }
      // Whatever the policy would do with one of its kind that is known.
      const action = actionFor(this.#policy, source, followed.kind);
      if (followed.kind !== 'drop-partition' || action !== 'ignore' || reached.kind !== 'statement')
        throw changeError(source, followed.what, action === 'stop' ? 'stop' : 'ask', '', [followed.kind]);
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
    const { shapes, databases, inbox, onFollowed, log } = this.#options;
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
    const { steps, obstacles, reusesNames } = planTargetSteps({ mapping, shape, after, changes, actionOf });
    const refused = [...unfit, ...obstacles];
    if (refused.length > 0) {
      const kinds = reusesNames && unfit.length === 0 ? (['rewrite'] as const) : [];
      throw changeError(source, what, action === 'stop' ? 'stop' : 'ask', ` ${refused.join(' ')}`, kinds);
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
    if (action === 'stop') throw changeError(source, what, action, describePlan(statements, action));
    const approved =
      action === 'ask'
        ? await this.#ask(position, {
            ...{
              mapping,
              shape,
              after,
              now,
              what,
              statements,
              steps,
              changes,
              isRepeated: change.isRepeated,
            },
          })
        : undefined;
    const chosen =
      approved?.editedStatement === undefined
        ? statements
        : await this.#tryEdited(approved, approved.editedStatement, { mapping, after, steps, change });
    if (chosen.length > 0) {
      log.info(`Changing target table ${tableLabel(target)}: ${what}`, {
        table: tableLabel(source),
        statements: chosen,
      });
      // Written first: after a crash in between, the next consumer knows that the target may have the change already.
      await shapes.remember({ ...this.#unharmed(source, shape), following: after });
      await this.#execute(position, target, chosen, async (reason) => {
        const why = `The target refused the change: ${reason}`;
        return approved === undefined
          ? changeError(source, what, 'ask', ` ${why}`)
          : askError(await inbox.withdraw(approved, why));
      });
    }
    if (approved?.editedStatement !== undefined) {
      const mismatch = await databases.findMismatch(mapping, after, { changed: namesOf(steps) });
      if (mismatch !== undefined) {
        throw askError(
          await inbox.withdraw(
            approved,
            `The approved statement was run, and the target table does not suit: ${mismatch}`,
          ),
        );
      }
    }
    const former = databases.shapeDialect.fingerprintOf(shape.copied);
    const known = followedShape(this.#unharmed(source, shape), { after, now, changes, former });
    const found = await databases.describeFollowed(mapping, known, namesOf(steps));
    await shapes.remember({
      ...known,
      target: found.target,
      ...(found.harm !== undefined && { targetLost: found.harm.message }),
    });
    if (found.harm !== undefined) throw found.harm;
    shapes.replaceTable(found.table);
    await this.#record(source, what, chosen, approved);
    if (approved === undefined) await inbox.passed(source, 'The policy lets the target follow by itself.');
    else await inbox.applied(approved, 'The target has followed.');
    await onFollowed?.(source);
  }

  /** The shape with the target as it was noted last. Throws `TargetChanged` where only a new copy makes the table right. */
  #unharmed(source: TableRef, shape: KnownShape): KnownShape {
    const { target, targetLost } = this.#options.shapes.of(source) ?? shape;
    if (targetLost !== undefined) throw new MillraceError('TargetChanged', targetLost);
    return { ...shape, ...(target !== undefined && { target }) };
  }

  /** The change, approved. Throws `SchemaChanged` as long as it is not. */
  async #ask(position: ChangePosition, asked: Asked): Promise<SchemaChange> {
    const { mapping, shape, after, now, what, statements, steps, changes, isRepeated } = asked;
    const { source, target } = mapping;
    const [before, later] = [shape.copied, after].map((table) => mapTable(table, mapping).mapped);
    const change = await this.#options.inbox.ask({
      ...{ source, target, way: 'follow', kinds: changes.map(kindOfChange), what, statements, steps },
      ...{ before: shape.copied, after, now, position, isRepeated },
      droppable: steps.flatMap((step) => (step.kind === 'drop' || step.kind === 'retire' ? [step.name] : [])),
      limits: before === undefined || later === undefined ? [] : findLimits(before, later),
    });
    if (change.state !== 'approved') throw askError(change, describePlan(statements, 'ask'));
    return change;
  }

  /**
   * What is left to run of a person's statement: itself, or nothing when an earlier attempt has done it. It is tried first, so that the
   * target table is not changed when it would not suit. Throws `SchemaChanged`, and the change waits again.
   */
  async #tryEdited(
    approved: SchemaChange,
    statement: string,
    { mapping, after, steps, change }: Edited,
  ): Promise<readonly string[]> {
    const { databases, inbox } = this.#options;
    const tried = await databases.rehearseChange({
      target: mapping.target,
      statements: [statement],
      limits: [],
    });
    const [problem] = tried.problems;
    if (problem !== undefined) {
      if (
        change.isRepeated &&
        (await databases.findMismatch(mapping, after, { changed: namesOf(steps) })) === undefined
      )
        return [];
      throw askError(await inbox.withdraw(approved, `The approved statement cannot be run: ${problem}`));
    }
    if (tried.after === undefined) return [statement];
    const mismatch =
      (await databases.findMismatch(mapping, after, { target: tried.after })) ??
      findFilled(steps, tried.after);
    if (mismatch === undefined) return [statement];
    throw askError(
      await inbox.withdraw(
        approved,
        `After the approved statement the target table would not suit: ${mismatch}`,
      ),
    );
  }

  async #execute(
    position: ChangePosition,
    target: TableRef,
    statements: readonly string[],
    held: (reason: string) => Promise<MillraceError>,
  ): Promise<void> {
    try {
      await this.#options.databases.executeChange(position, target, statements);
    } catch (cause) {
      const error = toMillraceError(cause);
      // A right that is missing, or a view on the column, is a matter of this table.
      throw error.isTransient || error.code === 'Fenced' ? error : await held(error.message);
    }
  }

  async #record(
    source: TableRef,
    what: string,
    statements: readonly string[],
    approved: SchemaChange | undefined,
  ): Promise<void> {
    const { replication, store, clock, log } = this.#options;
    if (what === '') return;
    const table = tableLabel(source);
    const message =
      `Table ${table} has changed at the source: ${what}. ` +
      (statements.length === 0
        ? 'The target table stays as it is.'
        : `The target table has followed: ${statements.join('; ')}.`) +
      (approved === undefined ? '' : ` Change ${approved.changeId} was approved by ${approved.decidedBy}.`);
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

interface Asked {
  readonly mapping: ApplyTable['mapping'];
  readonly shape: KnownShape;
  readonly after: TableDescription;
  readonly now: TableDescription;
  readonly what: string;
  readonly statements: readonly string[];
  readonly steps: readonly TargetStep[];
  readonly changes: readonly ColumnChange[];
  readonly isRepeated: boolean;
}

interface Edited extends Pick<Asked, 'mapping' | 'after' | 'steps'> {
  readonly change: TargetChange;
}

/** The target's names of the columns that are there afterwards. */
const namesOf = (steps: readonly TargetStep[]): readonly string[] =>
  steps.flatMap((step) => {
    switch (step.kind) {
      case 'add':
        return [step.column.name];
      case 'rename':
        return [step.to];
      case 'type':
        return [step.after.name];
      default:
        return [];
    }
  });

/** A column that is NULL in the rows that are there has nothing that would fill it at the target. */
const findFilled = (steps: readonly TargetStep[], target: TableDescription): string | undefined => {
  const filled = steps.find((step) => {
    if (step.kind !== 'add' || step.fill.kind !== 'null') return false;
    const column = target.columns.find(({ name }) => name === step.column.name);
    return column?.notNull === true && !step.column.notNull;
  });
  return filled?.kind === 'add' ? `column ${filled.column.name} would not take NULL` : undefined;
};

/** Why a table waits at a change that a person decides on. */
const askError = (change: SchemaChange, details = ''): MillraceError => {
  const { message, facts, code } = changeError(
    change.source,
    change.what,
    'ask',
    `${details}${describeAsked(change)}`,
  );
  return new MillraceError(code, message, { facts: { ...facts, schemaChange: change.changeId } });
};

const describePlan = (statements: readonly string[], action: 'ask' | 'stop'): string =>
  `${statements.length === 0 ? '' : ` Planned at the target: ${statements.join('; ')}.`} The policy for such changes is ${action}.`;
