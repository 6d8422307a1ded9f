import { expect, test } from '@jest/globals';
import type { SchemaChange } from '#core/contracts/schema-change.ts';
import type { SchemaChangeStore } from '#core/ports/state-store.ts';

const sample = (change: Partial<SchemaChange> = {}): SchemaChange => ({
  ...{ changeId: '0123456789ab', version: 1, fingerprint: 'f', state: 'waiting', way: 'follow' },
  ...{ source: { schema: 'public', table: 'orders' }, target: { schema: 'public', table: 'shop_orders' } },
  ...{ kinds: ['add-column'], what: 'column extra was added', statements: ['ALTER TABLE'], droppable: [] },
  ...{ limits: [], risk: { level: 'low', message: 'No row changes.' }, shapeVersion: 0 },
  ...{ detectedAt: '2026-03-01T11:00:00.000Z', updatedAt: '2026-03-01T11:00:00.000Z' },
  before: {
    columns: [{ name: 'id', type: 'integer', notNull: true, isGenerated: false }],
    primaryKey: ['id'],
  },
  ...change,
});

/** What every store of changes of tables promises. `replicationId`: one that nobody else uses. */
export const describeSchemaChangeStore = (
  name: string,
  storeOf: () => SchemaChangeStore,
  replicationId = 990_001,
): void => {
  test(`changes of tables in ${name}: a write needs the version that was read`, async () => {
    const store = storeOf();
    const first = sample();
    expect(await store.putSchemaChange(replicationId, first, undefined)).toBe(true);
    expect(await store.putSchemaChange(replicationId, first, undefined)).toBe(false);
    const second = sample({ version: 2, state: 'approved', decidedBy: 'ada' });
    expect(await store.putSchemaChange(replicationId, second, 2)).toBe(false);
    expect(await store.putSchemaChange(replicationId, second, 1)).toBe(true);
    expect(await store.getSchemaChange(replicationId, first.changeId)).toEqual(second);
    expect(await store.getSchemaChange(replicationId, 'ffffffffffff')).toBeUndefined();
    expect(await store.getSchemaChange(replicationId + 1, first.changeId)).toBeUndefined();
  });

  test(`changes of tables in ${name} are listed newest first, also those that are closed`, async () => {
    const store = storeOf();
    const id = replicationId + 2;
    const older = sample({ changeId: 'bbbbbbbbbbbb', detectedAt: '2026-03-01T10:00:00.000Z' });
    const closed = sample({
      ...{ changeId: 'aaaaaaaaaaaa', detectedAt: '2026-03-01T12:00:00.000Z', state: 'applied' },
      closedAt: new Date().toISOString(),
      updatedAt: new Date().toISOString(),
    });
    for (const change of [older, closed]) await store.putSchemaChange(id, change, undefined);
    expect((await store.listSchemaChanges(id)).map(({ changeId }) => changeId)).toEqual([
      closed.changeId,
      older.changeId,
    ]);
  });
};
