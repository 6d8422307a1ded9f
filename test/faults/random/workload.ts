import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../../demo/seeded-random.ts';
import type { DatabaseEnd, Session } from './database-end.ts';
import { createShapes, type ShapesTable } from './shapes-table.ts';

/** The tables of one source, in the order in which they are compared. */
export const workloadTables = ['ledger', 'accounts', 'items', 'bursts', 'shapes'] as const;
export type WorkloadTable = (typeof workloadTables)[number];

/** A commit that the source has acknowledged, and when. */
export interface Acknowledged {
  readonly id: number;
  readonly atMs: number;
}

/** What the harness knows of a row of `items`; undefined where an answer was lost. */
export interface ItemVersion {
  /** Undefined when the row was deleted. */
  readonly version: number | undefined;
  readonly atMs: number;
}

export interface WorkloadFigures {
  readonly commits: number;
  readonly rolledBack: number;
  /** Commits whose answer did not come: the source knows. */
  readonly unknown: number;
  readonly rows: number;
  readonly ddl: readonly string[];
}

export interface Workload {
  /** Commits of `ledger` in the order in which they were acknowledged. */
  readonly acknowledged: readonly Acknowledged[];
  readonly items: ReadonlyMap<number, ItemVersion>;
  readonly figures: WorkloadFigures;
  /** Begins to alter `shapes`. */
  startAltering(): void;
  /** Everything begun is ended. */
  stop(): Promise<void>;
}

export const accountCount = 50;
export const openingBalance = 1_000;
/** What a row says that was rolled back: nobody may ever see it at the target. */
export const phantomMark = 'phantom';

/** Longer than a copy of the table takes, which a change in between would hold. */
const alterPauseMs = 20_000;
const itemCount = 600;
/** Keys of items that move: a range of its own for the new ones. */
const itemKeys = 5_000;
const filler = 'x'.repeat(80);

/** Creates the tables with their first rows. */
export const createTables = async (source: DatabaseEnd): Promise<void> => {
  await source.session(async (session) => {
    await session.run('CREATE TABLE ledger (id bigint PRIMARY KEY, commit_id varchar(60) NOT NULL)');
    await session.run(
      'CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL)',
    );
    await session.run('CREATE TABLE items (id bigint PRIMARY KEY, version bigint NOT NULL, filler text)');
    await session.run('CREATE TABLE bursts (id bigint PRIMARY KEY, version bigint NOT NULL, filler text)');
    await session.run(
      'CREATE TABLE shapes (id bigint PRIMARY KEY, version bigint NOT NULL, first_word varchar(20), second_word varchar(20), first_number int)',
    );
    for (let id = 1; id <= accountCount; id += 1)
      await session.run(`INSERT INTO accounts VALUES (${id}, ${openingBalance}, 0)`);
    await session.load(
      'items',
      Array.from({ length: itemCount }, (_, index) => [String(index + 1), '0', filler]),
    );
    await session.load(
      'bursts',
      Array.from({ length: 5_000 }, (_, index) => [String(index + 1), '0', filler]),
    );
    await session.load(
      'shapes',
      Array.from({ length: 200 }, (_, index) => [
        String(index + 1),
        '0',
        `word${index}`,
        `other${index}`,
        String(index),
      ]),
    );
  });
};

export interface WorkloadOptions {
  readonly source: DatabaseEnd;
  readonly random: SeededRandom;
  /** The pause between two transactions of one writer, in the mean. */
  readonly pauseMs: number;
}

interface Books {
  readonly acknowledged: Acknowledged[];
  readonly items: Map<number, ItemVersion>;
  commits: number;
  rolledBack: number;
  unknown: number;
  rows: number;
  nextLedgerId: number;
  nextVersion: number;
  nextBurstId: number;
}

/** Writes until it is stopped, whatever happens to the source. */
export const startWorkload = ({ source, random, pauseMs }: WorkloadOptions): Workload => {
  const books: Books = {
    ...{ acknowledged: [], items: new Map(), commits: 0, rolledBack: 0, unknown: 0, rows: 0 },
    ...{ nextLedgerId: 1, nextVersion: 1, nextBurstId: 100_000 },
  };
  const shapes = createShapes(source, random.fork(90));
  const stopped = new AbortController();
  const writers: readonly Writer[] = [
    { name: 'ledger', pauseMs, write: ledgerWriter(books, random.fork(1)) },
    { name: 'transfers', pauseMs, write: transferWriter(books, random.fork(2)) },
    { name: 'items', pauseMs, write: itemWriter(books, random.fork(3)), recover: readItems(books) },
    { name: 'bursts', pauseMs: 4_000, write: burstWriter(books, random.fork(4)) },
    {
      ...{ name: 'shapes', pauseMs: pauseMs * 2, write: shapeWriter(books, shapes) },
      recover: () => shapes.read(),
    },
  ];
  const run = (writer: Writer, index: number): Promise<void> =>
    keepWriting(source, writer, books, random.fork(20 + index), stopped.signal);
  const running = writers.map(run);
  return {
    acknowledged: books.acknowledged,
    items: books.items,
    get figures() {
      const { commits, rolledBack, unknown, rows } = books;
      return { commits, rolledBack, unknown, rows, ddl: shapes.done };
    },
    startAltering: () => {
      const write = (session: Session): Promise<void> => shapes.alter(session);
      running.push(
        run({ name: 'ddl', pauseMs: alterPauseMs, write, recover: () => shapes.read() }, writers.length),
      );
    },
    stop: async () => {
      stopped.abort();
      await Promise.all(running);
    },
  };
};

interface Writer {
  readonly name: string;
  readonly pauseMs: number;
  readonly write: (session: Session) => Promise<void>;
  /** Learns from the source what became of a write whose answer was lost. */
  readonly recover?: (session: Session) => Promise<void>;
}

const keepWriting = async (
  source: DatabaseEnd,
  { pauseMs, write, recover }: Writer,
  books: Books,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    try {
      await source.session(async (session) => {
        await recover?.(session);
        while (!signal.aborted) {
          await write(session);
          await pause(pauseMs * (0.3 + 1.4 * random.next()));
        }
      });
    } catch {
      // The source was away, or ended the session. What it has of the last transaction, `recover` asks.
      books.unknown += 1;
      await pause(300);
    }
  }
};

const transaction = async (
  session: Session,
  books: Books,
  statements: readonly string[],
  end: 'COMMIT' | 'ROLLBACK' = 'COMMIT',
): Promise<void> => {
  await session.run('BEGIN');
  for (const statement of statements) await session.run(statement);
  await session.run(end);
  if (end === 'COMMIT') {
    books.commits += 1;
    books.rows += statements.length;
  } else books.rolledBack += 1;
};

const ledgerRow = (books: Books, mark: string): { readonly id: number; readonly statement: string } => {
  const id = books.nextLedgerId;
  books.nextLedgerId += 1;
  return { id, statement: `INSERT INTO ledger VALUES (${id}, '${mark}${id}')` };
};

const ledgerWriter =
  (books: Books, random: SeededRandom) =>
  async (session: Session): Promise<void> => {
    const rows = Array.from({ length: random.integer(1, 4) }, () => ledgerRow(books, 'commit'));
    if (random.integer(1, 10) === 1) {
      const lost = Array.from({ length: 3 }, () => ledgerRow(books, phantomMark).statement);
      await transaction(session, books, lost, 'ROLLBACK');
    }
    const kept = rows.map(({ statement }) => statement);
    const halfRolledBack =
      random.integer(1, 8) === 1
        ? ['SAVEPOINT half', ledgerRow(books, phantomMark).statement, 'ROLLBACK TO SAVEPOINT half']
        : [];
    await transaction(session, books, [...kept, ...halfRolledBack]);
    const atMs = performance.now();
    for (const { id } of rows) books.acknowledged.push({ id, atMs });
  };

const transferWriter =
  (books: Books, random: SeededRandom) =>
  async (session: Session): Promise<void> => {
    const amount = random.integer(1, 20);
    const from = random.integer(1, accountCount);
    const to = (from % accountCount) + 1;
    const row = ledgerRow(books, 'transfer');
    await transaction(session, books, [
      `UPDATE accounts SET balance = balance - ${amount}, version = version + 1 WHERE id = ${Math.min(from, to)}`,
      `UPDATE accounts SET balance = balance + ${amount}, version = version + 1 WHERE id = ${Math.max(from, to)}`,
      row.statement,
    ]);
    books.acknowledged.push({ id: row.id, atMs: performance.now() });
  };

const readItems =
  (books: Books) =>
  async (session: Session): Promise<void> => {
    const rows = await session.rows('SELECT id, version FROM items');
    const atMs = performance.now();
    const there = new Map(rows.map(([id, version]) => [Number(id), Number(version)]));
    for (const id of books.items.keys())
      if (!there.has(id)) books.items.set(id, { version: undefined, atMs });
    for (const [id, version] of there) books.items.set(id, { version, atMs });
    books.nextVersion = Math.max(books.nextVersion, ...there.values()) + 1;
  };

/** Rows are updated, deleted, inserted again, get another key, and swap their keys. */
const itemWriter =
  (books: Books, random: SeededRandom) =>
  async (session: Session): Promise<void> => {
    const there = [...books.items].flatMap(([id, { version }]) => (version === undefined ? [] : [id]));
    const choose = (): number => there[random.integer(0, there.length - 1)] ?? 1;
    const nextVersion = (): number => {
      books.nextVersion += 1;
      return books.nextVersion;
    };
    const changed = new Map<number, number | undefined>();
    const statements: string[] = [];
    const update = (id: number): void => {
      const version = nextVersion();
      statements.push(`UPDATE items SET version = ${version} WHERE id = ${id}`);
      changed.set(id, version);
    };
    const insert = (id: number): void => {
      const version = nextVersion();
      statements.push(`INSERT INTO items VALUES (${id}, ${version}, '${filler}')`);
      changed.set(id, version);
    };
    const remove = (id: number): void => {
      statements.push(`DELETE FROM items WHERE id = ${id}`);
      changed.set(id, undefined);
    };
    const move = (from: number, to: number): void => {
      const version = nextVersion();
      statements.push(`UPDATE items SET id = ${to}, version = ${version} WHERE id = ${from}`);
      changed.set(from, undefined);
      changed.set(to, version);
    };
    const id = choose();
    const other = choose();
    const free = random.integer(1, itemKeys);
    const isFree = books.items.get(free)?.version === undefined;
    switch (random.integer(1, 8)) {
      case 1:
        remove(id);
        if (isFree && free !== id) insert(free);
        break;
      case 2:
        remove(id);
        insert(id);
        break;
      case 3:
        if (isFree && free !== id) move(id, free);
        else update(id);
        break;
      case 4:
        if (id !== other) {
          // Two keys swapped, through one that nobody has.
          move(id, -1);
          move(other, id);
          move(-1, other);
          changed.delete(-1);
        }
        break;
      default:
        for (const one of new Set([id, other, choose()])) update(one);
    }
    if (statements.length === 0) return;
    await transaction(session, books, statements);
    const atMs = performance.now();
    for (const [key, version] of changed) books.items.set(key, { version, atMs });
  };

/** Many rows at once, by the statements that write several into one page or packet. */
const burstWriter =
  (books: Books, random: SeededRandom) =>
  async (session: Session): Promise<void> => {
    const count = random.integer(500, 2_500);
    const firstId = books.nextBurstId;
    books.nextBurstId += count;
    await session.load(
      'bursts',
      Array.from({ length: count }, (_, index) => [String(firstId + index), '1', filler]),
    );
    const half = firstId + Math.floor(count / 2);
    await transaction(session, books, [
      `UPDATE bursts SET version = version + 1 WHERE id >= ${half}`,
      `DELETE FROM bursts WHERE id < ${firstId} AND id >= 100000`,
    ]);
    books.rows += count * 2;
  };

const shapeWriter =
  (books: Books, shapes: ShapesTable) =>
  async (session: Session): Promise<void> => {
    await transaction(session, books, shapes.statements(books.nextVersion));
    books.nextVersion += 1;
  };
