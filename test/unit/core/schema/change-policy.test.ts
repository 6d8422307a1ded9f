import { expect, test } from '@jest/globals';
import {
  type ChangeKind,
  changeKindSchema,
  policyPresetSchema,
  possibleActionsSchema,
} from '#core/contracts/schema-policy.ts';
import { actionFor, changePolicies, strictestAction } from '#core/schema/change-policy.ts';

const orders = { schema: 'public', table: 'orders' };
const parts = { schema: 'public', table: 'parts' };

const possibleOf = (kind: ChangeKind): readonly string[] =>
  possibleActionsSchema.shape[kind].unwrap().options;

test('what each preset does is possible', () => {
  for (const kind of changeKindSchema.options) {
    const possible = possibleOf(kind);
    for (const preset of policyPresetSchema.options) expect(possible).toContain(changePolicies[kind][preset]);
  }
});

test('what the log does not tell is done by a new copy, where a user says so, and by no preset', () => {
  const recopied: readonly ChangeKind[] = [
    'change-type',
    'change-key',
    'rewrite',
    'attach-partition',
    'replace-table',
  ];
  for (const kind of recopied) {
    expect(possibleOf(kind)).toEqual(['auto', 'ask', 'stop']);
    expect(Object.values(changePolicies[kind])).not.toContain('auto');
  }
  for (const kind of ['drop-table', 'other'] as const) expect(possibleOf(kind)).toEqual(['ask', 'stop']);
  // The rows of a dropped partition stay at the target, if its user says so.
  expect(possibleOf('drop-partition')).toEqual(['auto', 'ask', 'ignore', 'stop']);
});

test('a kind of a table goes before its preset, and both before what the replication has', () => {
  expect(actionFor(undefined, orders, 'add-column')).toBe('auto');
  expect(actionFor({ preset: 'strict' }, orders, 'add-column')).toBe('ask');
  const policy = {
    preset: 'strict',
    kinds: { 'drop-column': 'stop' },
    tables: [
      { source: parts, preset: 'mirror', kinds: { truncate: 'ask' } },
      { source: { schema: 'public', table: 'lines' }, kinds: { 'add-column': 'auto' } },
    ],
  } as const;
  expect(actionFor(policy, orders, 'drop-column')).toBe('stop');
  expect(actionFor(policy, parts, 'drop-column')).toBe('auto');
  expect(actionFor(policy, parts, 'truncate')).toBe('ask');
  expect(actionFor(policy, { schema: 'public', table: 'lines' }, 'add-column')).toBe('auto');
  expect(actionFor(policy, { schema: 'public', table: 'lines' }, 'rename-column')).toBe('ask');
});

test('of changes that come together the strictest action counts', () => {
  expect(strictestAction([])).toBe('auto');
  expect(strictestAction(['ignore', 'auto'])).toBe('auto');
  expect(strictestAction(['auto', 'stop', 'ask'])).toBe('stop');
});
