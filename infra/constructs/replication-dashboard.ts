import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  DashboardVariable,
  GraphWidget,
  GraphWidgetView,
  type IMetric,
  type IWidget,
  TextWidget,
  Values,
  VariableInputType,
  VariableType,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { heartbeatStaleAfterMs } from '#core/contracts/consumer.ts';
import { metricDimensions, metricNames } from '#core/contracts/environment.ts';
import {
  connectorMetric,
  connectorsWith,
  type MetricName,
  metricBy,
  type Statistic,
  serviceMetric,
} from './metrics.ts';
import type { MillraceStack } from './millrace-stack.ts';

const oneMinute = Duration.minutes(1);
/** CloudWatch dashboards are 24 units wide. */
const half = 12;
const full = 24;

const graph = (
  title: string,
  width: number,
  lines: readonly IMetric[],
  options: {
    readonly axis?: YAxisProps;
    readonly stacked?: boolean;
    readonly limit?: { readonly value: number; readonly label: string };
  } = {},
): IWidget =>
  new GraphWidget({
    title,
    width,
    height: 6,
    left: [...lines],
    leftYAxis: { min: 0, showUnits: false, ...options.axis },
    stacked: options.stacked ?? false,
    view: GraphWidgetView.TIME_SERIES,
    period: oneMinute,
    ...(options.limit === undefined ? {} : { leftAnnotations: [options.limit] }),
  });

/** One dashboard for an environment: alarms, then what flows, how late it is, what fails, and copies. */
export class ReplicationDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(stack: MillraceStack, id: string, alarms: readonly Alarm[]) {
    super(stack, id);
    const { name: environment, lagAlarmMs } = stack.config;
    const service = (name: MetricName, statistic: Statistic): IMetric =>
      serviceMetric(environment, name, statistic, oneMinute);
    const byConnector = (name: MetricName, statistic: Statistic): IMetric =>
      metricBy('connector', environment, name, statistic, oneMinute);

    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: stack.named('replications'),
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new TextWidget({
            markdown: `# Millrace: ${environment}\nWhat to do about an alarm: docs/runbook/README.md`,
            width: full,
            height: 2,
          }),
        ],
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: full, height: 3 })],
        [
          appliedRows(service),
          graph('Errors each minute, by code', half, [
            metricBy('code', environment, metricNames.errors, 'Sum', oneMinute),
          ]),
        ],
        [
          graph('Lag in ms, by connector', half, [byConnector(metricNames.lagMs, 'Maximum')], {
            limit: { value: lagAlarmMs, label: 'alarm' },
          }),
          graph('Lag in events, by connector', half, [byConnector(metricNames.lagEvents, 'Maximum')]),
        ],
        [
          graph(
            'Age of the last heartbeat in ms, by connector',
            half,
            [byConnector(metricNames.heartbeatAgeMs, 'Maximum')],
            { limit: { value: heartbeatStaleAfterMs, label: 'stale' } },
          ),
          graph('Failed and degraded replications, failed connectors, heals', half, [
            service(metricNames.replicationsFailed, 'Maximum'),
            service(metricNames.replicationsDegraded, 'Maximum'),
            service(metricNames.connectorFailed, 'Maximum'),
            service(metricNames.heals, 'Sum'),
          ]),
        ],
        [
          graph('Log that the source keeps in bytes, by connector', half, [
            byConnector(metricNames.sourceRetainedBytes, 'Maximum'),
          ]),
          graph('Lag of capture in ms, by connector', half, [
            byConnector(metricNames.captureLagMs, 'Maximum'),
          ]),
        ],
        [
          graph('Minutes until the source removes log that was not captured, by connector', full, [
            byConnector(metricNames.sourceMinutesToFull, 'Minimum'),
          ]),
        ],
        [
          graph('Copy rate in rows each second, by connector', half, [
            byConnector(metricNames.copyRowsPerSecond, 'Average'),
          ]),
          graph('Rows copied each minute', half, [service(metricNames.copyRows, 'Sum')]),
        ],
        [
          graph('Values that became NULL each minute, by connector', half, [
            byConnector(metricNames.valuesNulled, 'Sum'),
          ]),
        ],
      ],
    });
  }
}

const appliedRows = (metric: (name: MetricName, statistic: Statistic) => IMetric): IWidget =>
  graph(
    'Rows applied each minute, by operation',
    half,
    [
      metric(metricNames.rowsInserted, 'Sum'),
      metric(metricNames.rowsUpdated, 'Sum'),
      metric(metricNames.rowsDeleted, 'Sum'),
      metric(metricNames.tablesTruncated, 'Sum'),
      metric(metricNames.duplicatesSkipped, 'Sum'),
    ],
    { stacked: true },
  );

/** A word that CloudWatch replaces by the name that is chosen, wherever it stands in the dashboard. */
const chosen = 'CONNECTOR';

/** One dashboard for each replication: the connector is chosen from those that have written metrics. */
export class OneReplicationDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(stack: MillraceStack, id: string) {
    super(stack, id);
    const { name: environment, lagAlarmMs } = stack.config;
    const line = (name: MetricName, statistic: Statistic): IMetric =>
      connectorMetric(environment, chosen, name, statistic, oneMinute);

    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: stack.named('one-replication'),
      defaultInterval: Duration.hours(3),
      variables: [
        new DashboardVariable({
          id: 'connector',
          type: VariableType.PATTERN,
          inputType: VariableInputType.SELECT,
          label: 'Connector',
          value: chosen,
          values: Values.fromSearch(
            connectorsWith(environment, metricNames.heartbeatAgeMs),
            metricDimensions.connector,
          ),
          visible: true,
        }),
      ],
      widgets: [
        [
          graph('Lag of the target in ms', half, [line(metricNames.lagMs, 'Maximum')], {
            limit: { value: lagAlarmMs, label: 'alarm' },
          }),
          graph('Lag of capture in ms', half, [line(metricNames.captureLagMs, 'Maximum')], {
            limit: { value: lagAlarmMs, label: 'alarm' },
          }),
        ],
        [appliedRows(line), graph('Lag in events', half, [line(metricNames.lagEvents, 'Maximum')])],
        [
          graph('Log that the source keeps in bytes', half, [
            line(metricNames.sourceRetainedBytes, 'Maximum'),
          ]),
          graph('Minutes until the source removes log that was not captured', half, [
            line(metricNames.sourceMinutesToFull, 'Minimum'),
          ]),
        ],
        [
          graph('Age of the last heartbeat in ms', half, [line(metricNames.heartbeatAgeMs, 'Maximum')], {
            limit: { value: heartbeatStaleAfterMs, label: 'stale' },
          }),
          graph('Errors, heals and failed connector', half, [
            line(metricNames.errors, 'Sum'),
            line(metricNames.heals, 'Sum'),
            line(metricNames.connectorFailed, 'Maximum'),
          ]),
        ],
        [
          graph('Rows copied each minute', half, [line(metricNames.copyRows, 'Sum')]),
          graph('Dead letters, and values that became NULL, each minute', half, [
            line(metricNames.deadLetterRows, 'Sum'),
            line(metricNames.valuesNulled, 'Sum'),
          ]),
        ],
      ],
    });
  }
}
