import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { faults } from '#test/faults/random/fault-list.ts';
import { growthScenarios } from '#test/faults/random/growth.ts';
import { reliabilityPage } from '#test/faults/scenarios/reliability-page.ts';
import {
  addRun,
  hasPassed,
  type Results,
  resultsSchema,
  testProofs,
} from '#test/faults/scenarios/results.ts';
import { anyFault, groups, type Scenario, scenarios } from '#test/faults/scenarios/scenarios.ts';
import { hasTitle, titlePattern } from '#test/faults/scenarios/titles.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..');
const testFolder = path.join(root, 'test');

/** What the system must survive, as its design says: what has to have a scenario, by a part of the scenario's id. */
const demanded: Readonly<Record<string, readonly string[]>> = {
  Consumer: [
    ...['consumer-killed', 'consumer-killed-before-commit', 'consumer-killed-after-commit'],
    ...['consumer-terminated', 'consumer-twice', 'consumer-frozen', 'consumer-rebalance'],
  ],
  Kafka: [
    ...['kafka-killed', 'kafka-away-long', 'kafka-retention', 'kafka-topic-recreated', 'kafka-offsets-reset'],
    ...['kafka-tombstones', 'kafka-record-too-large'],
  ],
  Capture: [
    ...['capture-worker-killed', 'change-no-key', 'capture-task-failed', 'capture-connector-paused'],
    ...[
      'capture-schema-history-lost',
      'capture-offset-lost',
      'capture-slot-dropped',
      'capture-slot-invalidated',
    ],
    ...['capture-slot-ahead', 'capture-binlog-purged', 'capture-session-ended-copy'],
    ...['capture-session-ended-messages', 'capture-worker-starting', 'capture-log-session-frozen'],
    ...['capture-idle-table', 'capture-workers-lost'],
  ],
  Source: ['source-killed', 'source-failover', 'source-rollback', 'source-large-transaction'],
  Target: [
    ...['target-killed', 'target-commit-unknown', 'target-conflict', 'target-full', 'target-constraint'],
    ...[
      'target-foreign-key',
      'target-away',
      'target-away-long',
      'target-locked',
      'target-checkpoints-of-others',
    ],
    'target-other-name',
  ],
  Change: [
    ...['change-ddl-under-load', 'change-ddl-idle', 'change-ddl-consumer-down', 'change-ddl-during-copy'],
    ...['change-truncate', 'change-key', 'change-delete-insert', 'change-no-key', 'change-toast'],
    ...['change-unreadable-statement', 'source-rollback'],
  ],
  Values: [
    ...['values-nan', 'values-zero-byte', 'values-invalid-text', 'values-emoji', 'values-zero-dates'],
    ...['values-years', 'values-long-time', 'values-large-numbers', 'values-own-types'],
    ...['values-oracle-empty', 'values-names'],
  ],
  Copy: ['copy-worker-killed', 'copy-rows-change', 'copy-connection-lost'],
  'Control plane': [
    ...['control-step-twice', 'control-start-twice', 'control-idempotency', 'control-delete-during-copy'],
    ...['control-healer-and-user', 'control-schedule', 'control-schedule-missing', 'control-clock'],
    ...['control-password', 'control-password-refused', 'source-silent', 'target-silent'],
  ],
  Isolation: [
    ...['isolation-changed', 'isolation-unreadable', 'isolation-too-large', 'target-constraint'],
    ...['isolation-consumer-killed', 'isolation-start'],
  ],
  Truth: ['truth-samples', 'truth-way-out', 'truth-self-test'],
};

/** The text of a test, and of the suites of other files that it hands its servers to. */
const sourceOf = (file: string): string => {
  const whole = path.join(testFolder, file);
  const text = readFileSync(whole, 'utf8');
  const suites = Array.from(text.matchAll(/from '(\.{1,2}\/[^']*-suite\.ts)'/g), ([, name = '']) =>
    readFileSync(path.resolve(path.dirname(whole), name), 'utf8'),
  );
  return [text, ...suites].join('\n');
};

describe('the scenarios', () => {
  test('have ids of their own', () => {
    const ids = scenarios.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('are there for everything that the design demands, and in every group', () => {
    const ids = scenarios.map(({ id }) => id);
    const missing = Object.values(demanded)
      .flat()
      .filter((part) => !ids.some((id) => id.startsWith(part)));
    expect(missing).toEqual([]);
    expect([...new Set(scenarios.map(({ group }) => group))]).toEqual([...groups]);
  });

  test('name tests that are there', () => {
    const missing = testProofs().filter(
      ({ file, title }) => !existsSync(path.join(testFolder, file)) || !hasTitle(sourceOf(file), title),
    );
    expect(missing).toEqual([]);
  });

  test('name faults that the random harness has', () => {
    const known = new Set([anyFault, ...faults.map(({ name }) => name)]);
    const named = scenarios.flatMap(({ proofs }) =>
      proofs.flatMap((proof) => ('fault' in proof ? proof.fault : [])),
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('name runs of growth that there are', () => {
    const named = scenarios.flatMap(({ proofs }) =>
      proofs.flatMap((proof) => ('growth' in proof ? proof.growth : [])),
    );
    expect(named.toSorted()).toEqual([...growthScenarios].toSorted());
  });

  test('have a page that is current: run npm run reliability', () => {
    const results = resultsSchema.parse(
      JSON.parse(readFileSync(path.join(testFolder, 'faults', 'scenarios', 'results.json'), 'utf8')),
    );
    const page = readFileSync(path.join(root, 'docs', 'guide', 'reliability.md'), 'utf8');
    expect(page).toBe(reliabilityPage(scenarios, results));
  });
});

describe('titles', () => {
  test('of a template match what jest makes of them, and nothing else', () => {
    const pattern = titlePattern('a $side of %s (seed %s) is $a.b');
    expect(pattern.test('a "source" of x (seed 7) is 1')).toBe(true);
    expect(pattern.test('a source of x (seed 7) is not')).toBe(true);
    expect(pattern.test('not a source of x (seed 7) is 1')).toBe(false);
    expect(titlePattern('is it (so)?').test('is it so')).toBe(false);
  });

  test('are found where they are given to a test, and not in other places', () => {
    const source =
      "test.each([1])(\n  'one %i',\n  f); test('it\\'s', f); test(`a $" + "{name} b`, f); say('told')";
    expect(['one %i', "it's", 'a %s b', 'told', 'one'].map((title) => hasTitle(source, title))).toEqual([
      ...[true, true, true, false, false],
    ]);
  });
});

describe('results', () => {
  const none: Results = { tests: {}, randomRuns: [], growth: {}, selfTests: {} };
  const file = 'integration/consumer/consumer.test.ts';
  const title = 'when the broker is killed in mid-stream and comes back';
  const key = `${file} > ${title}`;
  const at = Date.UTC(2026, 0, 2, 3, 4);
  const report = (statuses: readonly string[], endTime = at) => ({
    startTime: endTime,
    testResults: [
      {
        name: `/somewhere/test/${file}`,
        endTime,
        assertionResults: statuses.map((status) => ({ title, status })),
      },
    ],
  });
  const add = (results: Results, content: unknown, name = 'faults.json'): Results =>
    addRun(results, { name, content, writtenAtMs: at });

  test('are those of the last run in which the test was not skipped', () => {
    const first = add(none, report(['passed', 'passed', 'pending']));
    expect(first.tests).toEqual({
      [key]: { usual: { outcome: 'passed', cases: 2, at: '2026-01-02T03:04Z' } },
    });
    expect(add(first, report(['pending'], at + 60_000))).toEqual(first);
    expect(add(first, report(['failed'], at - 60_000))).toEqual(first);
    const later = add(first, report(['passed', 'failed'], at + 60_000));
    expect(later.tests[key]?.usual).toMatchObject({ outcome: 'failed', cases: 2 });
  });

  test('with a MySQL server are kept apart', () => {
    const both = add(add(none, report(['passed'])), report(['failed']), 'mysql.json');
    expect(both.tests[key]).toMatchObject({ usual: { outcome: 'passed' }, mysql: { outcome: 'failed' } });
  });

  const scenario = (id: string, proofs: Scenario['proofs']): Scenario => ({
    ...{ id, group: 'Kafka', what: 'It happens.', promise: 'It is survived.', proofs },
  });
  const rowOf = (page: string, id: string): string =>
    page.split('\n').find((line) => line.startsWith(`| ${id} `)) ?? '';

  const randomResult = {
    ...{ seed: 7, minutes: 10, commits: 5, events: 9, lost: 0, doubled: 0, phantom: 0, wrongGreenSeconds: 0 },
    faults: [
      { fault: 'kafka-killed', outcome: 'done' },
      { fault: 'kafka-killed', outcome: 'busy' },
      { fault: 'kafka-killed', outcome: 'done' },
    ],
    problems: [],
  };

  test('of a random run are its figures, and count for its faults', () => {
    const results = add(none, randomResult, 'seed-7.json');
    const [run] = results.randomRuns;
    expect(run).toMatchObject({ seed: 7, faults: { 'kafka-killed': 2 }, problems: 0 });
    expect(add(results, randomResult).randomRuns).toHaveLength(1);
    for (const wrong of [
      { lost: 1 },
      { doubled: 1 },
      { phantom: 1 },
      { wrongGreenSeconds: 1 },
      { problems: ['x'] },
    ]) {
      const [failed] = add(none, { ...randomResult, ...wrong }).randomRuns;
      expect(failed && hasPassed(failed)).toBe(false);
    }
  });

  test('of a red random run count against the faults that it blames, or else against all of its faults', () => {
    const faults = ['kafka-killed', 'log-lost'].map((fault) => ({ fault, outcome: 'done' }));
    const list = ['kafka-killed', 'log-lost', anyFault].map((fault) => scenario(`of-${fault}`, [{ fault }]));
    const outcomes = (change: object) => {
      const page = reliabilityPage(list, add(none, { ...randomResult, faults, ...change }));
      return ['of-kafka-killed', 'of-log-lost', `of-${anyFault}`].map((id) =>
        rowOf(page, id).includes('**failed**'),
      );
    };
    const blames = 'no incident told of log-lost of a-b';
    expect(outcomes({})).toEqual([false, false, false]);
    expect(outcomes({ problems: [blames] })).toEqual([false, true, true]);
    expect(outcomes({ problems: [blames, 'a row became older: x'] })).toEqual([true, true, true]);
    expect(outcomes({ problems: [blames], lost: 1 })).toEqual([true, true, true]);
  });

  test('of the self-test are kept by what was switched off', () => {
    const figures = (isSeen: boolean) => [{ mutant: 'm', whatIsOff: 'the check', isSeen, problems: [] }];
    const list = [scenario('self', [{ isSelfTest: true }])];
    const noticed = add(none, figures(true));
    expect(rowOf(reliabilityPage(list, noticed), 'self')).toContain('passed, 2026-01-02');
    expect(rowOf(reliabilityPage(list, add(noticed, figures(false))), 'self')).toContain('**failed**');
    expect(rowOf(reliabilityPage(list, none), 'self')).toContain('not run yet');
  });

  test('of a run of growth are kept by their scenario, unless it had fewer rows', () => {
    const figures = (rows: number, more: object = {}) =>
      [
        ...[
          { scenario: 'big', rows, seconds: 60, idleMib: 100, peakMib: 200, isEqual: true, hasPassed: true },
        ],
      ].map((one) => ({ ...one, ...more }));
    const list = [scenario('grown', [{ growth: 'big' }])];
    const large = add(none, figures(1_000));
    expect(rowOf(reliabilityPage(list, large), 'grown')).toMatch(/passed, 2026-01-02 .*growth: big/);
    expect(add(large, figures(10, { hasPassed: false }))).toEqual(large);
    const failed = add(large, figures(1_000, { hasPassed: false }));
    expect(rowOf(reliabilityPage(list, failed), 'grown')).toContain('**failed**');
    expect(rowOf(reliabilityPage(list, none), 'grown')).toContain('not run yet');
  });

  test('of a file of something else are refused by its name', () => {
    expect(() => add(none, { sum: 1 }, 'other.json')).toThrow('other.json is neither');
  });

  test('are on the page with their day, and what has none says so', () => {
    const list = [
      scenario('shown', [{ file, title }]),
      scenario('random', [{ fault: 'kafka-killed' }]),
      scenario('any', [{ fault: anyFault }]),
      scenario('other', [{ fault: 'kafka-stopped' }]),
      scenario('never', []),
    ];
    const good = reliabilityPage(list, add(add(none, report(['passed'])), randomResult));
    expect(rowOf(good, 'shown')).toMatch(/passed, 2026-01-02 .*\[integration\/consumer\/consumer\]/);
    expect(rowOf(good, 'random')).toMatch(/passed, 2026-01-02 .*random: kafka-killed/);
    expect(rowOf(good, 'any')).toContain('passed, 2026-01-02');
    expect(rowOf(good, 'other')).toContain('not run yet');
    expect(rowOf(good, 'never')).toContain('**not tested yet**');
    expect(good).toContain('Of 5 scenarios 3 have');
    const bad = reliabilityPage(list, add(add(none, report(['failed'])), { ...randomResult, lost: 1 }));
    for (const id of ['shown', 'random', 'any']) expect(rowOf(bad, id)).toContain('**failed**, 2026-01-02');
  });
});
