import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import {
  type ChangeAgainPorts,
  changeAgain,
  changeAgainAfterCure,
  changesAgainByItself,
  nextChangeAt,
  wasChangeToldBefore,
} from '#core/lifecycle/change-again.ts';
import { createOwnStartWorld } from './own-start-world.ts';

const resync = [{ schema: 'public', table: 'items' }];
const tables = [{ source: resync[0], target: { schema: 'public', table: 'items' } }];
const failedChange = {
  ...{ version: 4, state: 'failed' as const, resync, message: 'Changing the tables failed: wrong password.' },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', errorCode: 'DatabaseAuthenticationFailed' },
} satisfies NonNullable<Replication['tableChange']>;

const failed = {
  ...{ replicationId: 7, clientId: 1, connectorName: 'acme_shop_connector', generation: 3, tables },
  ...{ status: 'active', desired: 'running', tablesVersion: 4, tableChange: failedChange },
} as unknown as Replication;

// exactOptionalPropertyTypes: the field is absent, not undefined.
const withoutChange: object = { tableChange: undefined };

test.each<[string, object, boolean]>([
  ['with a password that was changed', {}, true],
  ['for what time can cure', { tableChange: { ...failedChange, errorCode: 'DatabaseUnreachable' } }, true],
  [
    'for what a person has to change',
    { tableChange: { ...failedChange, errorCode: 'SchemaMismatch' } },
    false,
  ],
  ['of a replication that was stopped', { desired: 'stopped' }, false],
  ['and runs again', { tableChange: { ...failedChange, state: 'running' } }, false],
  ['and was replaced', withoutChange, false],
])('a change that failed %s is tried again by itself, or not', (_what, change, expected) => {
  expect(changesAgainByItself({ ...failed, ...change } as Replication)).toBe(expected);
});

const createWorld = (change: { readonly errorCode?: string } = {}) => {
  const world = createOwnStartWorld(failed);
  const failedAt = world.clock.now().toISOString();
  world.state.current = {
    ...failed,
    tableChange: { ...failedChange, ...change, failedAt },
  };
  return { ...world, ports: world.ports as unknown as ChangeAgainPorts, failedAt };
};

test('it begins again when its pause is over, with the same tables to copy, and is counted', async () => {
  const { state, attempts, runs, activities, clock, ports } = createWorld();
  expect(await changeAgain(failed, 'health', ports)).toBe(false);
  expect(attempts).toEqual([]);
  clock.advance(60_000);
  expect(await changeAgain(failed, 'health', ports)).toBe(true);
  expect(runs).toEqual([expect.objectContaining({ version: 5 })]);
  expect(state.current.tableChange).toMatchObject({ state: 'running', version: 5, resync });
  expect(attempts).toEqual([{ action: 'change-tables-again', at: clock.now().toISOString() }]);
  expect(activities.map(({ action }) => action)).toEqual(['table-change-repeated']);
  expect(await wasChangeToldBefore('DatabaseAuthenticationFailed', 7, ports)).toBe(true);
  expect(await wasChangeToldBefore('SchemaMismatch', 7, ports)).toBe(false);
});

test('a wrong password is tried three times, an outage for as long as it lasts', async () => {
  for (const [errorCode, expected] of [
    ['DatabaseAuthenticationFailed', false],
    ['DatabaseUnreachable', true],
  ] as const) {
    const { state, attempts, failedAt, clock, ports } = createWorld({ errorCode });
    attempts.push(...Array.from({ length: 3 }, () => ({ action: 'change-tables-again', at: failedAt })));
    clock.advance(30 * 60_000);
    expect(await changeAgain(state.current, 'health', ports)).toBe(expected);
  }
});

test('when it is tried next is known, and that it waits for a person after three wrong passwords', () => {
  const change = { ...failedChange, failedAt: '2026-01-01T00:10:00.000Z' };
  const before = (count: number) =>
    Array.from({ length: count }, () => ({ action: 'change-tables-again', at: change.startedAt }));
  const next = (count: number, errorCode = change.errorCode) =>
    nextChangeAt({ ...failed, tableChange: { ...change, errorCode } }, before(count))?.toISOString();
  expect([next(0), next(1), next(3)]).toEqual([
    '2026-01-01T00:11:00.000Z',
    '2026-01-01T00:12:00.000Z',
    undefined,
  ]);
  expect(next(4, 'DatabaseUnreachable')).toBe('2026-01-01T00:25:00.000Z');
  expect(next(0, 'SchemaMismatch')).toBeUndefined();
});

test('nothing is begun when it was stopped meanwhile, or someone else acts on it', async () => {
  const stopped = createWorld();
  stopped.clock.advance(60_000);
  stopped.state.current = { ...stopped.state.current, desired: 'stopped', status: 'stopped' };
  expect(await changeAgain(failed, 'health', stopped.ports)).toBe(false);
  const busy = createWorld();
  busy.clock.advance(60_000);
  busy.state.isLeased = true;
  expect(await changeAgain(failed, 'health', busy.ports)).toBe(false);
  expect([...stopped.runs, ...busy.runs]).toEqual([]);
});

test('a database that was changed repeats at once what had failed at it, and nothing else', async () => {
  const curable = new Set(['DatabaseAuthenticationFailed']);
  const { state, runs, ports } = createWorld();
  expect(await changeAgainAfterCure(state.current, curable, ports)).toBe(true);
  expect(runs).toHaveLength(1);
  const other = createWorld({ errorCode: 'SchemaMismatch' });
  expect(await changeAgainAfterCure(other.state.current, curable, other.ports)).toBe(false);
  const { tableChange: _none, ...quiet } = state.current;
  expect(await changeAgainAfterCure(quiet, curable, other.ports)).toBe(false);
  expect(other.runs).toEqual([]);
});
