import type { SeededRandom } from '../../../demo/seeded-random.ts';
import type { DatabaseEnd, Session } from './database-end.ts';

/** The table whose columns change while it is written to. */
export interface ShapesTable {
  /** What was done to it, in order. */
  readonly done: readonly string[];
  /** Some writes with the columns that it has now. */
  statements(version: number): readonly string[];
  alter(session: Session): Promise<void>;
  /** Learns its columns from the source. */
  read(): Promise<void>;
}

/** The columns that stay. */
const fixed = ['id', 'version'];
const mostColumns = 8;
/** Two columns of one type get each other's names: nothing but the shape of the events tells it. */
const exchange = ['first_word TO parked', 'second_word TO first_word', 'parked TO second_word']
  .map((names) => `ALTER TABLE shapes RENAME COLUMN ${names}`)
  .join('; ');

export const createShapes = (source: DatabaseEnd, random: SeededRandom): ShapesTable => {
  const done: string[] = [];
  let columns: readonly string[] = [...fixed, 'first_word', 'second_word', 'first_number'];
  let nextId = 1_000;
  let nextName = 1;
  // Wider than every column so far, so that no value is cut off.
  let width = 40;

  const free = (): readonly string[] => columns.filter((name) => !fixed.includes(name));
  const read = async (): Promise<void> => {
    columns = await source.columns('shapes');
  };
  const fresh = (kind: 'word' | 'number'): string => {
    nextName += 1;
    return `c${nextName}_${kind}`;
  };
  const kindOf = (name: string): 'word' | 'number' => (name.endsWith('word') ? 'word' : 'number');
  const value = (name: string): string =>
    random.integer(1, 6) === 1
      ? 'NULL'
      : kindOf(name) === 'word'
        ? `'w${random.integer(1, 99_999)}'`
        : String(random.integer(-1_000, 1_000));

  /** Undefined where the table has no column to do it with. */
  const changes: readonly (() => string | undefined)[] = [
    () => `ADD COLUMN ${fresh('number')} int`,
    () => `ADD COLUMN ${fresh('word')} varchar(30)`,
    () => `ADD COLUMN ${fresh('number')} int DEFAULT ${random.integer(1, 9)}`,
    () => `ADD COLUMN ${fresh('word')} varchar(30) DEFAULT 'unless'`,
    () => {
      const [name] = free();
      return name === undefined || free().length < 3 ? undefined : `DROP COLUMN ${name}`;
    },
    () => {
      const name = free().at(-1);
      return name === undefined ? undefined : `RENAME COLUMN ${name} TO ${fresh(kindOf(name))}`;
    },
    () => {
      const name = free().find((one) => kindOf(one) === 'word');
      if (name === undefined) return undefined;
      width += 5;
      return source.kind === 'postgresql'
        ? `ALTER COLUMN ${name} TYPE varchar(${width})`
        : `MODIFY COLUMN ${name} varchar(${width})`;
    },
  ];
  const choose = (): string => {
    const isFull = columns.length >= mostColumns;
    const possible = isFull ? changes.slice(4) : changes;
    for (;;) {
      const change = possible[random.integer(0, possible.length - 1)]?.();
      if (change !== undefined) return change;
    }
  };

  return {
    done,
    read,
    statements: (version) => {
      const names = free();
      const insert = `INSERT INTO shapes (${[...fixed, ...names].join(', ')}) VALUES (${[nextId, version, ...names.map(value)].join(', ')})`;
      nextId += 1;
      const [name] = names.slice(-1);
      const set = name === undefined ? '' : `, ${name} = ${value(name)}`;
      return [
        insert,
        `UPDATE shapes SET version = ${version}${set} WHERE id = ${random.integer(1, 200)}`,
        ...(random.integer(1, 12) === 1
          ? [`DELETE FROM shapes WHERE id = ${random.integer(1_000, nextId)}`]
          : []),
      ];
    },
    alter: async (session) => {
      // Each run begins with it.
      const change =
        done.length === 0
          ? exchange
          : random.integer(1, 14) === 1
            ? 'TRUNCATE TABLE shapes'
            : `ALTER TABLE shapes ${choose()}`;
      await session.run(change);
      done.push(change);
      await read();
    },
  };
};
