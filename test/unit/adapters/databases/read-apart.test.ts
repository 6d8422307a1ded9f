import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from '@jest/globals';
import { readApart } from '#adapters/databases/read-apart.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

/** Parts without an end, and whether their reader has closed them. */
const endless = () => {
  const seen = { isClosed: false };
  const read = async function* (): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.alloc(100_000);
    } finally {
      seen.isClosed = true;
    }
  };
  return { seen, read };
};

test('an error of the target is not one of the source, also when the stream hands it on', async () => {
  const { seen, read } = endless();
  const { parts, failure } = readApart(read());
  const refused = new Error('duplicate key');
  const target = new Writable({
    write: (_part, _encoding, done) => {
      setTimeout(done, 5, refused);
    },
  });
  await expect(pipeline(Readable.from(parts), target)).rejects.toBe(refused);
  expect(failure()).toBeUndefined();
  expect(seen.isClosed).toBe(true);
});

test('an error while parts are read is known by what it is', async () => {
  const unreadable = new MillraceError('DatabaseUnreachable', 'The source is away.');
  const read = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('row');
    throw unreadable;
  };
  const { parts, failure } = readApart(read());
  const target = new Writable({ write: (_part, _encoding, done) => done() });
  await expect(pipeline(Readable.from(parts), target)).rejects.toBe(unreadable);
  expect(failure()).toBe(unreadable);
});

test('all parts come, in their order', async () => {
  const { parts, failure } = readApart(Readable.from(['a', 'b', 'c']));
  const seen: string[] = [];
  for await (const part of parts) seen.push(part);
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(failure()).toBeUndefined();
});

test('parts that are left are closed', async () => {
  const { seen, read } = endless();
  for await (const _part of readApart(read()).parts) break;
  expect(seen.isClosed).toBe(true);
});
