import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { chunkWriterContract, things } from '#test/kit/chunk-writer-contract.ts';
import { type Side, startDatabasePair } from './database-pair.ts';

let side: Side;
let stop: () => Promise<void>;
let target: TableDescription;

beforeAll(async () => {
  const pair = await startDatabasePair();
  side = pair.target;
  stop = pair.stop;
}, 120_000);
afterAll(() => stop());

beforeEach(async () => {
  await side.client.query('DROP TABLE IF EXISTS public.things');
  const database = openTargetDatabase(side.settings);
  try {
    await database.createTable(things.ref, things);
    const described = await database.describeTable(things.ref);
    if (described === undefined) throw new Error('There is no table things.');
    target = described;
  } finally {
    await database.close();
  }
});

chunkWriterContract({
  openWriter: () => openChunkWriter(side.settings, 2),
  target: () => target,
  rows: async () =>
    (
      await side.client.query(
        `SELECT id::text, part, note, upper(encode(data, 'hex')) AS data, flags::text, day::text FROM public.things`,
      )
    ).rows,
  insertOlder: async () => {
    await side.client.query(
      `INSERT INTO public.things (id, part, note) VALUES (1, 'a', 'older'), (2, 'x', 'of another chunk')`,
    );
  },
  constrain: async () => {
    await side.client.query('ALTER TABLE public.things ADD CONSTRAINT short CHECK (char_length(note) < 20)');
  },
});
