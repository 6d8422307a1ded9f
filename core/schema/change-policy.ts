import type { TableRef } from '../contracts/identifiers.ts';
import {
  type ChangeAction,
  type ChangeKind,
  entryOf,
  type PolicyPreset,
  type SchemaPolicy,
} from '../contracts/schema-policy.ts';

interface KindPolicy extends Readonly<Record<PolicyPreset, ChangeAction>> {
  /** The actions that there are for such a change. */
  readonly possible: readonly ChangeAction[];
}

const followed: readonly ChangeAction[] = ['auto', 'ask', 'stop'];
const held: readonly ChangeAction[] = ['ask', 'stop'];

/** The one place that says what happens at which change. docs/guide/schema-changes.md shows it. */
export const changePolicies: Readonly<Record<ChangeKind, KindPolicy>> = {
  'add-column': { safe: 'auto', strict: 'ask', mirror: 'auto', possible: followed },
  'add-column-default': { safe: 'auto', strict: 'ask', mirror: 'auto', possible: followed },
  // `ignore` keeps the target's column, with the values that it has; `auto` drops it there.
  'drop-column': {
    safe: 'ignore',
    strict: 'ask',
    mirror: 'auto',
    possible: ['auto', 'ask', 'ignore', 'stop'],
  },
  'rename-column': { safe: 'auto', strict: 'ask', mirror: 'auto', possible: followed },
  'widen-type': { safe: 'auto', strict: 'ask', mirror: 'auto', possible: followed },
  'change-type': { safe: 'ask', strict: 'stop', mirror: 'ask', possible: held },
  'drop-not-null': { safe: 'auto', strict: 'ask', mirror: 'auto', possible: followed },
  'change-key': { safe: 'ask', strict: 'stop', mirror: 'ask', possible: held },
  rewrite: { safe: 'ask', strict: 'stop', mirror: 'ask', possible: held },
  // `ignore` keeps the rows at the target.
  'drop-partition': { safe: 'ask', strict: 'ask', mirror: 'ask', possible: ['ask', 'ignore', 'stop'] },
  'attach-partition': { safe: 'ask', strict: 'ask', mirror: 'ask', possible: held },
  'replace-table': { safe: 'ask', strict: 'ask', mirror: 'ask', possible: held },
  'drop-table': { safe: 'ask', strict: 'ask', mirror: 'ask', possible: held },
  truncate: { safe: 'auto', strict: 'ask', mirror: 'auto', possible: followed },
  other: { safe: 'ask', strict: 'ask', mirror: 'ask', possible: held },
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
