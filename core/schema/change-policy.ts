import type { TableRef } from '../contracts/identifiers.ts';
import {
  type ChangeAction,
  type ChangeKind,
  entryOf,
  type PolicyPreset,
  type SchemaPolicy,
} from '../contracts/schema-policy.ts';

/** The one place that says what each preset does at which change. docs/guide/schema-changes.md shows it. */
export const changePolicies: Readonly<Record<ChangeKind, Readonly<Record<PolicyPreset, ChangeAction>>>> = {
  'add-column': { safe: 'auto', strict: 'ask', mirror: 'auto' },
  'add-column-default': { safe: 'auto', strict: 'ask', mirror: 'auto' },
  'drop-column': { safe: 'ignore', strict: 'ask', mirror: 'auto' },
  'rename-column': { safe: 'auto', strict: 'ask', mirror: 'auto' },
  'widen-type': { safe: 'auto', strict: 'ask', mirror: 'auto' },
  'change-type': { safe: 'ask', strict: 'stop', mirror: 'ask' },
  'drop-not-null': { safe: 'auto', strict: 'ask', mirror: 'auto' },
  'change-key': { safe: 'ask', strict: 'stop', mirror: 'ask' },
  rewrite: { safe: 'ask', strict: 'stop', mirror: 'ask' },
  // `ignore` keeps the rows at the target.
  'drop-partition': { safe: 'ask', strict: 'ask', mirror: 'ask' },
  'attach-partition': { safe: 'ask', strict: 'ask', mirror: 'ask' },
  'replace-table': { safe: 'ask', strict: 'ask', mirror: 'ask' },
  'drop-table': { safe: 'ask', strict: 'ask', mirror: 'ask' },
  truncate: { safe: 'auto', strict: 'ask', mirror: 'auto' },
  'create-table': { safe: 'ask', strict: 'ignore', mirror: 'auto' },
  other: { safe: 'ask', strict: 'ask', mirror: 'ask' },
};

/** What is done about a change of a table. */
export const actionFor = (policy: SchemaPolicy = {}, source: TableRef, kind: ChangeKind): ChangeAction => {
  const own = entryOf(policy, source);
  const ofTable = own?.kinds?.[kind] ?? (own?.preset && changePolicies[kind][own.preset]);
  return ofTable ?? policy.kinds?.[kind] ?? changePolicies[kind][policy.preset ?? 'safe'];
};

/** From the mildest to the one that all others give way to. */
const severity: readonly ChangeAction[] = ['ignore', 'auto', 'ask', 'stop'];

/** What is done about changes that come together. */
export const strictestAction = (actions: readonly ChangeAction[]): ChangeAction =>
  severity.findLast((action) => actions.includes(action)) ?? 'auto';
