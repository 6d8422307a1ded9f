import { describe, expect, test } from '@jest/globals';
import type { FleetRow } from '../../../../console/api/client.ts';
import {
  arrangeFleet,
  fleetStateOf,
  overallState,
  reasonOf,
  sharedCauses,
} from '../../../../console/data/fleet-state.ts';

const now = Date.parse('2026-01-01T12:00:00.000Z');
const ago = (ms: number): string => new Date(now - ms).toISOString();

type Looked = NonNullable<FleetRow['health']>;

const noTables: Looked['tables'] = { pending: 0, copying: 0, 'catching-up': 0, live: 0, skipped: 0, held: 0 };

const looked = (change: Partial<Looked>): Looked => ({
  overall: 'healthy',
  since: ago(3_000_000),
  looked_at: ago(30_000),
  condition: null,
  hop: null,
  tries_again_at: null,
  dead_letter_rows: 0,
  source_retained_bytes: null,
  source_limit_bytes: null,
  source_minutes_to_loss: null,
  tables: { ...noTables, live: 3 },
  ...change,
});

const row = (change: Partial<FleetRow> = {}): FleetRow => ({
  client_id: 1,
  client_name: 'Acme',
  replication_id: 1,
  name: 'shop to warehouse',
  source: 'shop',
  target: 'warehouse',
  source_database_id: 1,
  target_database_id: 2,
  status: 'active',
  desired: 'running',
  status_since: ago(3_600_000),
  last_error_message: null,
  table_count: 3,
  health: looked({}),
  ...change,
});

describe('the state of a replication', () => {
  test.each([
    ['running', row()],
    ['behind', row({ health: looked({ overall: 'degraded', condition: 'target-behind', hop: 'target' }) })],
    ['needs-you', row({ health: looked({ overall: 'degraded', condition: 'table-held', hop: 'target' }) })],
    ['failed', row({ health: looked({ overall: 'failed', condition: 'connector-failed', hop: 'capture' }) })],
    ['failed', row({ status: 'error' })],
    ['failed', row({ status: 'needs-resync' })],
    ['starting', row({ status: 'starting', health: null })],
    ['copying', row({ health: looked({ tables: { ...noTables, copying: 1, live: 2 } }) })],
    ['copying', row({ status: 'starting', health: looked({ tables: { ...noTables, copying: 3 } }) })],
    ['paused', row({ status: 'paused' })],
    ['needs-you', row({ status: 'paused', health: looked({ condition: 'pause-running-out' }) })],
    ['stopped', row({ status: 'configured', health: null })],
    ['needs-you', row({ status: 'deleting', health: looked({ condition: 'deletion-blocked' }) })],
  ] as const)('is %s', (state, it) => expect(fleetStateOf(it, now)).toBe(state));

  test('is not called copying by a look from before the start', () => {
    const it = row({
      status: 'starting',
      status_since: ago(20_000),
      health: looked({ looked_at: ago(25_000), tables: { ...noTables, copying: 3 } }),
    });
    expect(fleetStateOf(it, now)).toBe('starting');
  });

  test('says how many tables are copied', () => {
    const it = row({ health: looked({ tables: { ...noTables, copying: 1, pending: 1, live: 1 } }) });
    expect(reasonOf(it, 'copying')).toBe('1 of 3 tables are copied.');
  });

  test('on its own screen is the same: one that waits for a person says so, whatever else runs', () => {
    expect(overallState('failed', 'table-held', null)).toBe('needs-you');
    expect(overallState('degraded', 'table-held', null)).toBe('needs-you');
    expect(overallState('failed', 'connector-failed', null)).toBeUndefined();
    expect(overallState('healthy', null, null)).toBeUndefined();
  });

  test('waits for nobody while Millrace still tries it again by itself, and says when', () => {
    const failed = { overall: 'degraded', condition: 'table-change-failed', hop: 'source' } as const;
    const waits = row({ health: looked(failed) });
    expect(fleetStateOf(waits, now)).toBe('needs-you');
    expect(reasonOf(waits, 'needs-you')).toBe('Table change failed, at the source.');
    const tried = row({ health: looked({ ...failed, tries_again_at: ago(-120_000) }) });
    expect(fleetStateOf(tried, now)).toBe('behind');
    expect(reasonOf(tried, 'behind')).toMatch(
      /^Table change failed, at the source\. It is tried again by itself, next at .+\.$/,
    );
    expect(overallState('degraded', 'table-change-failed', ago(-120_000))).toBeUndefined();
    expect(overallState('degraded', 'table-change-failed', null)).toBe('needs-you');
  });

  test('is not called running by an old look', () => {
    expect(fleetStateOf(row({ health: looked({ looked_at: ago(300_000) }) }), now)).toBe('unknown');
  });

  test('is not called running by a look from before the start', () => {
    const it = row({ status_since: ago(20_000), health: looked({ looked_at: ago(25_000) }) });
    expect(fleetStateOf(it, now)).toBe('starting');
    expect(fleetStateOf({ ...it, status_since: ago(300_000), health: null }, now)).toBe('unknown');
  });
});

describe('the fleet', () => {
  const rows = [
    row({ replication_id: 1, name: 'b' }),
    row({ replication_id: 2, name: 'a' }),
    row({ replication_id: 3, name: 'c', status: 'error', last_error_message: 'Disk full.' }),
    row({ replication_id: 4, name: 'd', client_id: 2, client_name: 'Other' }),
  ];
  const none = { text: '', state: undefined, clientId: undefined };
  const ids = (filter: Parameters<typeof arrangeFleet>[1]) =>
    arrangeFleet(rows, filter, now).shown.map((it) => it.row.replication_id);

  test('has the worst first, then by client and name', () => expect(ids(none)).toEqual([3, 2, 1, 4]));
  test('is found by every word', () => expect(ids({ ...none, text: 'other WAREHOUSE' })).toEqual([4]));
  test('is filtered by client and state', () => {
    expect(ids({ ...none, clientId: 1, state: 'running' })).toEqual([2, 1]);
  });
  test('counts all states of what is searched, whichever state is shown', () => {
    const { counts } = arrangeFleet(rows, { ...none, state: 'failed' }, now);
    expect([counts.failed, counts.running]).toEqual([1, 3]);
  });
  test('says why', () => {
    expect(arrangeFleet(rows, none, now).shown.map((it) => reasonOf(it.row, it.state))).toEqual([
      'Disk full.',
      '',
      '',
      '',
    ]);
  });

  test('has one banner for a cause that several share', () => {
    const broken = Array.from({ length: 12 }, (_, index) =>
      row({
        replication_id: index + 1,
        health: looked({ overall: 'failed', condition: 'source-unreachable', hop: 'source' }),
      }),
    );
    expect(sharedCauses(arrangeFleet(broken, none, now).shown)).toEqual([
      { condition: 'source-unreachable', database: 'shop', count: 12 },
    ]);
    expect(sharedCauses(arrangeFleet(broken.slice(0, 2), none, now).shown)).toEqual([]);
  });
});
