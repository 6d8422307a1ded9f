import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import type { DeadLetterStore, StoredDeadLetter } from '#core/ports/dead-letters.ts';
import { createWorld } from './api-world.ts';

const mark = (id: number, change: Partial<StoredDeadLetter> = {}): StoredDeadLetter => ({
  id: String(id),
  topic: 'client_1_db_1.public.flights',
  partition: 0,
  offset: BigInt(id),
  table: { schema: 'public', table: 'flights' },
  keyHash: String(id).padStart(64, '0'),
  keyValues: [`key ${id}`],
  state: 'dead',
  operation: 'upsert',
  position: 8 * id,
  errorCode: 'ConstraintViolated',
  cause: 'ConstraintViolated 23514 constraint small',
  message: 'a row violates a check constraint',
  atMs: Date.parse('2026-03-01T11:00:00.000Z'),
  lastAtMs: Date.parse('2026-03-01T11:30:00.000Z'),
  deadLetterOffset: 3n,
  attempts: 1,
  request: undefined,
  verdict: undefined,
  ...change,
});

/** The marks of a target in memory. `onRequest` stands for the consumer. */
const withMarks = async (
  marks: StoredDeadLetter[],
  onRequest: (marks: StoredDeadLetter[]) => void = () => undefined,
  change: Partial<Replication> = {},
) => {
  const it = createWorld();
  const ids = await it.configured();
  const replication = it.replications.get(ids.replication);
  if (replication === undefined) throw new Error('The replication was not created.');
  it.replications.set(ids.replication, { ...replication, status: 'active', generation: 1, ...change });
  const requested: unknown[] = [];
  const deadLetters: DeadLetterStore = {
    listDeadLetters: async (_owner, { ids: wanted, after = '0', limit }) =>
      marks
        .filter(({ id }) => Number(id) > Number(after) && (wanted === undefined || wanted.includes(id)))
        .slice(0, limit),
    groupDeadLetters: async () => [],
    requestDeadLetters: async (_owner, selection, { action, by, reason }) => {
      requested.push({ selection, action, by, reason });
      onRequest(marks);
      return marks.length;
    },
  };
  it.world.deadLetters = deadLetters;
  return { ...it, ids, requested, path: `/replications/${ids.replication}/dead-letters` };
};

test('they are listed page by page, and a viewer sees no values', async () => {
  const { request, ids, path } = await withMarks([mark(1), mark(2), mark(3)]);
  const first = await request(ids.client, 'GET', `${path}?limit=2`);
  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({
    settings: { policy: 'hold_table', limit: 1_000 },
    dead_letters: [
      { dead_letter_id: '1', table: 'public.flights', key: ['key 1'], offset: '1' },
      { dead_letter_id: '2' },
    ],
  });
  const next = await request(ids.client, 'GET', `${path}?limit=2&cursor=${String(first.body.next_cursor)}`);
  expect(next.body).toMatchObject({ dead_letters: [{ dead_letter_id: '3' }], next_cursor: null });
  const viewer = await request({ role: 'viewer', clientId: ids.client }, 'GET', path);
  expect(viewer.body).toMatchObject({ dead_letters: [{ key: null }, { key: null }, { key: null }] });
  expect(viewer.text).not.toContain('key 1');
  expect(
    (await request({ role: 'viewer', clientId: ids.client }, 'POST', `${path}/replay`, { all: true })).status,
  ).toBe(403);
});

test('the policy is changed, and the activity says from what to what', async () => {
  const { request, ids, path } = await withMarks([]);
  const changed = await request(ids.client, 'PATCH', path, { policy: 'continue', reason: 'one bad row' });
  expect([changed.status, changed.body]).toEqual([200, { policy: 'continue', limit: 1_000 }]);
  expect((await request(ids.client, 'PATCH', path, { limit: 0 })).status).toBe(400);
  const { body } = await request(ids.client, 'GET', `/replications/${ids.replication}/activity`);
  expect((body.activity as unknown[])[0]).toMatchObject({
    action: 'dead-letter-settings-changed',
    reason: 'one bad row',
    before: { policy: 'hold_table' },
    after: { policy: 'continue' },
  });
});

test('settings are changed only in the version that the caller has read', async () => {
  const { request, ids, path } = await withMarks([]);
  const read = String((await request(ids.client, 'GET', path)).headers.etag);
  const first = await request(ids.client, 'PATCH', path, { limit: 5 }, { 'if-match': read });
  expect([first.status, first.headers.etag === read]).toEqual([200, false]);
  const second = await request(ids.client, 'PATCH', path, { limit: 6 }, { 'if-match': read });
  expect([second.status, second.body.code]).toEqual([412, 'PreconditionFailed']);
  expect((await request(ids.client, 'GET', path)).headers.etag).toBe(first.headers.etag);
});

test('of two changes of one version at once one is made, and two of different settings are both', async () => {
  const { request, ids, path } = await withMarks([]);
  const read = String((await request(ids.client, 'PATCH', path, { limit: 4 })).headers.etag);
  const answers = await Promise.all(
    [5, 6].map((limit) => request(ids.client, 'PATCH', path, { limit }, { 'if-match': read })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  await Promise.all(
    [{ limit: 7 }, { policy: 'continue' }].map((body) => request(ids.client, 'PATCH', path, body)),
  );
  expect((await request(ids.client, 'GET', path)).body).toMatchObject({
    settings: { policy: 'continue', limit: 7 },
  });
});

test('a replay says which, needs the consumer, and is told to the activity', async () => {
  const { request, ids, path, requested } = await withMarks([mark(1)]);
  expect((await request(ids.client, 'POST', `${path}/replay`, {})).status).toBe(400);
  expect((await request(ids.client, 'POST', `${path}/replay`, { all: true, ids: ['1'] })).status).toBe(400);
  const asked = await request(ids.client, 'POST', `${path}/replay`, {
    table: 'public.flights',
    reason: 'fixed',
  });
  expect([asked.status, asked.body.asked]).toEqual([202, 1]);
  expect(requested).toEqual([
    {
      selection: { ids: undefined, cause: undefined, table: { schema: 'public', table: 'flights' } },
      action: 'replay',
      by: `client ${ids.client}`,
      reason: 'fixed',
    },
  ]);
  const none = await withMarks([]);
  expect((await none.request(none.ids.client, 'POST', `${none.path}/replay`, { all: true })).status).toBe(
    404,
  );
  const paused = await withMarks([mark(1)], undefined, { status: 'paused' });
  const refused = await paused.request(paused.ids.client, 'POST', `${paused.path}/replay`, { all: true });
  expect(refused).toMatchObject({ status: 409, body: { code: 'Conflict' } });
});

test('a dry run waits for what the consumer finds out, and names what was superseded meanwhile', async () => {
  const atMs = Date.parse('2026-03-01T12:00:00.000Z');
  const { request, ids, path } = await withMarks([mark(1), mark(2), mark(3)], (marks) => {
    marks.splice(
      0,
      3,
      mark(1, { verdict: { result: 'would-apply', message: 'The target takes it.', atMs } }),
      mark(3, { verdict: { result: 'still-fails', message: 'check small', atMs } }),
    );
  });
  const { body } = await request(ids.client, 'POST', `${path}/replay`, { all: true, dry_run: true });
  expect(body.verdicts).toMatchObject([
    { dead_letter_id: '1', verdict: 'would-apply' },
    { dead_letter_id: '2', verdict: 'superseded' },
    { dead_letter_id: '3', verdict: 'still-fails', message: 'check small' },
  ]);
  const silent = await withMarks([mark(1)], (marks) => {
    marks.splice(0, 1, mark(1, { request: { action: 'check', by: 'me', atMs, reason: undefined } }));
  });
  const pending = await silent.request(silent.ids.client, 'POST', `${silent.path}/replay`, {
    all: true,
    dry_run: true,
  });
  expect(pending.body.verdicts).toMatchObject([{ verdict: 'pending' }]);
});

test('a discard needs a reason', async () => {
  const { request, ids, path, requested } = await withMarks([mark(1)]);
  expect((await request(ids.client, 'POST', `${path}/discard`, { ids: ['1'] })).status).toBe(400);
  const asked = await request(ids.client, 'POST', `${path}/discard`, { ids: ['1'], reason: 'test data' });
  expect(asked.status).toBe(202);
  expect(requested).toMatchObject([{ selection: { ids: ['1'] }, action: 'discard', reason: 'test data' }]);
});
