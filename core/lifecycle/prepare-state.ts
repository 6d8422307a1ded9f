import { stateVersion } from '../contracts/state-version.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { StateStore, StateVersionStore } from '../ports/state-store.ts';

/**
 * Makes a state of the version before one of the next. Two may be at it at the same time, and one may die in between: a step that is
 * repeated changes nothing more.
 */
export type StateStep<Store> = (store: Store) => Promise<void>;

/** The first is from version 1 to version 2. */
const stateSteps: readonly StateStep<StateStore>[] = [];

/** Throws `StateTooNew` where a newer Millrace has written what this one does not know. Returns the version. */
export const requireKnownState = async (
  store: StateVersionStore,
  known: number = stateVersion,
): Promise<number> => {
  const version = (await store.getStateVersion()) ?? 1;
  if (version <= known) return version;
  throw new MillraceError(
    'StateTooNew',
    `The state table is of version ${version}, and this Millrace knows version ${known}. Nothing was changed.`,
    { facts: { version, known } },
  );
};

/**
 * Brings the state to the version of this code, step by step, and writes down how far it is. Throws as `requireKnownState` does, before
 * anything is changed.
 */
export const prepareState = async <Store extends StateVersionStore>(
  store: Store,
  steps: readonly StateStep<Store>[] = stateSteps as readonly StateStep<StateVersionStore>[],
): Promise<void> => {
  const known = steps.length + 1;
  for (let version = await requireKnownState(store, known); version < known; version += 1) {
    await steps[version - 1]?.(store);
    await store.raiseStateVersion(version + 1);
  }
  // A table from before has none, and a new one neither.
  await store.raiseStateVersion(known);
};
