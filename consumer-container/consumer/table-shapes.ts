import type { TopicTables } from '#core/apply/decode-records.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import type { KnownShape } from '#core/contracts/table-description.ts';
import { topicName } from '#core/naming/names.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { ShapeDialect } from '#core/ports/source-dialect.ts';
import { createShapeJudge, type ShapeJudge } from '#core/schema/shape-judge.ts';

export interface TableShapesOptions {
  readonly topicPrefix: string;
  readonly shapes: readonly KnownShape[];
  readonly tables: ReadonlyMap<string, TopicTables>;
  readonly dialect: ShapeDialect;
  /** Stores what is known of a table. */
  readonly remember: (shape: KnownShape) => Promise<void>;
}

/** What the consumer knows of its tables at this moment. A table that has followed a change is replaced here, for the next caller. */
export class TableShapes {
  readonly #options: TableShapesOptions;
  readonly #shapes = new Map<string, KnownShape>();
  readonly #judges = new Map<string, ShapeJudge>();
  readonly #tables: Map<string, TopicTables>;
  /** One after the other, so that an older shape never replaces a newer one. */
  #stored: Promise<unknown> = Promise.resolve();

  constructor(options: TableShapesOptions) {
    this.#options = options;
    this.#tables = new Map(options.tables);
    for (const shape of options.shapes) this.#set(shape);
  }

  get all(): readonly KnownShape[] {
    return [...this.#shapes.values()];
  }

  of(source: TableRef): KnownShape | undefined {
    return this.#shapes.get(tableKey(source));
  }

  tablesOf(topic: string): TopicTables {
    return this.#tables.get(topic) ?? new Map();
  }

  judgeOf(topic: string): ShapeJudge | undefined {
    return this.#judges.get(topic);
  }

  /** Also where storing it fails: what the target has may be further than what is stored, and never the other way round. */
  async remember(shape: KnownShape): Promise<void> {
    this.#set(shape);
    const stored = this.#stored.then(() => this.#options.remember(shape));
    this.#stored = stored.catch(() => undefined);
    await stored;
  }

  replaceTable(table: ApplyTable): void {
    const { source } = table.mapping;
    const topic = topicName(this.#options.topicPrefix, source);
    this.#tables.set(topic, new Map(this.tablesOf(topic)).set(tableKey(source), table));
  }

  #set(shape: KnownShape): void {
    this.#shapes.set(tableKey(shape.copied.ref), shape);
    this.#judges.set(
      topicName(this.#options.topicPrefix, shape.copied.ref),
      createShapeJudge(shape, this.#options.dialect),
    );
  }
}
