import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { createLog } from '#adapters/observability/log.ts';
import { metricDimensions, metricNames, metricNamespace } from '#core/contracts/environment.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { type EnvironmentName, environmentNames } from '../../infra/config/environment-config.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { createdEnvironments, partOf, resourcesOf, synthesize } from './synthesize.ts';

/* Alarms, the dashboard, and saved queries. */

describe.each(environmentNames)('%s', (env) => {
  const all = synthesize(env);

  test('has a dashboard that shows service-wide and per-connector metrics', () => {
    const [dashboard] = resourcesOf(all, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const metric of [
      'RowsInserted',
      'RowsUpdated',
      'RowsDeleted',
      'LagMs',
      'LagEvents',
      'HeartbeatAgeMs',
      'Errors',
      'CopyRowsPerSecond',
      'ValuesNulled',
    ]) {
      expect(body).toContain(metric);
    }
    expect(body).toContain(
      `{${metricNamespace},${metricDimensions.environment},${metricDimensions.connector}}`,
    );
    expect(body).toContain(`{${metricNamespace},${metricDimensions.environment},${metricDimensions.code}}`);
  });

  test('has a dashboard of one replication, whose connector is chosen', () => {
    const [one] = resourcesOf(all, 'AWS::CloudWatch::Dashboard').filter(
      ({ Properties }) => Properties.DashboardName === `millrace-${env}-one-replication`,
    );
    const body = JSON.stringify(one?.Properties.DashboardBody).replaceAll('\\', '');
    const search = `"search":"{${metricNamespace},environment,connector} MetricName="HeartbeatAgeMs" environment="${env}""`;
    expect(body.includes(search)).toBe(true);
    expect(body.includes('"pattern":"CONNECTOR","type":"pattern"')).toBe(true);
    expect(body.includes('"populateFrom":"connector"')).toBe(true);
    const metrics = [...body.matchAll(/\["Millrace","(\w+)","connector","CONNECTOR","environment","(\w+)"/g)];
    expect(metrics.length).toBeGreaterThan(15);
    expect(new Set(metrics.map(([, , environment]) => environment))).toEqual(new Set([env]));
    const known = new Set<string>(Object.values(metricNames));
    expect(metrics.filter(([, name]) => !known.has(String(name)))).toEqual([]);
  });
});

const loggedLines = (write: (log: Log) => void): readonly unknown[] => {
  const output = new PassThrough();
  write(createLog({ service: 'test', connectorName: 'shop', output }));
  return String(output.read())
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
};

describe('the alarms', () => {
  const runbook = readFileSync(fromRoot('docs', 'runbook', 'README.md'), 'utf8');
  // Other sections, such as that of a held table, have titles in words.
  const sections = [...runbook.matchAll(/^## ([a-z-]+)$/gm)].map(([, title]) => title);
  const highAndLow = ['any-high', 'any-low'];
  const alarmsOf = (env: EnvironmentName) => resourcesOf(synthesize(env), 'AWS::CloudWatch::Alarm');
  const nameOf = (env: EnvironmentName, properties: Readonly<Record<string, unknown>>) =>
    String(properties.AlarmName).replace(`millrace-${env}-`, '');

  test('have one section each in the runbook, and no section is left over', () => {
    const names = new Set(
      environmentNames.flatMap((env) => alarmsOf(env).map(({ Properties }) => nameOf(env, Properties))),
    );
    expect(sections.toSorted()).toEqual([...names].toSorted());
  });

  test.each(environmentNames)('of %s speak on the alert topic and point to the runbook', (env) => {
    const alarms = alarmsOf(env);
    expect(alarms.length).toBeGreaterThanOrEqual(11);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toEqual([{ 'Fn::ImportValue': expect.stringContaining('AlertTopic') }]);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
      expect(Properties.AlarmDescription).toContain(`docs/runbook/README.md#${nameOf(env, Properties)}`);
    }
  });

  test.each(createdEnvironments)('of %s are summed up by severity, each in one of both', (env) => {
    const summaries = resourcesOf(synthesize(env), 'AWS::CloudWatch::CompositeAlarm');
    expect(summaries.map(({ Properties }) => nameOf(env, Properties))).toEqual(highAndLow);
    const rules = summaries.map(({ Properties }) => JSON.stringify(Properties.AlarmRule)).join('');
    for (const { logicalId, Properties } of alarmsOf(env)) {
      expect(rules.split(`"${logicalId}"`)).toHaveLength(2);
      expect(Properties.AlarmDescription).toMatch(/^Severity (high|low)\. /);
    }
  });

  test.each(createdEnvironments)(
    'of %s watch Kafka, Connect, the state table, the API and the steps',
    (env) => {
      const names = alarmsOf(env).map(({ Properties }) => nameOf(env, Properties));
      expect(names).toEqual(
        expect.arrayContaining([
          ...['kafka-disk', 'kafka-partitions', 'kafka-copies', 'connect-workers', 'connect-memory'],
          ...['state-table-throttled', 'api-slow', 'step-errors'],
        ]),
      );
    },
  );

  test.each(environmentNames)('of %s come with log groups that a key of their own encrypts', (env) => {
    const groups = resourcesOf(synthesize(env), 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(10);
    for (const { part, logicalId, Properties } of groups)
      expect({ part, logicalId, key: JSON.stringify(Properties.KmsKeyId) }).toEqual({
        ...{ part, logicalId },
        key: expect.stringMatching(/LogsKey/),
      });
    partOf(env, 'state').hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
            Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  test.each(createdEnvironments)('of %s come with saved queries of log groups that are there', (env) => {
    const groups = resourcesOf(synthesize(env), 'AWS::Logs::LogGroup').map(
      ({ Properties }) => Properties.LogGroupName,
    );
    const queries = resourcesOf(synthesize(env), 'AWS::Logs::QueryDefinition');
    expect(queries).toHaveLength(6);
    const [line] = loggedLines((log) =>
      log.error('It failed', { error: new MillraceError('Internal', 'x'), action: 'restart-consumer' }),
    );
    const text = queries.map(({ Properties }) => String(Properties.QueryString)).join(' ');
    expect(text).toContain('by connector, error.code');
    expect(line).toMatchObject({
      level: 'ERROR',
      connector: 'shop',
      error: { code: 'Internal' },
      action: 'restart-consumer',
    });
    for (const { Properties } of queries)
      expect(groups).toEqual(expect.arrayContaining(Properties.LogGroupNames as string[]));
  });

  test.each(environmentNames)('of %s on our own metrics use the service-wide copy', (env) => {
    const own = alarmsOf(env).filter(({ Properties }) => Properties.Namespace === metricNamespace);
    expect(own.map(({ Properties }) => Properties.MetricName).toSorted()).toEqual([
      'AlertsUndelivered',
      'ApiFaults',
      'CaptureLagMs',
      'ConnectorFailed',
      'HeartbeatAgeMs',
      'LagMs',
      'ReplicationsFailed',
      'SourceMinutesToFull',
    ]);
    for (const { Properties } of own) {
      expect(Properties.Dimensions).toEqual([{ Name: 'environment', Value: env }]);
    }
  });

  test('see a connector that stands still, and a source that runs out of room for its log', () => {
    const observability = partOf('prod', 'observability');
    observability.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'CaptureLagMs',
      Statistic: 'Maximum',
      Threshold: 300_000,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    observability.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'SourceMinutesToFull',
      Statistic: 'Minimum',
      Threshold: 240,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('call a heartbeat stale above two minutes', () => {
    partOf('prod', 'observability').hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HeartbeatAgeMs',
      Statistic: 'Maximum',
      Threshold: 120_001,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });
});
