import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { HealthRecord } from '#core/contracts/health-record.ts';
import { faultConditionSchema } from '#core/contracts/health-record.ts';
import { type CheckFacts, checkNames, listChecks } from '#core/status/health-checks.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1_000).toISOString();
const looked: HealthRecord = { at: ago(40), overall: 'healthy', since: ago(3_000), faults: [] };

const facts = (change: Partial<CheckFacts> = {}): CheckFacts => ({
  replication: sampleReplication({ status: 'active', copyGeneration: 1, statusSince: ago(3_600) }),
  faults: [],
  sourceLog: { readAt: ago(30), warnings: [], marks: [] },
  recorded: looked,
  isConsumerHealthy: true,
  hasCountedDeadLetters: true,
  now,
  ...change,
});

const fault = (condition: CheckFacts['faults'][number]['condition']): CheckFacts['faults'][number] => ({
  ...{ condition, hop: 'source', message: 'It is so', since: ago(60), isFailure: false },
});
const statesOf = (change: Partial<CheckFacts> = {}) =>
  Object.fromEntries(listChecks(facts(change)).map(({ check, state }) => [check, state]));
const named = (state: string, change: Partial<CheckFacts>): readonly string[] =>
  listChecks(facts(change)).flatMap((check) => (check.state === state ? [check.check] : []));

test('all are ok when everything was looked at and nothing was found', () => {
  expect(new Set(Object.values(statesOf()))).toEqual(new Set(['ok']));
});

test('every condition is found by one check, and has its section in the runbook', () => {
  const found = listChecks(facts()).flatMap(({ looksFor }) => looksFor);
  expect(found.toSorted()).toEqual([...faultConditionSchema.options].toSorted());
  const runbook = readFileSync('docs/runbook/health.md', 'utf8');
  for (const condition of found) expect(runbook).toContain(`\n## ${condition}\n`);
});

test.each(faultConditionSchema.options)('%s makes one check fail', (condition) => {
  const failing = listChecks(facts({ faults: [fault(condition)] })).filter(
    ({ state }) => state === 'failing',
  );
  expect(failing).toEqual([expect.objectContaining({ faults: [fault(condition)], unknown: undefined })]);
});

describe('what nobody can tell is not called ok', () => {
  test.each<[string, Partial<CheckFacts>, readonly string[]]>([
    ['a source that does not answer', { faults: [fault('source-unreachable')] }, ['source-log', 'capture']],
    ['a connector that has failed', { faults: [fault('connector-failed')] }, ['capture']],
    ['a source that was not looked at yet', { sourceLog: undefined }, ['source-log', 'capture']],
    [
      'a look from before the start',
      { sourceLog: { readAt: ago(4_000), warnings: [], marks: [] } },
      ['capture'],
    ],
    [
      'a consumer that is not heard of',
      { faults: [fault('consumer-silent')], isConsumerHealthy: false },
      ['lag', 'target'],
    ],
    ['a lag that is not known', { faults: [fault('lag-unknown')] }, ['target']],
    ['dead letters that were not counted', { hasCountedDeadLetters: false }, ['dead-letters']],
    ['a health check that never looked', { recorded: undefined }, ['health-check']],
    [
      'a health check that does not look any more',
      { recorded: { ...looked, at: ago(200) } },
      ['health-check'],
    ],
    [
      'new tables that nobody looks for',
      {
        replication: sampleReplication({ status: 'active', newTables: { include: ['public.*'] } }),
        recorded: undefined,
        sourceLog: { readAt: '2026-03-01T11:59:30.000Z', warnings: [], marks: [] },
      },
      ['health-check', 'new-tables'],
    ],
    [
      'a pause',
      { replication: sampleReplication({ status: 'paused', statusSince: ago(3_600) }) },
      ['consumer', 'lag', 'target', 'tables', 'table-change', 'new-tables'],
    ],
    [
      'a replication that was stopped',
      { replication: sampleReplication({ status: 'stopped' }) },
      checkNames.filter((check) => check !== 'life-cycle'),
    ],
  ])('%s', (_what, change, unknown) => {
    expect([...named('unknown', change)].toSorted()).toEqual([...unknown].toSorted());
    for (const check of listChecks(facts(change)))
      expect(check.unknown === undefined).toBe(check.state !== 'unknown');
  });
});

test('a health check that has failed is known of its record', () => {
  const recorded: HealthRecord = {
    ...looked,
    faults: [{ condition: 'check-failed', hop: 'source', since: ago(60) }],
  };
  expect(named('failing', { recorded })).toEqual(['health-check']);
});
