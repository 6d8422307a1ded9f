import { expect, test } from '@jest/globals';
import { findSnapshotMode, snapshotModes, usedSnapshotMode } from '#core/capture/snapshot-modes.ts';

test.each([
  ['never', 'no_data'],
  ['schema_only', 'no_data'],
  ['schema_only_recovery', 'recovery'],
  ['initial', 'initial'],
])('%s is %s today', (name, mode) => {
  expect(findSnapshotMode(name)?.mode).toBe(mode);
});

test('what is no mode is not found', () => {
  expect([findSnapshotMode('custom'), findSnapshotMode('NO_DATA'), findSnapshotMode('')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('one mode is used, by every kind of database', () => {
  expect(snapshotModes.filter(({ isUsed }) => isUsed)).toEqual([
    expect.objectContaining({
      mode: usedSnapshotMode,
      kinds: ['postgresql', 'mysql', 'mariadb', 'oracle'],
    }),
  ]);
});
