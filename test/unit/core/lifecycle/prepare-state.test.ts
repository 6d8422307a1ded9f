import { expect, test } from '@jest/globals';
import { prepareState, requireKnownState } from '#core/lifecycle/prepare-state.ts';

const storeOf = (initial?: number) => {
  const state = { version: initial, raised: [] as number[] };
  return {
    state,
    getStateVersion: async () => state.version,
    raiseStateVersion: async (version: number) => {
      state.version = Math.max(state.version ?? 0, version);
      state.raised.push(version);
    },
  };
};

test('a state without a version is the first one, and gets it', async () => {
  const store = storeOf();
  expect(await requireKnownState(store)).toBe(1);
  await prepareState(store);
  expect(store.state.version).toBe(1);
});

test('steps are done in order from where the state is, each one noted before the next', async () => {
  const done: string[] = [];
  const steps = [1, 2, 3].map((from) => async (store: ReturnType<typeof storeOf>) => {
    done.push(`from ${from} at ${store.state.version}`);
  });
  await prepareState(storeOf(), steps);
  expect(done).toEqual(['from 1 at undefined', 'from 2 at 2', 'from 3 at 3']);
  done.length = 0;
  await prepareState(storeOf(3), steps);
  await prepareState(storeOf(4), steps);
  expect(done).toEqual(['from 3 at 3']);
});

test('one that fails is done again, and those before it are not', async () => {
  const store = storeOf(1);
  let isBroken = true;
  const done: number[] = [];
  const steps = [
    async () => void done.push(1),
    async () => {
      if (isBroken) throw new Error('DynamoDB is away.');
      done.push(2);
    },
  ];
  await expect(prepareState(store, steps)).rejects.toThrow('DynamoDB is away.');
  expect(store.state.version).toBe(2);
  isBroken = false;
  await prepareState(store, steps);
  expect([done, store.state.version]).toEqual([[1, 2], 3]);
});

test('a state of a newer Millrace is left alone, with what to do', async () => {
  const store = storeOf(7);
  await expect(prepareState(store)).rejects.toMatchObject({
    code: 'StateTooNew',
    message: 'The state table is of version 7, and this Millrace knows version 1. Nothing was changed.',
  });
  expect(store.state.raised).toEqual([]);
});
