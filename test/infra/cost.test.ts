import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { costOf, type Workload } from '../../infra/cost/cost-model.ts';
import { describeCost } from '../../infra/cost/main.ts';
import prices from '../../infra/cost/prices.json' with { type: 'json' };
import { resourcesOf, synthesizeConfig } from './synthesize.ts';

const load = (env: string) => loadEnvironment((name) => (name === 'env' ? env : undefined));
const prod = load('prod');
const quiet = (replications: number): Workload => ({
  replications,
  eventsPerSecond: 1,
  tablesPerReplication: 20,
});

test('the bill is the sum of its lines, and every price says where it is from', () => {
  const { lines, monthlyUsd, perReplicationUsd } = costOf(prod, quiet(10));
  expect(lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(monthlyUsd, 6);
  expect(perReplicationUsd).toBeCloseTo(monthlyUsd / 10, 6);
  for (const { usd } of lines) expect(usd).toBeGreaterThan(0);
  const { date, region, note, ...listed } = prices;
  expect([date, region, note]).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    'us-east-1',
    expect.any(String),
  ]);
  for (const { source } of Object.values(listed))
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.*pricing/);
});

test('by hand: three brokers of prod, and a consumer of 1 vCPU and 4 GB', () => {
  const usdOf = (what: string) => costOf(prod, quiet(1)).lines.find((line) => line.what === what)?.usd;
  expect(usdOf('Kafka brokers')).toBeCloseTo(3 * 0.204 * 730, 6);
  expect(usdOf('consumers')).toBeCloseTo((0.03238 + 4 * 0.00356) * 730, 6);
});

test('more of anything never costs less', () => {
  const bill = (change: Partial<Workload>) => costOf(prod, { ...quiet(50), ...change }).monthlyUsd;
  for (const change of [{ replications: 51 }, { eventsPerSecond: 5_000 }, { tablesPerReplication: 200 }])
    expect(bill(change)).toBeGreaterThan(bill({}));
});

test('says which limits a workload is above', () => {
  const limits = (replications: number) => costOf(prod, quiet(replications)).limits.join('\n');
  expect(limits(10)).toBe('Fargate must have 16 vCPUs (npm run preflight).');
  expect(limits(100)).toContain('kafka.brokers is 3');
  expect(limits(1_000)).toContain('more than the 60 of one MSK cluster');
  expect(limits(10_000)).toContain('healthCheckRuns is 4');
});

test('compares with an instance of DMS that fits the work', () => {
  const classOf = (eventsPerSecond: number) => costOf(prod, { ...quiet(10), eventsPerSecond }).dms.class;
  expect([1, 100, 5_000].map(classOf)).toEqual(['dms.t3.medium', 'dms.c5.large', 'dms.c5.xlarge']);
});

test.each(['busiest', 'all'] as const)(
  'counts the alarms and the endpoints (%s) that an environment has',
  (which) => {
    if (prod.platform.source !== 'created') throw new Error('The platform of prod is there already.');
    const { platform } = prod;
    const config = {
      ...prod,
      platform: { ...platform, network: { ...platform.network, interfaceEndpoints: which } },
    };
    const synthesized = synthesizeConfig(config);
    const howOf = (what: string) => costOf(config, quiet(1)).lines.find((line) => line.what === what)?.how;
    // One on several metrics costs as much as one on each; a composite one costs as much as five.
    const alarmedMetrics = resourcesOf(synthesized, 'AWS::CloudWatch::Alarm').flatMap(({ Properties }) =>
      z
        .array(z.object({ MetricStat: z.unknown().optional() }))
        .default([{ MetricStat: {} }])
        .parse(Properties.Metrics)
        .filter(({ MetricStat }) => MetricStat !== undefined),
    );
    const composites = resourcesOf(synthesized, 'AWS::CloudWatch::CompositeAlarm').length;
    expect(howOf('metrics and alarms')).toContain(
      `alarms on ${alarmedMetrics.length} metrics and ${composites} composite ones`,
    );
    const endpoints = resourcesOf(synthesized, 'AWS::EC2::VPCEndpoint').filter(
      ({ Properties }) => Properties.VpcEndpointType === 'Interface',
    );
    expect(howOf('interface endpoints')).toBe(`${endpoints.length} in each of 3 zones`);
  },
);

test('does not guess the bill of a Kafka that is there already', () => {
  expect(() => costOf(load('local'), quiet(1))).toThrow('their bill is known');
});

test.each([
  ['pooled', 0],
  ['own', 1],
] as const)('docs/guide/cost.md has the figures that the model gives now: %s', (placement, table) => {
  const guide = readFileSync(fromRoot('docs', 'guide', 'cost.md'), 'utf8');
  for (const replications of [10, 100, 1_000, 10_000]) {
    const { monthlyUsd, perReplicationUsd } = costOf(prod, { ...quiet(replications), placement });
    const row = guide
      .split('\n')
      .filter((line) => line.startsWith(`| ${replications.toLocaleString('en-US')} `))[table];
    expect(row).toContain(`$${Math.round(monthlyUsd).toLocaleString('en-US')}`);
    expect(row).toContain(`$${perReplicationUsd.toFixed(0)} `);
  }
});

test('pooled consumers share tasks as far as memory and processor go, and never cost more', () => {
  const howOf = (eventsPerSecond: number, replications = 1_000) =>
    costOf(prod, { ...quiet(replications), eventsPerSecond, placement: 'pooled' }).lines.find(
      ({ what }) => what === 'consumers',
    )?.how;
  expect(howOf(1)).toBe('5 of 1 vCPU and 4 GB, each for up to 200 replications');
  expect(howOf(10)).toBe('23 of 1 vCPU and 4 GB, each for up to 44 replications');
  expect(howOf(1_000, 7)).toBe('7 of 1 vCPU and 4 GB');
  const bill = (placement: 'own' | 'pooled') => costOf(prod, { ...quiet(500), placement }).monthlyUsd;
  expect(bill('pooled')).toBeLessThan(bill('own') / 2);
  const { perReplicationUsd, dms } = costOf(prod, { ...quiet(400), placement: 'pooled' });
  expect(perReplicationUsd).toBeLessThan(dms.perReplicationUsd);
});

test('is told in lines that a person can read', () => {
  const text = describeCost(costOf(prod, quiet(10)));
  expect(text).toMatch(/\$447 {2}Kafka brokers: 3 x kafka\.m7g\.large/);
  expect(text).toMatch(/a month\n.*for each replication\n.*with AWS DMS: dms\.t3\.medium/);
});
