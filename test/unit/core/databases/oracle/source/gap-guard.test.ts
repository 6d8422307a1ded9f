import { expect, test } from '@jest/globals';
import { judgeLogs, type LogState, type RedoLog } from '#core/databases/oracle/source/gap-guard.ts';

const log = (sequence: bigint, firstScn: bigint, nextScn?: bigint, thread = 1): RedoLog => ({
  thread,
  sequence,
  firstScn,
  nextScn,
});

/** Three archived logs and the current one. */
const state: LogState = {
  currentScn: 450n,
  logs: [log(7n, 100n, 200n), log(8n, 200n, 300n), log(9n, 300n, 400n), log(10n, 400n)],
};

const judge = (scn: string | undefined, over: Partial<LogState> = {}, hasCopy = true) =>
  judgeLogs({ state: { ...state, ...over }, offset: scn === undefined ? undefined : { scn }, hasCopy });

test('all logs since the offset are there', () => {
  expect(judge('250')).toEqual({ kind: 'continuous' });
  expect(judge('450')).toEqual({ kind: 'continuous' });
  // The offset is the last SCN that was read, so the log may begin after it.
  expect(judge('99')).toEqual({ kind: 'continuous' });
});

test('a log may be there twice, online and archived', () => {
  expect(judge('250', { logs: [...state.logs, log(9n, 300n, 400n)] })).toEqual({ kind: 'continuous' });
});

test('the log of the offset was deleted', () => {
  expect(judge('50')).toEqual({
    kind: 'gap',
    reason: expect.stringContaining('redo log 6 of thread 1 is gone'),
  });
});

test('a log in between was deleted', () => {
  const logs = state.logs.filter(({ sequence }) => sequence !== 8n);
  expect(judge('150', { logs })).toEqual({
    kind: 'gap',
    reason: expect.stringContaining('redo log 8 of thread 1'),
  });
  // It is not needed any more.
  expect(judge('350', { logs })).toEqual({ kind: 'continuous' });
});

test('each redo thread is looked at by itself', () => {
  const logs = [...state.logs, log(3n, 300n, undefined, 2)];
  expect(judge('150', { logs })).toMatchObject({ kind: 'gap' });
  expect(judge('350', { logs })).toEqual({ kind: 'continuous' });
});

test('a thread that was disabled has no logs since, and one that was enabled later none before', () => {
  const logs = [...state.logs, log(5n, 10n, 20n, 2), log(1n, 350n, undefined, 3)];
  expect(judge('250', { logs })).toEqual({ kind: 'continuous' });
});

test('a source that is behind the offset was restored', () => {
  expect(judge('451')).toEqual({
    kind: 'gap',
    reason: expect.stringContaining('restored to an earlier time'),
  });
});

test('a missing offset is a gap only when rows were copied under an earlier start', () => {
  expect(judge(undefined, {}, false)).toEqual({ kind: 'continuous' });
  expect(judge(undefined, {}, true)).toMatchObject({ kind: 'gap' });
});

test('no log since the offset is a gap', () => {
  expect(judge('250', { logs: [] })).toMatchObject({ kind: 'gap' });
  expect(judge('250', { logs: [log(7n, 100n, 200n)] })).toMatchObject({ kind: 'gap' });
});
