import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { CanonicalRow, ChunkWriter, CopiedChunk, RowBatch } from '#core/ports/databases.ts';

const column = (name: string, baseType: string, isKey = false): ColumnDescription => ({
  name,
  type: baseType,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: isKey,
  isGenerated: false,
});

/** The table whose rows are written, as a catalog of PostgreSQL would describe it. */
export const things: TableDescription = {
  ref: { schema: 'public', table: 'things' },
  columns: [
    { ...column('id', 'int8', true), type: 'bigint' },
    column('part', 'text', true),
    column('note', 'text'),
    column('data', 'bytea'),
    { ...column('flags', 'bit'), type: 'bit(9)', maxLength: 9 },
    column('day', 'date'),
  ],
  primaryKey: ['id', 'part'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
};

const note = "it's\ta \\ test\n\r ";
const first: CanonicalRow = ['1', 'a', note, '\\x00ff5c27', '100000001', '2024-02-29'];
const second: CanonicalRow = ['1', 'A', null, '\\x', null, null];
const third: CanonicalRow = ['2', '\\N', '\\N', null, '000000000', '0001-01-01'];

const written = [
  { id: '1', part: 'A', note: null, data: '', flags: null, day: null },
  { id: '1', part: 'a', note, data: '00FF5C27', flags: '100000001', day: '2024-02-29' },
  { id: '2', part: '\\N', note: '\\N', data: null, flags: '000000000', day: '0001-01-01' },
];

export async function* batches(...rows: readonly CanonicalRow[]): AsyncGenerator<RowBatch> {
  for (const row of rows) yield { rowCount: 1, rows: [row], bytes: 10 };
}

/** What the contract asks of one kind of target; every test begins with an empty table `things`. */
export interface ChunkWriterWorld {
  /** A writer of two connections. The contract closes it. */
  openWriter(): ChunkWriter;
  /** The target's own description of the table. */
  target(): TableDescription;
  /** Texts, by the columns of `things`: bytes in upper-case hexadecimal digits, all nine bits of the flags. */
  rows(): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** Adds the row (1, a) with the note `older`, and the row (2, x) with the note `of another chunk`. */
  insertOlder(): Promise<void>;
  /** Adds the constraint `short`: notes have fewer than 20 characters. */
  constrain(): Promise<void>;
}

/** What every `ChunkWriter` promises (core/ports/databases.ts). */
export const chunkWriterContract = (world: ChunkWriterWorld): void => {
  const write = async (
    read: () => AsyncIterable<RowBatch>,
    signal: AbortSignal = new AbortController().signal,
    beforeCommit?: () => Promise<unknown>,
  ): Promise<CopiedChunk> => {
    const writer = world.openWriter();
    try {
      return await writer.writeChunk({ source: things, target: world.target() }, { chunkNumber: 3 }, read, {
        signal,
        beforeCommit,
      });
    } finally {
      await writer.close();
    }
  };
  const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
  const sorted = async () =>
    (await world.rows()).toSorted((a, b) => (`${a.id}\0${a.part}` < `${b.id}\0${b.part}` ? -1 : 1));

  describe('a chunk', () => {
    test('has every value as it is', async () => {
      expect(await write(() => batches(first, second, third))).toEqual({ rows: 3, bytes: 30 });
      expect(await sorted()).toEqual(written);
    });

    test('may be empty', async () => {
      expect(await write(() => batches())).toEqual({ rows: 0, bytes: 0 });
    });

    test('replaces the rows that are there, and leaves others', async () => {
      await world.insertOlder();
      expect(await write(() => batches(first, second, third))).toEqual({ rows: 3, bytes: 30 });
      expect(await sorted()).toEqual([
        ...written,
        { id: '2', part: 'x', note: 'of another chunk', data: null, flags: null, day: null },
      ]);
    });

    test('replaces the rows that are there also when it is refused long before its last row', async () => {
      await world.insertOlder();
      const rows = 100;
      const slow = async function* (): AsyncGenerator<RowBatch> {
        for (let part = 0; part < rows; part += 1) {
          // As of a source far away: the refusal comes in between.
          await sleep(2);
          const row = ['1', part === 0 ? 'a' : `${part}`, 'x'.repeat(50_000), null, null, null];
          yield { rowCount: 1, rows: [row], bytes: 50_000 };
        }
      };
      expect(await write(slow)).toMatchObject({ rows });
      expect((await world.rows()).length).toBe(rows + 1);
    });

    test('is not written at all when the server refuses a value, which the error does not show', async () => {
      await world.constrain();
      const long: CanonicalRow = ['3', 'b', 'a secret that is too long', null, null, null];
      const error = await errorOf(write(() => batches(first, long)));
      expect(error).toMatchObject({ code: 'ConstraintViolated', facts: { constraint: 'short' } });
      expect(String(error) + String((error as Error).cause)).not.toContain('secret');
      expect(await world.rows()).toEqual([]);
    });

    test('is not written at all when reading fails, and the error is that of reading', async () => {
      const failing = async function* (): AsyncGenerator<RowBatch> {
        yield { rowCount: 1, rows: [first], bytes: 1 };
        throw new MillraceError('DatabaseUnreachable', 'The source is gone.');
      };
      expect(await errorOf(write(failing))).toMatchObject({ message: 'The source is gone.' });
      expect(await world.rows()).toEqual([]);
    });

    test.each([
      ['new rows', async () => {}],
      ['rows that are replaced', () => world.insertOlder()],
    ])(
      'of %s is not written at all when it is refused before the commit, which sees nothing yet',
      async (_rows, prepare) => {
        await prepare();
        const before = await sorted();
        const seen: unknown[] = [];
        const refuse = async () => {
          seen.push(await sorted());
          throw new MillraceError('Superseded', 'A newer start has begun.');
        };
        const error = await errorOf(write(() => batches(first, second, third), undefined, refuse));
        expect(error).toMatchObject({ code: 'Superseded' });
        expect(seen).toEqual([before]);
        expect(await sorted()).toEqual(before);
      },
    );

    test('is not written at all when it is aborted, and the error is the reason', async () => {
      const abort = new AbortController();
      const endless = async function* (): AsyncGenerator<RowBatch> {
        for (let id = 1; ; id += 1) {
          yield { rowCount: 1, rows: [[String(id), 'a', null, null, null, null]], bytes: 1 };
          if (id === 50) abort.abort(new Error('told to stop'));
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      };
      expect(await errorOf(write(endless, abort.signal))).toMatchObject({ message: 'told to stop' });
      expect(await world.rows()).toEqual([]);
    });
  });
};
