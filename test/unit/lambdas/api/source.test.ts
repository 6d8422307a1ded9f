import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createWorld } from './api-world.ts';

const readAt = '2026-01-02T03:04:00.000Z';

const withLog = async () => {
  const it = createWorld();
  const { client, replication } = await it.configured();
  const stored = it.replications.get(replication);
  if (stored === undefined) throw new Error('There is no replication.');
  it.replications.set(replication, { ...stored, status: 'active', capturedSince: readAt });
  it.sourceLogs.set(replication, {
    readAt,
    warnings: ['Set max_slot_wal_keep_size.'],
    position: '0/30',
    captured: '0/20',
    aheadBytes: 16,
    retainedBytes: 600,
    limitBytes: 1_000,
    reader: { isReading: false, since: readAt },
    samples: [
      { at: '2026-01-02T03:02:00.000Z', retainedBytes: 400 },
      { at: readAt, retainedBytes: 600 },
    ],
  });
  return { ...it, client, path: `/replications/${replication}/source` };
};

test('the log that a source keeps is told with its limit, its growth and who reads it', async () => {
  const { request, client, path } = await withLog();
  expect(await request(client, 'GET', path)).toMatchObject({
    status: 200,
    body: {
      read_at: readAt,
      failure: null,
      retained_bytes: 600,
      limit_bytes: 1_000,
      kept_ms: null,
      bytes_per_minute: 100,
      minutes_to_loss: 4,
      position: '0/30',
      captured_position: '0/20',
      ahead_bytes: 16,
      reader: { is_reading: false, since: readAt },
      objects: expect.arrayContaining([
        { kind: 'replication slot', name: expect.any(String), keeps_log: true },
      ]),
      warnings: ['Set max_slot_wal_keep_size.'],
    },
  });
});

test('the source itself says which transactions are open, and one that does not answer hides nothing else', async () => {
  const { request, client, path, ports, open } = await withLog();
  const openSource = ports.openSource;
  const answer = async (listOpenTransactions?: () => Promise<readonly string[]>) => {
    Object.assign(ports, {
      openSource: async (database: Parameters<typeof openSource>[0]) => ({
        ...(await openSource(database)),
        ...(listOpenTransactions && { listOpenTransactions }),
      }),
    });
    return (await request(client, 'GET', path)).body;
  };
  expect(await answer(async () => ['pid 7 of user app'])).toMatchObject({
    open_transactions: ['pid 7 of user app'],
    open_transactions_message: null,
  });
  expect(
    await answer(async () => {
      throw new MillraceError('DatabaseTimeout', 'It took too long.');
    }),
  ).toMatchObject({
    retained_bytes: 600,
    open_transactions: null,
    open_transactions_message: 'The source could not be asked: It took too long.',
  });
  expect(await answer()).toMatchObject({
    open_transactions: null,
    open_transactions_message: expect.stringContaining('PostgreSQL'),
  });
  expect(open.connections).toBe(0);
});

test('another client sees nothing of it', async () => {
  const { request, client, path } = await withLog();
  expect((await request(client + 1, 'GET', path)).status).toBe(404);
});
