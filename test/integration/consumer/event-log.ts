import { unavailableValue } from '#core/databases/postgresql/source/capture-settings.ts';
import { eventJson } from '#test/unit/core/apply/sample-events.ts';
import type { TopicRecord } from './consumer-stack.ts';

type Row = Readonly<Record<string, unknown>>;

/** Writes the events of one table as Debezium would, with rising source positions. */
export class EventLog {
  readonly #table: string;
  #lsn = 1_000_000;

  constructor(table: string) {
    this.#table = table;
  }

  insert(after: Row): TopicRecord {
    return this.#event('c', { after });
  }

  update(after: Row): TopicRecord {
    return this.#event('u', { after });
  }

  delete(before: Row): TopicRecord {
    return this.#event('d', { before });
  }

  truncate(): TopicRecord {
    return this.#event('t', {});
  }

  /** The two records of a key change, and the tombstone that may stand between them. */
  changeKey(before: Row, after: Row): readonly TopicRecord[] {
    const deleted = this.#event('d', { before });
    this.#lsn -= 8;
    return [
      { ...deleted, headers: { '__debezium.newkey': '{}' } },
      { value: null },
      { ...this.#event('c', { after }), headers: { '__debezium.oldkey': '{}' } },
    ];
  }

  #event(op: string, rows: { readonly before?: Row; readonly after?: Row }): TopicRecord {
    this.#lsn += 8;
    return { value: eventJson({ op, ...rows, lsn: this.#lsn, table: this.#table }) };
  }
}

export const unknown = unavailableValue;
