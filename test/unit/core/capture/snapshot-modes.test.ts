import { expect, test } from '@jest/globals';
import { findSnapshotMode, snapshotModes, usedSnapshotModes } from '#core/capture/snapshot-modes.ts';
import { engineOf } from '#core/databases/registry.ts';

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

test('the modes that a replication can have, by kind of database', () => {
  const used = snapshotModes.filter(({ isUsed }) => isUsed);
  expect(used.map(({ mode, kinds }) => [mode, kinds])).toEqual([
    ['no_data', ['postgresql', 'mysql', 'mariadb', 'oracle']],
    ['initial', ['postgresql', 'mysql', 'mariadb', 'oracle']],
    ['when_needed', ['postgresql', 'mysql', 'mariadb', 'oracle']],
  ]);
  expect(used.map(({ mode }) => mode)).toEqual(usedSnapshotModes);
});

test('a kind has the modes that copy through Kafka when it has a connector for that', () => {
  const initial = findSnapshotMode('initial');
  for (const kind of ['postgresql', 'mysql', 'mariadb', 'oracle'] as const) {
    expect([kind, engineOf(kind).source.capture.rowsConnector !== undefined]).toEqual([
      kind,
      initial?.kinds.includes(kind),
    ]);
  }
});
