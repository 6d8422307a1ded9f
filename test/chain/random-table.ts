import type { End } from './two-ends.ts';

/** A whole number from 0 to below the given one. */
export type Random = (below: number) => number;

interface Column {
  readonly name: string;
  readonly type: 'int' | 'varchar' | 'numeric';
  readonly length: number;
  readonly isNotNull: boolean;
}

/** A table, and statements that change it and its rows at random, of which the source may refuse some. */
export class RandomTable {
  readonly name: string;
  readonly #kind: End['kind'];
  readonly #random: Random;
  readonly #statements: string[] = [];
  #columns: readonly Column[];
  #planned: readonly Column[];
  #planText = '';
  #names = 0;
  #ids = 10;

  constructor(name: string, kind: End['kind'], random: Random) {
    this.name = name;
    this.#kind = kind;
    this.#random = random;
    this.#columns = [
      { name: 'a', type: 'int', length: 0, isNotNull: false },
      { name: 'v', type: 'varchar', length: 20, isNotNull: false },
    ];
    this.#planned = this.#columns;
  }

  create(): string {
    return `CREATE TABLE ${this.name} (id int PRIMARY KEY, a int, v varchar(20));
      INSERT INTO ${this.name} VALUES (1, 1, 'one'), (2, NULL, 'two'), (3, 3, NULL), (4, 4, '')`;
  }

  select(): string {
    return `SELECT id, ${this.#columns.map(({ name }) => name).join(', ')} FROM ${this.name} ORDER BY id`;
  }

  history(): string {
    return this.#statements.join(';\n');
  }

  next(): string {
    this.#planned = this.#columns;
    this.#planText = this.#random(3) === 0 ? this.#changeTable() : this.#changeRows();
    return this.#planText;
  }

  accept(): void {
    this.#columns = this.#planned;
    this.#statements.push(this.#planText);
  }

  refuse(): void {
    this.#planned = this.#columns;
  }

  #changeRows(): string {
    const table = this.name;
    const id = 1 + this.#random(this.#ids);
    const column = this.#any();
    switch (this.#random(8)) {
      case 0:
      case 1:
      case 2: {
        this.#ids += 1;
        const names = this.#columns.map(({ name }) => name);
        const values = this.#columns.map((one) => this.#value(one));
        return `INSERT INTO ${table} (${['id', ...names].join(', ')}) VALUES (${[this.#ids, ...values].join(', ')})`;
      }
      case 3:
        return `DELETE FROM ${table} WHERE id = ${id}`;
      case 4:
        return `UPDATE ${table} SET id = ${1_000 + this.#random(1_000)} WHERE id = ${id}`;
      case 5:
        return this.#random(6) === 0
          ? `TRUNCATE TABLE ${table}`
          : `UPDATE ${table} SET ${column.name} = ${this.#value(column)} WHERE id < 100`;
      default:
        return `UPDATE ${table} SET ${column.name} = ${this.#value(column)} WHERE id = ${id}`;
    }
  }

  #changeTable(): string {
    const table = this.name;
    const column = this.#any();
    const isPostgres = this.#kind === 'postgresql';
    const retype = (type: string): string =>
      isPostgres
        ? `ALTER TABLE ${table} ALTER COLUMN ${column.name} TYPE ${type}`
        : `ALTER TABLE ${table} MODIFY ${column.name} ${type}${column.isNotNull ? ' NOT NULL' : ''}`;
    switch (this.#random(11)) {
      case 0:
      case 1: {
        const added = this.#newColumn();
        this.#planned = [...this.#columns, added];
        return `ALTER TABLE ${table} ADD COLUMN ${added.name} ${spell(added)}`;
      }
      case 2: {
        const added = this.#newColumn();
        const isNotNull = this.#random(2) === 0;
        this.#planned = [...this.#columns, { ...added, isNotNull }];
        return `ALTER TABLE ${table} ADD COLUMN ${added.name} ${spell(added)}${isNotNull ? ' NOT NULL' : ''} DEFAULT ${this.#constant(added)}`;
      }
      case 3:
        if (this.#columns.length < 2) return this.#changeRows();
        this.#planned = this.#columns.filter((one) => one !== column);
        return `ALTER TABLE ${table} DROP COLUMN ${column.name}`;
      case 4:
      case 5: {
        const name = this.#newName();
        this.#planned = this.#columns.map((one) => (one === column ? { ...one, name } : one));
        return `ALTER TABLE ${table} RENAME COLUMN ${column.name} TO ${name}`;
      }
      case 6: {
        if (column.type === 'int') return retype('bigint');
        const length = column.length + 10;
        this.#planned = this.#columns.map((one) => (one === column ? { ...one, length } : one));
        return retype(spell({ ...column, length }));
      }
      case 7:
        this.#planned = this.#columns.map((one) => (one === column ? { ...one, isNotNull: false } : one));
        return isPostgres
          ? `ALTER TABLE ${table} ALTER COLUMN ${column.name} DROP NOT NULL`
          : `ALTER TABLE ${table} MODIFY ${column.name} ${spell(column)} NULL`;
      case 8:
        if (column.type !== 'varchar' || !isPostgres)
          return `CREATE INDEX ${table}_${this.#newName()} ON ${table} (${column.name})`;
        return `ALTER TABLE ${table} ALTER COLUMN ${column.name} TYPE ${spell(column)} USING left('x' || ${column.name}, 10)`;
      case 9: {
        const [other] = this.#columns.filter((one) => one !== column);
        if (other === undefined) return this.#changeRows();
        this.#planned = this.#columns.map((one) =>
          one === column ? { ...one, name: other.name } : one === other ? { ...one, name: column.name } : one,
        );
        return [
          [column.name, 'exchanged'],
          [other.name, column.name],
          ['exchanged', other.name],
        ]
          .map(([before, after]) => `ALTER TABLE ${table} RENAME COLUMN ${before} TO ${after}`)
          .join('; ');
      }
      default: {
        const again = { ...column, isNotNull: false };
        this.#planned = [...this.#columns.filter((one) => one !== column), again];
        return `ALTER TABLE ${table} DROP COLUMN ${column.name}; ALTER TABLE ${table} ADD COLUMN ${column.name} ${spell(column)}`;
      }
    }
  }

  #any(): Column {
    const column = this.#columns[this.#random(this.#columns.length)];
    if (column === undefined) throw new Error('A table has at least one column.');
    return column;
  }

  #newName(): string {
    this.#names += 1;
    return `c${this.#names}`;
  }

  #newColumn(): Column {
    const name = this.#newName();
    const type = (['int', 'varchar', 'numeric'] as const)[this.#random(3)] ?? 'int';
    return { name, type, length: type === 'int' ? 0 : 12, isNotNull: false };
  }

  #value(column: Column): string {
    return !column.isNotNull && this.#random(5) === 0 ? 'NULL' : this.#constant(column);
  }

  #constant({ type }: Column): string {
    const number = this.#random(1_000);
    if (type === 'int') return String(number);
    return type === 'numeric' ? `${number}.${10 + this.#random(90)}` : `'w${number}'`;
  }
}

const spell = ({ type, length }: Pick<Column, 'type' | 'length'>): string => {
  if (type === 'int') return 'int';
  return type === 'varchar' ? `varchar(${length})` : `numeric(${length}, 2)`;
};
