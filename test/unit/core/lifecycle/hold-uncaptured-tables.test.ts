import { expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Run } from '#core/contracts/steps.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { withoutUncapturedTables } from '#core/lifecycle/hold-uncaptured-tables.ts';
import { createFakeSource, sampleTable } from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingAlerts } from '../../../kit/recording-alerts.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const run: Run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };
const both = [sampleTable('flights'), sampleTable('airports')];

const createWorld = (copyGeneration = 0) => {
  const { store, state } = createMemoryStore(sampleReplication({ copyGeneration }));
  const source = createFakeSource(both);
  const alerts = createRecordingAlerts();
  const ports = {
    store,
    alerts,
    clock: createManualClock(),
    log: createRecordingLog(),
    source: source.database,
  };
  /** Fails as long as a table is not there, or as often as `failures` says. */
  const begin = (failures: ErrorCode[], given = ports) => {
    let calls = 0;
    return withoutUncapturedTables(run, state.replication, given, async () => {
      calls += 1;
      const code = failures.shift();
      if (code !== undefined) throw new MillraceError(code, 'It failed.');
      return calls;
    });
  };
  return { begin, state, source, alerts, ports };
};

test.each([
  ['gone', both.slice(0, 1), /has no table public\.airports any more/],
  ['without a key', [sampleTable('flights'), sampleTable('airports', { primaryKey: [] })], /primary key/],
])(
  'a table that is %s when capture begins is held until it is copied, and capture begins without it',
  async (_what, tables, words) => {
    const { begin, state, source, alerts } = createWorld();
    source.state.tables = tables;
    expect(await begin(['ValidationFailed'])).toBe(2);
    // The first start's own copy, which is still to come.
    expect(state.progress.get('public.airports')).toMatchObject({
      ...{ state: 'held', heldUntil: 'copy', generation: 3, message: expect.stringMatching(words) },
    });
    expect(state.progress.has('public.flights')).toBe(false);
    expect(alerts.published).toHaveLength(1);
  },
);

test('what is no table is to blame for is thrown, and so is what befalls all tables', async () => {
  const { begin, state, source } = createWorld();
  await expect(begin(['Conflict'])).rejects.toMatchObject({ code: 'Conflict' });
  source.state.tables = [];
  await expect(begin(['TableNotFound'])).rejects.toMatchObject({ code: 'TableNotFound' });
  expect(state.progress.size).toBe(0);
});

test.each(['DatabaseUnreachable', 'Superseded', 'OpenTransactions'] as const)(
  'a %s is thrown without a look at the tables',
  async (code) => {
    const { begin, source, state } = createWorld();
    source.state.tables = both.slice(0, 1);
    await expect(begin([code])).rejects.toMatchObject({ code });
    expect(state.progress.size).toBe(0);
  },
);

test('what fails again without the held tables is thrown', async () => {
  const { begin, source } = createWorld();
  source.state.tables = both.slice(0, 1);
  await expect(begin(['TableNotFound', 'Conflict'])).rejects.toMatchObject({ code: 'Conflict' });
});

test('a copied table of which changes were lost is held, and no other start is in need of a resync', async () => {
  const { begin, state, ports } = createWorld(2);
  for (const { source, target } of state.replication.tables) {
    const live: TableProgress = {
      ...{ source, target, generation: 2, state: 'live', estimatedRows: 1, estimatedBytes: 1, chunks: 1 },
      ...{ chunksDone: 1, rowsCopied: 1, bytesCopied: 1, runsOn: 'lambda' },
    };
    state.progress.set(`public.${source.table}`, live);
  }
  const source = {
    ...ports.source,
    listUncaptured: async () => [{ schema: 'public', table: 'airports' }],
  };
  expect(await begin(['NeedsResync'], { ...ports, source })).toBe(2);
  expect(state.progress.get('public.airports')).toMatchObject({
    ...{ state: 'held', heldUntil: 'copy', generation: 2 },
    message: expect.stringContaining('Changes of it were lost'),
  });
  expect(state.progress.get('public.flights')).toMatchObject({ state: 'live' });
});
