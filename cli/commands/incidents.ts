import { type Command, Option } from 'commander';
import { incidentConditionSchema } from '#core/contracts/incident.ts';
import { findReplication, listIncidents } from '../api/find.ts';
import type { Incident } from '../api/routes.ts';
import { type Cli, withExamples } from '../cli.ts';
import { formatAge, formatInstant } from '../output/format-values.ts';
import type { Color, Paint } from '../output/output.ts';
import { table } from '../output/table.ts';

const severities = ['info', 'warning', 'critical'] as const;
type Severity = (typeof severities)[number];

const colors: Readonly<Record<Severity, Color>> = { info: 'gray', warning: 'yellow', critical: 'red' };

interface ListOptions {
  readonly all?: boolean;
  readonly replication?: string;
  readonly severity?: Severity;
  readonly condition?: Incident['condition'];
}

export const addIncidentCommands = (program: Command, cli: Cli): void => {
  const incidents = withExamples(program.command('incidents'), [
    ['millrace incidents ls', 'what is the matter now'],
    ['millrace incidents ls --severity critical', 'only what lets nothing through'],
    ['millrace incidents ls --all --replication shop', 'also what is over, of one replication'],
    ['millrace incidents show 7-table-held-2026-03-01T12:00:00.000Z', 'one of them, with what to do'],
  ]).description('List what is the matter with the replications, or was within the last 90 days.');

  incidents
    .command('ls')
    .description('List incidents, the newest first. What has one cause is one line.')
    .option('--all', 'also those that are over')
    .option('--replication <replication>', 'only those of this one; name or number')
    .addOption(
      new Option('--severity <severity>', 'only those that are at least so urgent').choices(severities),
    )
    .addOption(
      new Option('--condition <condition>', 'only this condition, as the list names it').choices(
        incidentConditionSchema.options,
      ),
    )
    .action(async (options: ListOptions) => {
      const { api, out, shell } = cli;
      const ofOne =
        options.replication === undefined
          ? undefined
          : (await findReplication(api, options.replication)).replication_id;
      const incidents = await listIncidents(api, ofOne, {
        state: options.all === true ? 'all' : 'open',
        ...(options.severity === undefined ? {} : { min_severity: options.severity }),
        ...(options.condition === undefined ? {} : { condition: options.condition }),
      });
      out.print({ incidents }, (data, paint) => renderList(data.incidents, shell.now(), paint));
    });

  incidents
    .command('show')
    .argument('<incident>', 'as the list names it')
    .description('Show one incident: since when, who was told, and where the runbook has it.')
    .action(async (incidentId: string) => {
      const { api, out, shell } = cli;
      out.print(await api.call('getIncident', { path: { incident_id: incidentId } }), (incident, paint) =>
        renderIncident(incident, shell.now(), paint),
      );
    });
};

const renderList = (incidents: readonly Incident[], now: Date, paint: Paint): readonly string[] => {
  if (incidents.length === 0) return ['No incident.'];
  const groups = [
    ...Map.groupBy(incidents, (one) => `${one.state} ${one.shared_cause ?? one.incident_id}`).values(),
  ];
  return table(
    [
      { title: 'SEVERITY' },
      { title: 'CONDITION' },
      { title: 'AT' },
      { title: 'REPLICATIONS' },
      { title: 'SINCE' },
      { title: 'INCIDENT' },
      { title: 'MESSAGE' },
    ],
    groups.flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { severity, condition, hop, since, incident_id, message, ending, mute } = first;
      return [
        [
          paint(colors[severity], severity),
          condition,
          hop,
          group.map(({ replication_id: id }) => id).join(', '),
          formatAge(since, now),
          incident_id,
          `${ending ?? message}${mute === null ? '' : ` (muted until ${formatInstant(mute.until)})`}`,
        ],
      ];
    }),
  );
};

const renderIncident = (incident: Incident, now: Date, paint: Paint): readonly string[] => [
  `${paint('bold', incident.condition)} at ${incident.hop}: ${paint(colors[incident.severity], incident.severity)}, ${incident.state}`,
  `  ${incident.ending ?? incident.message}`,
  `  replication  ${incident.replication_id}`,
  `  since        ${formatInstant(incident.since)} (${formatAge(incident.since, now)})`,
  `  opened       ${formatInstant(incident.opened_at)}`,
  ...(incident.closed_at === null ? [] : [`  closed       ${formatInstant(incident.closed_at)}`]),
  `  told         ${incident.told_at === null ? 'nobody yet' : formatInstant(incident.told_at)}`,
  ...(incident.mute === null
    ? []
    : [
        `  muted        until ${formatInstant(incident.mute.until)} by ${incident.mute.created_by}: ${incident.mute.reason}`,
      ]),
  ...(incident.shared_cause === null ? [] : [`  shares       ${incident.shared_cause}`]),
  `  runbook      ${incident.runbook}`,
  `  explained    millrace why ${incident.replication_id}`,
];
