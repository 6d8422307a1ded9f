import { expect, test } from '@jest/globals';
import { resolveKeyChanges } from '#core/apply/resolve-key-changes.ts';
import type { ApplyRow, ApplyTable } from '#core/ports/apply-table.ts';
import type { MoveEvent, RowEvent } from '#core/ports/row-event.ts';
import { accounts } from './sample-events.ts';

const move = (change: Partial<MoveEvent> = {}): MoveEvent => ({
  kind: 'move',
  from: { key: '1', row: ['1', undefined, undefined] },
  key: '2',
  row: ['2', '10', undefined],
  position: 100,
  isNew: true,
  ...change,
});
const current: ApplyRow = ['2', '11', 'now'];
const remove: RowEvent = { kind: 'delete', key: '1', row: ['1', undefined, undefined] };
const upsert: RowEvent = { kind: 'upsert', key: '2', row: current };

const resolve = async (
  events: readonly RowEvent[],
  options: { isLive?: boolean; rereadPosition?: number; found?: boolean } = {},
) => {
  const asked: (readonly ApplyRow[])[] = [];
  const resolved = await resolveKeyChanges([{ table: accounts, events }], {
    isLive: (_table: ApplyTable) => options.isLive ?? true,
    rereadPosition: options.rereadPosition ?? 0,
    source: {
      readRows: (_table, keys) => {
        asked.push(keys);
        const rows = new Map<string, ApplyRow>(options.found === false ? [] : [['2', current]]);
        return Promise.resolve({ rows, position: 500 });
      },
    },
  });
  return { asked, events: resolved.changes[0]?.events, rereadPosition: resolved.rereadPosition };
};

test('a new move in a live table stays, and the source is not asked', async () => {
  expect(await resolve([move()])).toEqual({ asked: [], events: [move()], rereadPosition: 0 });
});

test.each([
  ['a table that catches up', [move()], { isLive: false }],
  ['a move that may be a repetition', [move({ isNew: false })], {}],
  ['a move older than the last row that was read', [move()], { rereadPosition: 100 }],
])('%s takes the row from the source', async (_name, events, options) => {
  expect(await resolve(events, options)).toMatchObject({ events: [remove, upsert], rereadPosition: 500 });
});

test('a move from an unknown place only writes the row', async () => {
  expect(await resolve([move({ from: undefined })])).toMatchObject({ events: [upsert] });
});

test('a row that the source no longer has under that key is only taken away', async () => {
  expect(await resolve([move()], { isLive: false, found: false })).toMatchObject({ events: [remove] });
});

test('after the first row that is read, all later moves of the batch are, in one go', async () => {
  const later = move({ key: '3', row: ['3', '10', undefined], position: 101 });
  const { asked, events } = await resolve([move({ position: 99 }), move({ isNew: false }), later]);
  expect(asked).toEqual([[move().row, later.row]]);
  expect(events?.[0]).toMatchObject({ kind: 'move', position: 99 });
  expect(events?.filter(({ kind }) => kind === 'move')).toHaveLength(1);
});
