import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitLive,
  createReplication,
  createTenant,
  emulatorClientConfig,
  runningStack,
  startAndAwaitActive,
  type Tenant,
  waitFor,
} from './harness.ts';

describe('what an operator sees', () => {
  let tenant: Tenant;
  let id: number;
  let connectorName: string;
  let cloudWatch: CloudWatchClient;

  beforeAll(async () => {
    cloudWatch = new CloudWatchClient(emulatorClientConfig(runningStack()));
    tenant = await createTenant('observed');
    await tenant.source.query(`
      CREATE TABLE events (id int PRIMARY KEY);
      INSERT INTO events SELECT generate_series(1, 1000)`);
    ({ id, connectorName } = await createReplication(tenant, [{ source: { table: 'events' } }]));
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await tenant.source.query(
      'INSERT INTO events SELECT generate_series(1001, 1100); DELETE FROM events WHERE id <= 7',
    );
  });
  afterAll(async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
    cloudWatch.destroy();
  });

  /** Sum and maximum of a metric of this connector in the last ten minutes; undefined before the first value. */
  const readMetric = async (
    name: string,
  ): Promise<{ sum: number; minimum: number; maximum: number } | undefined> => {
    const { Datapoints: points = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Millrace',
        MetricName: name,
        Dimensions: [
          { Name: 'environment', Value: 'local' },
          { Name: 'connector', Value: connectorName },
        ],
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 60,
        Statistics: ['Sum', 'Minimum', 'Maximum'],
      }),
    );
    if (points.length === 0) return undefined;
    return {
      sum: points.reduce((sum, point) => sum + (point.Sum ?? 0), 0),
      minimum: Math.min(...points.map((point) => point.Minimum ?? Number.POSITIVE_INFINITY)),
      maximum: Math.max(...points.map((point) => point.Maximum ?? 0)),
    };
  };

  test('rows by operation, copied rows, lag and heartbeat age become metrics of the connector', async () => {
    const reaching = (name: string, sum: number): Promise<unknown> =>
      waitFor(
        `the metric ${name}`,
        100_000,
        async () => (((await readMetric(name))?.sum ?? 0) >= sum ? true : undefined),
        () => readMetric(name),
      );
    await reaching('RowsInserted', 100);
    await reaching('RowsDeleted', 7);
    await reaching('CopyRows', 1000);
    expect((await readMetric('RowsInserted'))?.sum).toBe(100);
    expect((await readMetric('RowsDeleted'))?.sum).toBe(7);
    // The changes are applied, so a lag that never is zero would be another number.
    await waitFor(
      'a lag of zero',
      100_000,
      async () => ((await readMetric('LagEvents'))?.minimum === 0 ? true : undefined),
      () => readMetric('LagEvents'),
    );
    const age = await waitFor('the heartbeat age', 100_000, () => readMetric('HeartbeatAgeMs'));
    expect(age.maximum).toBeLessThan(120_000);
  });

  test('a dashboard and alarms that reach the alert topic are there', async () => {
    const stack = runningStack();
    const { DashboardBody: dashboard } = await cloudWatch.send(
      new GetDashboardCommand({ DashboardName: stack.outputs.DashboardName }),
    );
    expect(dashboard).toContain('LagMs');
    const { MetricAlarms: alarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({}));
    for (const subject of ['heartbeat', 'connector', 'lag', 'start-failed']) {
      const alarm = alarms.find(({ AlarmName: name = '' }) => name.includes(subject));
      expect({ subject, actions: alarm?.AlarmActions }).toEqual({
        subject,
        actions: [stack.outputs.AlertTopicArn],
      });
    }
  });
});
