import { expect, test } from '@jest/globals';
import { allLogComponents, type LogPageRequest, readLogPage, settleMs } from '#core/logs/read-log-page.ts';
import type { LogEvent, LogPlace, LogReader } from '#core/ports/log-reader.ts';
import { logPlaces } from '#core/ports/log-reader.ts';

const connectorName = 'acme_shop_connector';
const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const never = new AbortController().signal;

/** Lines in memory, of which each read gives a few at most. */
class FakeReader implements LogReader {
  readonly places = logPlaces;
  readonly stored: { readonly place: LogPlace; readonly event: LogEvent }[] = [];
  reads = 0;
  perRead = 1_000;
  #ids = 0;

  add(place: LogPlace, atMs: number, message: string, level = 'INFO'): void {
    this.#ids += 1;
    const service = place === 'workers' ? 'consumer' : place;
    const text =
      place === 'connect'
        ? `${new Date(atMs).toISOString()} ${level} [${connectorName}|task-0] ${message} (a.B)`
        : JSON.stringify({
            level,
            message: `[${connectorName}] ${message}`,
            service,
            connector: connectorName,
          });
    this.stored.push({ place, event: { id: String(this.#ids).padStart(6, '0'), atMs, text } });
  }

  read: LogReader['read'] = async ({ place, fromMs, toMs, limit }, signal) => {
    this.reads += 1;
    if (signal.aborted) return { events: [], isComplete: false };
    const events = this.stored
      .filter((it) => it.place === place && it.event.atMs >= fromMs && it.event.atMs <= toMs)
      .map(({ event }) => event)
      .toSorted((a, b) => a.atMs - b.atMs);
    const given = events.slice(0, Math.min(limit, this.perRead));
    return { events: given, isComplete: given.length === events.length };
  };
}

const request = (change: Partial<LogPageRequest> = {}): LogPageRequest => ({
  connectorName,
  components: allLogComponents,
  level: 'info',
  position: { fromMs: nowMs - 3_600_000, shown: [] },
  toMs: nowMs,
  limit: 100,
  ...change,
});

const readAll = async (reader: LogReader, first: LogPageRequest): Promise<readonly (readonly string[])[]> => {
  const pages: string[][] = [];
  let position = first.position;
  for (let page = 0; page < 200; page += 1) {
    const read = await readLogPage({ ...first, position }, reader, new Date(nowMs), never);
    pages.push(read.lines.map(({ message }) => message));
    position = read.position;
    if (read.isAtEnd) return pages;
  }
  throw new Error('The pages do not end.');
};

test('lines of all places are merged by their time, and filtered', async () => {
  const reader = new FakeReader();
  reader.add('connect', nowMs - 2_000, 'b');
  reader.add('workers', nowMs - 3_000, 'a');
  reader.add('health', nowMs - 1_000, 'c', 'WARN');
  reader.add('steps', nowMs - 500, 'noise', 'DEBUG');
  const messages = async (change: Partial<LogPageRequest> = {}) =>
    (await readAll(reader, request(change))).flat();
  expect(await messages()).toEqual(['a', 'b', 'c']);
  expect(await messages({ level: 'debug' })).toEqual(['a', 'b', 'c', 'noise']);
  expect(await messages({ level: 'warn' })).toEqual(['c']);
  expect(await messages({ components: ['connector'] })).toEqual(['b']);
  expect(await messages({ text: 'A' })).toEqual(['a']);
  reader.reads = 0;
  await messages({ components: ['consumer', 'copy-worker'] });
  expect(reader.reads).toBe(2);
});

// Whatever the size of a page and of a read: each line once, in order.
test.each([1, 3, 7, 100])('pages of %d lines show each line once, in order', async (limit) => {
  const reader = new FakeReader();
  reader.perRead = 5;
  const expected: string[] = [];
  for (let index = 0; index < 60; index += 1) {
    // Groups of lines have the same time, and the last ones are younger than what has settled.
    const atMs = nowMs - 200_000 + Math.floor(index / 2) * 6_000;
    const place = logPlaces[index % 4] ?? 'workers';
    reader.add(place, atMs, `line ${index}`);
    expected.push(`line ${index}`);
  }
  const shown = (await readAll(reader, request({ limit }))).flat();
  expect(shown.toSorted()).toEqual(expected.toSorted());
  const times = shown.map((line) => Math.floor(Number(line.split(' ')[1]) / 2));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('a line that is stored late is shown by a later page, and no other twice', async () => {
  const reader = new FakeReader();
  reader.add('workers', nowMs - 5_000, 'first');
  const page = await readLogPage(request(), reader, new Date(nowMs), never);
  reader.add('connect', nowMs - 20_000, 'late');
  reader.add('workers', nowMs + 1_000, 'next');
  const later = await readLogPage(
    request({ position: page.position, toMs: nowMs + 2_000 }),
    reader,
    new Date(nowMs + 2_000),
    never,
  );
  expect([page, later].map(({ lines }) => lines.map(({ message }) => message))).toEqual([
    ['first'],
    ['late', 'next'],
  ]);
  expect(later.position.fromMs).toBe(nowMs + 2_000 - settleMs);
});

test('a long time without a line is read in few steps', async () => {
  const reader = new FakeReader();
  reader.add('workers', nowMs - 1_000, 'only');
  const month = 30 * 24 * 3_600_000;
  const page = await readLogPage(
    request({ position: { fromMs: nowMs - month, shown: [] }, components: ['consumer'] }),
    reader,
    new Date(nowMs),
    never,
  );
  expect(page.lines).toHaveLength(1);
  expect(reader.reads).toBeLessThan(10);
});

test('a read that is given up goes on where it was', async () => {
  const reader = new FakeReader();
  const stopped = AbortSignal.abort();
  const { position } = request();
  const page = await readLogPage(request(), reader, new Date(nowMs), stopped);
  expect(page).toEqual({ lines: [], position, isAtEnd: false });
});
