import { expect, test } from '@jest/globals';
import { testInLongForm } from '#test/kit/short-form.ts';
import { runCaptureKill } from './capture-kill/capture-kill.ts';
import { failOverWithoutTail } from './capture-kill/lost-tail.ts';
import { startPostgresSource } from './capture-kill/postgres-source.ts';
import { startStandbySource } from './capture-kill/standby-source.ts';

// The longer form, with every version and load: `npm run test:faults -- capture-kill`.

test('PostgreSQL: a COPY whose rows share a position in the log loses none of them when its session is ended', async () => {
  const figures = await runCaptureKill(() => startPostgresSource(18), {
    interruptions: ['session'],
    times: 3,
    loads: ['COPY'],
  });
  expect(figures).toMatchObject({ kills: 3, lost: 0, extra: 0 });
  expect(figures.rows).toBe(3 * 40_000 + 1);
}, 900_000);

test('PostgreSQL: heartbeats in the log lose no row when sessions end meanwhile', async () => {
  const figures = await runCaptureKill(() => startPostgresSource(18), {
    interruptions: ['session'],
    times: 3,
    loads: ['heartbeats between rows', 'another table is busy'],
  });
  expect(figures).toMatchObject({ kills: 3, lost: 0, extra: 0 });
  expect(figures.rows).toBe(3 * 10_000 + 1);
}, 900_000);

test('PostgreSQL: sessions that end, workers and servers that are killed lose no row', async () => {
  const figures = await runCaptureKill(() => startPostgresSource(18), {
    interruptions: ['session', 'worker', 'source'],
    times: 3,
  });
  expect(figures).toMatchObject({ kills: 3, lost: 0, extra: 0 });
}, 900_000);

testInLongForm(
  'PostgreSQL: a fail-over to a standby that has the slot loses no row and invents none',
  async () => {
    const figures = await runCaptureKill(startStandbySource, { interruptions: ['source'], times: 1 });
    expect(figures).toMatchObject({ kills: 1, lost: 0, extra: 0 });
    expect(figures.rows).toBeGreaterThan(1_000);
  },
  900_000,
);

testInLongForm(
  'PostgreSQL: capture ends when the source fails over to a standby without what was captured',
  () => failOverWithoutTail({ isWrittenOn: false }),
  600_000,
);

testInLongForm(
  'PostgreSQL: capture also ends when that standby has written on, past the place of what was captured',
  () => failOverWithoutTail({ isWrittenOn: true }),
  600_000,
);
