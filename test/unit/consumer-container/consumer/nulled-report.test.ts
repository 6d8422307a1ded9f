import { expect, test } from '@jest/globals';
import { NulledReport } from '../../../../consumer-container/consumer/nulled-report.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../kit/recording-log.ts';

const table = { schema: 'public', table: 'things' };
const nulled = (columns: Readonly<Record<string, number>>) => [
  { table, columns: new Map(Object.entries(columns)) },
];

const createWorld = () => {
  const clock = createManualClock();
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  return { clock, log, metrics, report: new NulledReport({ connectorName: 'c', clock, log, metrics }) };
};

const line = (counts: string, lead = '') =>
  `warn: ${lead}public.things: ${counts} became NULL, because the target cannot hold them (value_policy null)`;

test('the first values of a column are reported at once, later ones at most once a minute, and all at the end', () => {
  const { clock, log, metrics, report } = createWorld();
  report.add(nulled({ day: 1 }));
  report.add(nulled({ day: 2 }));
  report.add(nulled({ note: 1 }));
  clock.advance(59_999);
  report.add(nulled({ day: 4 }));
  clock.advance(1);
  report.add(nulled({ day: 8 }));
  report.end();
  expect(log.lines).toEqual([
    line('1 value of column day'),
    line('2 values of column day, 1 value of column note'),
    line('12 values of column day'),
    line('15 values of column day, 1 value of column note', 'In all, '),
  ]);
  expect(metrics.emitted.map((values) => values.ValuesNulled)).toEqual([1, 2, 1, 4, 8]);
});

test('nothing is said where nothing became NULL', () => {
  const { log, report } = createWorld();
  report.end();
  expect(log.lines).toEqual([]);
});
