import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let pair: DatabasePair;

beforeAll(async () => {
  pair = await startDatabasePair();
}, 60_000);

afterAll(async () => {
  await pair?.stop();
}, 60_000);

const createDatabase = async (
  side: 'source' | 'target',
  name: string,
  encoding: string,
): Promise<ConnectionSettings> => {
  await pair[side].client.query(
    `CREATE DATABASE ${name} ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER 'libc' TEMPLATE template0`,
  );
  return { ...pair[side].settings, databaseName: name };
};

const run = async (settings: ConnectionSettings, sql: string): Promise<void> => {
  const { host, port, username: user, password, databaseName: database } = settings;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

const problemsOf = async (settings: ConnectionSettings): Promise<readonly string[]> => {
  const source = openSourceDatabase(settings);
  try {
    const problems = await source.findCaptureProblems({ slotName: 's', publicationName: 'p' });
    return problems.map(({ problem }) => problem);
  } finally {
    await source.close();
  }
};

describe('a source', () => {
  test('in SQL_ASCII is refused, since the server does not know what its texts mean', async () => {
    const settings = await createDatabase('source', 'legacy', 'SQL_ASCII');
    expect(await problemsOf(settings)).toEqual([
      expect.stringContaining('encoding of database legacy is SQL_ASCII'),
    ]);
  });

  test.each(['UTF8', 'LATIN1', 'WIN1252', 'EUC_JP', 'KOI8R'])('in %s is not', async (encoding) => {
    const settings = await createDatabase('source', `known_${encoding.toLowerCase()}`, encoding);
    expect(await problemsOf(settings)).toEqual([]);
  });
});

describe('a text with bytes that are none of its encoding', () => {
  let table: TableDescription;

  beforeAll(async () => {
    // A cast of the administrator's, a C function, or an upgrade from a version that did not look, puts them there.
    await run(
      pair.source.settings,
      `CREATE CAST (bytea AS text) WITHOUT FUNCTION;
       CREATE TABLE public.person (id int PRIMARY KEY, name text);
       INSERT INTO public.person VALUES (1, 'plain'), (2, 'a real \ufffd'), (3, '\\x416e6472e9'::bytea::text)`,
    );
    const source = openSourceDatabase(pair.source.settings);
    const target = openTargetDatabase(pair.target.settings);
    try {
      const described = await source.describeTable({ schema: 'public', table: 'person' });
      if (described === undefined) throw new Error('There is no table person.');
      table = described;
      await target.createTable(table.ref, table);
    } finally {
      await Promise.all([source.close(), target.close()]);
    }
  });

  const never = new AbortController().signal;
  const upTo = (id: string) => ({ chunkNumber: 0, upTo: [id] });

  test('is refused by a copy to PostgreSQL, and nothing is written', async () => {
    const copier = openChunkCopier(pair.source.settings, pair.target.settings);
    try {
      await expect(
        copier.copyChunk({ source: table, target: table }, { chunkNumber: 0 }, never),
      ).rejects.toMatchObject({
        code: 'UnreadableText',
        message: expect.stringContaining('not valid in the encoding'),
      });
      expect((await pair.target.client.query('SELECT id FROM public.person')).rows).toEqual([]);
    } finally {
      await copier.close();
    }
  });

  test('is refused where it is read for other databases; the character U+FFFD is not', async () => {
    const reader = openChunkReader(pair.source.settings, 1);
    const read = async (chunk: { chunkNumber: number }) => {
      const rows = [];
      for await (const batch of reader.readChunk(table, chunk, never)) rows.push(...batch.rows);
      return rows;
    };
    try {
      expect(await read(upTo('2'))).toEqual([
        ['1', 'plain'],
        ['2', 'a real \ufffd'],
      ]);
      await expect(read({ chunkNumber: 0 })).rejects.toMatchObject({
        code: 'UnreadableText',
        message: expect.stringContaining('not valid in the encoding'),
      });
    } finally {
      await reader.close();
    }
  });
});
