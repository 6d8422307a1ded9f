import { describe, expect, test } from '@jest/globals';
import { maxLogLooks, maxLogMarks, type SourceLog } from '#core/contracts/source-log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { captureLag, failLook, followLog, retainedLog } from '#core/health/follow-log.ts';
import type { LogReading } from '#core/ports/databases.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();

/** One look: when, the log's end, up to where it is captured, and what else differs. */
type Look = readonly [seconds: number, end: number, captured: number, change?: Partial<LogReading>];

const follow = (looks: readonly Look[], before?: SourceLog): SourceLog => {
  const last = looks.reduce<SourceLog | undefined>(
    (log, [seconds, end, captured, change]) =>
      followLog(
        log,
        {
          position: String(end),
          activity: String(end),
          captured: String(captured),
          movement: String(captured),
          ...change,
        },
        new Date(start + seconds * 1_000),
        BigInt,
      ),
    before,
  );
  if (last === undefined) throw new Error('no look');
  return last;
};

describe('since when it is not sure that capture has what was written', () => {
  const away = new MillraceError('DatabaseUnreachable', 'It is away.');
  const asOf = (looks: readonly Look[], before?: SourceLog): string | undefined =>
    follow(looks, before).capturedAsOf;

  test('is the look at which it had all, or the last one whose end it has passed', () => {
    expect(asOf([[0, 20, 10]])).toBeUndefined();
    expect(asOf([[0, 20, 20]])).toBe(at(0));
    const behind: readonly Look[] = [
      [0, 20, 20],
      [60, 30, 25],
      [120, 40, 30],
    ];
    expect(asOf(behind.slice(0, 2))).toBe(at(0));
    expect(asOf(behind)).toBe(at(60));
    expect(asOf([...behind, [180, 50, 35]])).toBe(at(60));
    expect(asOf([...behind, [180, 50, 50]])).toBe(at(180));
  });

  test('is kept of the looks of the last minutes, which are 5 s apart', () => {
    const often = Array.from({ length: 201 }, (_, look): Look => [look, 20 + look, 20 + look]);
    const { looks = [] } = follow(often);
    expect(looks).toHaveLength(maxLogLooks);
    expect(looks.at(-1)).toEqual({ at: at(200), capturedAsOf: at(200) });
    expect(looks[0]).toEqual({ at: at(125), capturedAsOf: at(125) });
  });

  test('is taken over from a record of before looks were kept', () => {
    const { looks: _looks, ...before } = follow([[0, 20, 20]]);
    expect(follow([[60, 30, 25]], before).looks).toEqual([
      { at: at(0), capturedAsOf: at(0) },
      { at: at(60), capturedAsOf: at(0) },
    ]);
  });

  test('is not later for looks that failed, nor for one that does not tell', () => {
    const failed = failLook(failLook(follow([[0, 20, 20]]), away, new Date(start)), away, new Date(start));
    const afterwards = follow([[300, 90, 30]], failed);
    expect(afterwards.capturedAsOf).toBe(at(0));
    expect(captureLag(afterwards)).toMatchObject({ lagMs: 0 });
    const silent = followLog(afterwards, { position: '95', activity: '95' }, new Date(start), BigInt);
    expect(silent.capturedAsOf).toBe(at(0));
  });
});

describe('how far capture is behind', () => {
  const idle = { activity: 'the same' };
  test.each<[string, readonly Look[], { lagMs: number; isStuck: boolean }]>([
    ['captured to the end', [[0, 10, 10]], { lagMs: 0, isStuck: false }],
    ['the end was just seen', [[0, 20, 10]], { lagMs: 0, isStuck: false }],
    [
      'it has reached what was seen before',
      [
        [0, 20, 10],
        [60, 30, 25],
      ],
      { lagMs: 0, isStuck: false },
    ],
    [
      'it moves and has not reached it for a minute',
      [
        [0, 20, 10],
        [60, 30, 15],
      ],
      { lagMs: 60_000, isStuck: false },
    ],
    [
      'it stands still for 5 s',
      [
        [0, 20, 10],
        [5, 20, 10],
      ],
      { lagMs: 5_000, isStuck: false },
    ],
    [
      'it stands still for 20 s, as one may on a busy machine',
      [
        [0, 20, 10],
        [5, 20, 10],
        [20, 20, 10],
      ],
      { lagMs: 20_000, isStuck: false },
    ],
    [
      'it stands still for 35 s',
      [
        [0, 20, 10],
        [5, 20, 10],
        [20, 20, 10],
        [35, 20, 10],
      ],
      { lagMs: 35_000, isStuck: true },
    ],
    [
      'it stands still while the source moves',
      [
        [0, 20, 10],
        [60, 30, 10],
        [120, 40, 10],
      ],
      { lagMs: 120_000, isStuck: true },
    ],
    [
      'it was stuck and moves again',
      [
        [0, 20, 10],
        [60, 30, 10],
        [61, 30, 15],
      ],
      { lagMs: 61_000, isStuck: false },
    ],
    [
      'it was stuck and has caught up',
      [
        [0, 20, 10],
        [60, 30, 10],
        [61, 30, 30],
      ],
      { lagMs: 0, isStuck: false },
    ],
    [
      'it moves within one transaction',
      [
        [0, 20, 10],
        [60, 30, 10, { movement: 'row 1' }],
        [120, 30, 10, { movement: 'row 2' }],
      ],
      { lagMs: 120_000, isStuck: false },
    ],
    [
      'the log of an idle source moves by itself',
      [
        [0, 20, 20, idle],
        [60, 21, 20, idle],
        [120, 22, 20, idle],
      ],
      { lagMs: 0, isStuck: false },
    ],
    [
      'the source was idle, and then it was not',
      [
        [0, 20, 20, idle],
        [60, 21, 20, idle],
        [120, 22, 20],
        [155, 22, 20],
      ],
      { lagMs: 35_000, isStuck: true },
    ],
    [
      'the source has failed over to a shorter log',
      [
        [0, 90, 80],
        [60, 30, 30],
      ],
      { lagMs: 0, isStuck: false },
    ],
  ])('%s', (_name, looks, expected) => {
    expect(captureLag(follow(looks))).toMatchObject({ isKnown: true, ...expected });
  });

  test('nothing is known before capture has begun, or was looked at', () => {
    expect(captureLag(undefined)).toEqual({ isKnown: false });
    const log = followLog(undefined, { position: '5', activity: 'a' }, new Date(start), BigInt);
    expect(captureLag(log)).toEqual({ isKnown: false });
  });

  test('a day of marks stays small and keeps the oldest', () => {
    const log = follow(Array.from({ length: 1_440 }, (_, minute) => [minute * 60, 10 + minute, 1]));
    expect(log.marks?.length).toBeLessThanOrEqual(maxLogMarks);
    expect(log.marks?.[0]).toEqual({ at: at(0), position: '10' });
    expect(captureLag(log)).toMatchObject({ lagMs: 1_439 * 60_000, since: at(0) });
  });
});

test('a look that fails keeps what was seen, and says since when it fails', () => {
  const seen = follow([[0, 20, 10]]);
  const error = new MillraceError('DatabaseUnreachable', 'away');
  const failed = failLook(failLook(seen, error, new Date(start + 60_000)), error, new Date(start + 120_000));
  expect(failed).toEqual({
    ...seen,
    failure: { code: 'DatabaseUnreachable', message: 'away', since: at(60), at: at(120) },
  });
  expect(follow([[180, 20, 20]], failed).failure).toBeUndefined();
});

test('since when someone reads the log, or nobody does', () => {
  const read = (isRead: boolean) => ({ isRead });
  expect(
    follow([
      [0, 1, 1, read(true)],
      [60, 1, 1, read(true)],
    ]).reader,
  ).toEqual({ isReading: true, since: at(0) });
  expect(
    follow([
      [0, 1, 1, read(true)],
      [60, 1, 1, read(false)],
      [120, 1, 1, read(false)],
    ]).reader,
  ).toEqual({ isReading: false, since: at(60) });
});

describe('what the source keeps', () => {
  const mb = 1_000_000;
  const growing = (limit: Partial<LogReading>): SourceLog =>
    follow(
      [0, 1, 2].map((minute): Look => [minute * 60, 10, 10, { retainedBytes: (minute + 1) * mb, ...limit }]),
    );

  test.each<[string, SourceLog, ReturnType<typeof retainedLog>]>([
    ['without a limit', growing({}), { bytesPerMinute: mb, minutesToLoss: undefined, limitBytes: undefined }],
    [
      'with a limit',
      growing({ limitBytes: 13 * mb }),
      { bytesPerMinute: mb, minutesToLoss: 10, limitBytes: 13 * mb },
    ],
    [
      'over its limit',
      growing({ limitBytes: 2 * mb }),
      { bytesPerMinute: mb, minutesToLoss: 0, limitBytes: 2 * mb },
    ],
    [
      'looked at once',
      follow([[0, 1, 1, { retainedBytes: 5, limitBytes: 9 }]]),
      { bytesPerMinute: undefined, minutesToLoss: undefined, limitBytes: 9 },
    ],
    [
      'that is removed when it is old, not captured for 2 of 60 minutes',
      follow([
        [0, 9, 1],
        [120, 9, 1, { keptMs: 3_600_000 }],
      ]),
      { bytesPerMinute: undefined, minutesToLoss: 58, limitBytes: undefined },
    ],
    [
      'that is removed when it is old, all captured',
      follow([[0, 9, 9, { keptMs: 3_600_000 }]]),
      { bytesPerMinute: undefined, minutesToLoss: undefined, limitBytes: undefined },
    ],
  ])('%s', (_name, log, expected) => {
    expect(retainedLog(log)).toEqual(expected);
  });
});

test('what the log lacks of what was captured is lost when it does not come within a quarter of a minute', () => {
  const missing = { missing: 'the server does not know them' };
  expect(follow([[0, 20, 20, missing]])).toMatchObject({ missing: { since: at(0) } });
  expect(follow([[0, 20, 20, missing]])).not.toHaveProperty('lost');
  const twice: readonly Look[] = [
    [0, 20, 20, missing],
    [5, 20, 20, missing],
  ];
  expect(follow(twice)).not.toHaveProperty('lost');
  expect(follow([...twice, [20, 30, 30, missing]])).toMatchObject({ lost: missing.missing });
  // It has come meanwhile.
  expect(follow([...twice, [20, 30, 30]])).not.toHaveProperty('missing');
  expect(follow([...twice, [20, 30, 30], [40, 30, 30, missing]])).not.toHaveProperty('lost');
});
