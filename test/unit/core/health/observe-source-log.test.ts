import { describe, expect, test } from '@jest/globals';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { lookAtLog, withinLookTime } from '#core/health/observe-source-log.ts';
import type { LogReading } from '#core/ports/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const lsn = (position: number): string => `0/${position.toString(16).toUpperCase()}`;

/** A source whose capture stands where it is told. */
const createSource = (options: { onlyWhenIdle?: boolean; mayProbe?: boolean } = {}) => {
  const clock = createManualClock();
  const state = {
    end: 100,
    captured: 100,
    isRead: true,
    probes: 0,
    failure: undefined as Error | undefined,
  };
  const reading = (): LogReading => ({
    position: lsn(state.end),
    activity: lsn(state.end),
    captured: lsn(state.captured),
    movement: lsn(state.captured),
    isRead: state.isRead,
  });
  const source = {
    dialect: postgresSourceDialect,
    readLog: async (_capture: unknown, readOffset: () => Promise<unknown>) => {
      await readOffset();
      if (state.failure !== undefined) throw state.failure;
      return reading();
    },
    logProbe: {
      onlyWhenIdle: options.onlyWhenIdle ?? false,
      send: async () => {
        if (options.mayProbe === false) throw new MillraceError('PermissionDenied', 'not you');
        state.probes += 1;
      },
    },
    findCaptureWarnings: async () => [
      { subject: 'source server', problem: 'It has no limit.', remedy: 'Set one.' },
      { subject: 'source server', problem: 'It is small.' },
    ],
  };
  const ports = { source, connect: { getOffset: async () => undefined }, clock, log: createRecordingLog() };
  const look = (before: SourceLog | undefined, isFirst = false, withWarnings = false) =>
    lookAtLog(sampleReplication(), before, { isFirst, withWarnings }, ports);
  return { state, clock, look };
};

test('warnings are read when they are asked for, and otherwise those of before stay', async () => {
  const { look } = createSource();
  const first = await look(undefined, true, true);
  expect(first.sourceLog.warnings).toEqual(['It has no limit. Set one.', 'It is small.']);
  const second = await look(first.sourceLog);
  expect(second.sourceLog.warnings).toEqual(first.sourceLog.warnings);
});

test('what keeps a source from being read is what was seen', async () => {
  const { state, look } = createSource();
  state.failure = new MillraceError('DatabaseAuthenticationFailed', 'refused');
  const { sourceLog, isOpen } = await look(undefined, true);
  expect(sourceLog.failure).toMatchObject({ code: 'DatabaseAuthenticationFailed', message: 'refused' });
  expect(isOpen).toBe(false);
});

describe('a probe', () => {
  /** The looks of one check; returns how many probes were sent by then. */
  const check = async (
    { look, clock, state }: ReturnType<typeof createSource>,
    before: SourceLog | undefined,
    between: (index: number) => void = () => {},
  ) => {
    let seen = await look(before, true);
    for (const [index, waitMs] of [5_000, 15_000, 15_000].entries()) {
      if (!seen.isOpen) break;
      between(index);
      await clock.sleep(waitMs);
      seen = await look(seen.sourceLog);
    }
    return { ...seen, probes: state.probes };
  };

  test('is not sent while capture is at the end, or comes on by itself', async () => {
    const source = createSource();
    expect((await check(source, undefined)).probes).toBe(0);
    source.state.end = 200;
    const { probes, sourceLog } = await check(source, undefined, () => {
      source.state.captured = 200;
    });
    expect([probes, sourceLog.marks]).toEqual([0, []]);
  });

  test('is sent when capture stands still, and shows whether it can come on', async () => {
    const source = createSource();
    source.state.end = 200;
    const stuck = await check(source, undefined);
    // One at each look until it is known to stand still.
    expect(stuck.probes).toBe(2);
    expect(stuck.sourceLog.marks).toHaveLength(1);
    await source.clock.sleep(40_000);
    const still = await check(source, stuck.sourceLog);
    expect(still.probes).toBe(3);
    expect(
      Date.parse(still.sourceLog.readAt) - Date.parse(still.sourceLog.marks?.[0]?.at ?? ''),
    ).toBeGreaterThan(60_000);
  });

  test('that costs the source something is sent to an idle one only, and once an hour', async () => {
    const source = createSource({ onlyWhenIdle: true });
    source.state.end = 200;
    const busy = await check(source, undefined, () => {
      source.state.end += 1;
    });
    expect(busy.probes).toBe(0);
    let { sourceLog } = await check(source, busy.sourceLog);
    expect(source.state.probes).toBe(1);
    for (let minute = 0; minute < 58; minute += 1) {
      await source.clock.sleep(60_000);
      ({ sourceLog } = await check(source, sourceLog));
    }
    expect(source.state.probes).toBe(1);
    await source.clock.sleep(120_000);
    await check(source, sourceLog);
    expect(source.state.probes).toBe(2);
  });

  test('that may not be written changes nothing', async () => {
    const source = createSource({ mayProbe: false });
    source.state.end = 200;
    const { sourceLog } = await check(source, undefined);
    expect(sourceLog.failure).toBeUndefined();
    expect(sourceLog.marks).toHaveLength(1);
  });
});

test('a log that nobody reads is looked at again until it is known that it lasts', async () => {
  const { state, clock, look } = createSource();
  state.isRead = false;
  let seen = await look(undefined, true);
  expect(seen.isOpen).toBe(true);
  await clock.sleep(35_000);
  seen = await look(seen.sourceLog);
  expect([seen.isOpen, state.probes]).toEqual([false, 0]);
});

describe('the time of a look', () => {
  test('ends it, and that is what was seen', async () => {
    const clock = createManualClock();
    const { sourceLog } = await withinLookTime(new Promise(() => {}), undefined, { clock });
    expect(sourceLog.failure).toMatchObject({ code: 'DatabaseTimeout' });
  });

  test('does not matter to one that ends or fails before', async () => {
    const waiting = { clock: { now: () => new Date(), sleep: () => new Promise<void>(() => {}) } };
    const seen = { sourceLog: { readAt: '2026-03-01T12:00:00.000Z', warnings: [] }, isOpen: true };
    expect(await withinLookTime(Promise.resolve(seen), undefined, waiting)).toBe(seen);
    const missing = Promise.reject(new MillraceError('SecretMissing', 'no secret'));
    expect((await withinLookTime(missing, undefined, waiting)).sourceLog.failure).toMatchObject({
      code: 'SecretMissing',
    });
  });
});
