import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import { copyTable } from '#core/copy/copy-table.ts';
import type { ChunkCopier, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import { createManualClock } from '../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../kit/memory-store.ts';
import { createRecordingLog, createRecordingMetrics } from '../../kit/recording-log.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

jest.setTimeout(60_000);

const run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };
const table = { schema: 'public', table: 'flights' };

let pair: DatabasePair;
let source: SourceDatabase;
let target: TargetDatabase;

beforeAll(async () => {
  pair = await startDatabasePair();
  await pair.source.client.query(`
    CREATE TABLE flights (id int PRIMARY KEY, note text);
    INSERT INTO flights SELECT n, 'as of the older start' FROM generate_series(1, 100) n`);
  source = openSourceDatabase(pair.source.settings);
  target = openTargetDatabase(pair.target.settings);
}, 60_000);

afterAll(async () => {
  await Promise.all([source?.close(), target?.close()]);
  await pair?.stop();
}, 60_000);

const ways: readonly (readonly [string, () => ChunkCopier])[] = [
  ['a pipe from server to server', () => openChunkCopier(pair.source.settings, pair.target.settings)],
  [
    'rows that pass through',
    () => createRowCopier(openChunkReader(pair.source.settings, 1), openChunkWriter(pair.target.settings, 1)),
  ],
];

describe.each(ways)('a copy by %s', (_way, open) => {
  const createWorld = async () => {
    await pair.target.client.query('DROP TABLE IF EXISTS flights');
    const described = await source.describeTable(table);
    if (described === undefined) throw new Error('There is no table.');
    await target.createTable(table, described);
    const { store, state } = createMemoryStore(
      sampleReplication({ tables: [{ source: table, target: table }], copyGeneration: 3 }),
    );
    await store.putTablePlan(
      7,
      {
        source: table,
        target: table,
        generation: 3,
        state: 'pending',
        estimatedRows: 100,
        estimatedBytes: 100,
        chunks: 1,
        chunksDone: 0,
        rowsCopied: 0,
        bytesCopied: 0,
        runsOn: 'fargate',
      },
      [{ chunkNumber: 0 }],
    );
    return { store, state };
  };

  const copy = async (
    { store }: Awaited<ReturnType<typeof createWorld>>,
    /** What happens while the rows are written, and before the older start asks whether it is current. */
    atCommit: () => Promise<void>,
    /** What happens right after it was told that it is. */
    afterCheck: () => Promise<void>,
  ): Promise<number> => {
    const copier = open();
    try {
      const { rows } = await copyTable(
        run,
        table,
        {
          store,
          source,
          target,
          copier: {
            copyChunk: (tables, chunk, signal, beforeCommit) =>
              copier.copyChunk(tables, chunk, signal, async () => {
                await atCommit();
                await beforeCommit?.();
                await afterCheck();
              }),
            close: () => copier.close(),
          },
          metrics: createRecordingMetrics(),
          clock: createManualClock(),
          log: createRecordingLog(),
        },
        { parallelChunks: 1, signal: new AbortController().signal },
      );
      return rows;
    } finally {
      await copier.close();
    }
  };

  const startAgain = ({ state }: Awaited<ReturnType<typeof createWorld>>) => {
    state.replication = { ...state.replication, generation: 4 };
  };
  const rows = async () => (await pair.target.client.query('SELECT * FROM flights')).rows;

  test('commits nothing of a chunk during which a newer start began', async () => {
    const world = await createWorld();
    const copied = copy(
      world,
      async () => startAgain(world),
      async () => {},
    );
    await expect(copied).rejects.toMatchObject({ code: 'Superseded' });
    expect(await rows()).toEqual([]);
  });

  test('is waited for by the TRUNCATE of a newer start that began after its last look, which then finds its rows', async () => {
    const world = await createWorld();
    let truncated = Promise.resolve();
    await copy(
      world,
      async () => {},
      async () => {
        startAgain(world);
        const newer = { owner: sampleOwner({ replicationId: 7 }), generation: 4 };
        truncated = takeTables(pair.target.settings, newer.owner, [table], newer.generation).then(() =>
          target.truncate(table, newer),
        );
        await waitForLock();
      },
    );
    await truncated;
    expect(await rows()).toEqual([]);
  });
});

const waitForLock = async (): Promise<void> => {
  for (;;) {
    const { rows } = await pair.target.client.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'TRUNCATE%'`,
    );
    if (rows.length > 0) return;
  }
};
