import { expect, test } from '@jest/globals';
import { createWorld, registration } from './api-world.ts';

/** Follows a list to its end; `limit` items at a time. */
const readAll = async (
  request: ReturnType<typeof createWorld>['request'],
  path: string,
  items: string,
  limit: number,
): Promise<readonly Record<string, unknown>[][]> => {
  const pages: Record<string, unknown>[][] = [];
  let cursor: unknown = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${String(cursor)}`;
    const { status, body } = await request(
      1,
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${from}`,
    );
    expect(status).toBe(200);
    pages.push(body[items] as Record<string, unknown>[]);
    cursor = body.next_cursor;
  }
  return pages;
};

const withDatabases = async (count: number) => {
  const world = createWorld();
  await world.request('admin', 'POST', '/clients', { name: 'Acme' });
  for (let index = 1; index <= count; index += 1)
    await world.request(1, 'POST', '/databases', registration({ name: index % 2 === 0 ? 'Even' : 'odd' }));
  return world;
};

test.each([
  [5, 2, [2, 2, 1]],
  [4, 2, [2, 2]],
  [1, 100, [1]],
  [0, 10, [0]],
])('a list of %d in pages of %d', async (count, limit, sizes) => {
  const { request } = await withDatabases(count);
  const pages = await readAll(request, '/databases', 'databases', limit);
  expect(pages.map((page) => page.length)).toEqual(sizes);
  expect(pages.flat().map((it) => it.database_id)).toEqual(
    Array.from({ length: count }, (_, index) => index + 1),
  );
});

test('a filter leaves items out, and pages are full all the same', async () => {
  const { request } = await withDatabases(7);
  const pages = await readAll(request, '/databases?name=EVEN', 'databases', 2);
  expect(pages.map((page) => page.map((it) => it.database_id))).toEqual([[2, 4], [6]]);
  expect((await request(1, 'GET', '/databases?kind=oracle')).body).toEqual({
    databases: [],
    next_cursor: null,
  });
});

test('an item that is removed meanwhile moves no other', async () => {
  const { request } = await withDatabases(4);
  const first = (await request(1, 'GET', '/databases?limit=2')).body;
  await request(1, 'DELETE', '/databases/2');
  const second = await request(1, 'GET', `/databases?limit=2&cursor=${String(first.next_cursor)}`);
  expect((second.body.databases as { database_id: number }[]).map((it) => it.database_id)).toEqual([3, 4]);
});

test('replications are listed by status and database', async () => {
  const { request, configured } = createWorld();
  const { client, source } = await configured();
  const count = async (query: string) =>
    ((await request(client, 'GET', `/replications?${query}`)).body.replications as unknown[]).length;
  expect(await count('status=configured')).toBe(1);
  expect(await count('status=active')).toBe(0);
  expect(await count(`database_id=${source}`)).toBe(1);
  expect(await count('database_id=99')).toBe(0);
  expect(await count('name=SHOP')).toBe(1);
});

test.each(['limit=0', 'limit=1001', 'limit=x', 'cursor=%21', 'cursor=AB', 'status=gone', 'unknown=1'])(
  'a list with ?%s is refused',
  async (query) => {
    const { request } = createWorld();
    expect((await request(1, 'GET', `/replications?${query}`)).status).toBe(400);
  },
);
