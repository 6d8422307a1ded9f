import { expect, test } from '@jest/globals';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { type ShapeWatch, watchShapes } from '../../../../consumer-container/consumer/watch-shapes.ts';
import { unreachable } from './fakes.ts';

const table: TableDescription = {
  ref: { schema: 'public', table: 'orders' },
  columns: [],
  primaryKey: ['id'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 1,
  bytes: 1,
  uniqueIndexes: [],
};

/** Each look sees the next of `looks`; the watch ends after the last. */
const watch = async (
  looks: readonly (readonly TableDescription[] | MillraceError)[],
  listUncaptured: ShapeWatch['listUncaptured'] = async () => [],
) => {
  const end = new AbortController();
  const troubles = new Map<string, MillraceError>();
  const seen: string[][] = [];
  const held: string[] = [];
  const remembered: TableDescription[] = [];
  let next = 0;
  let shape: KnownShape = { copied: table, seen: table };
  await watchShapes(
    {
      connectorName: 'connector',
      topicPrefix: 'prefix',
      shapes: {
        get all() {
          return [shape];
        },
        of: () => shape,
        remember: async (newer) => {
          shape = newer;
          remembered.push(newer.seen);
        },
      },
      follower: { policy: undefined, readPolicy: async () => undefined, nudge: () => undefined },
      writeMarker: async () => '0/1',
      positions: postgresSourceDialect.capture,
      tellsByEvents: true,
      connect: { getOffset: async () => undefined },
      admin: { topicOffsets: async () => [] },
      progress: { partitions: [] },
      describeSources: async () => {
        const look = looks[next];
        next += 1;
        seen.push([...troubles.keys()]);
        if (next >= looks.length) end.abort();
        if (look instanceof MillraceError) throw look;
        return look ?? [];
      },
      listUncaptured,
      held: {
        has: () => held.length > 0,
        release: async () => undefined,
        hold: async (_ref, error) => {
          held.push(error.code);
          end.abort();
          return true;
        },
      },
      troubles: {
        has: (name) => troubles.has(name),
        set: (name, error) => void troubles.set(name, error),
        delete: (name) => troubles.delete(name),
      },
      clock: createManualClock(),
      log: createRecordingLog(),
    },
    end.signal,
  );
  return { held, remembered, seen, troubles };
};

test('a catalog that cannot be read is a trouble of the consumer until it can be read again', async () => {
  const { seen, troubles } = await watch([[table], unreachable, unreachable, [table]]);
  expect(seen).toEqual([[], [], ['source-catalog'], ['source-catalog']]);
  expect([...troubles.keys()]).toEqual([]);
});

test('a table that has changed is held, and one that is missing at the second look', async () => {
  const changed = await watch([[{ ...table, primaryKey: ['other'] }]]);
  expect(changed.held).toEqual(['SchemaChanged']);
  expect((await watch([[]])).held).toEqual([]);
  expect((await watch([[], []])).held).toEqual(['TableNotFound']);
});

test('what does not matter is remembered, and statistics are not', async () => {
  const full: TableDescription = { ...table, replicaIdentity: 'full' };
  expect((await watch([[full], [full]])).remembered).toEqual([full]);
  expect((await watch([[{ ...table, estimatedRows: 9 }]])).remembered).toEqual([]);
});

test('a table that the source hands no changes of any more is held, when a second look says so too', async () => {
  const { ref } = table;
  expect((await watch([[table], [table]], async () => [ref])).held).toEqual(['SchemaChanged']);
  let asked = 0;
  const once = await watch([[table], [table]], async () => {
    asked += 1;
    return asked === 1 ? [ref] : [];
  });
  expect(once.held).toEqual([]);
});
