import { Link } from 'wouter';
import type { Incident } from '../api/client.ts';
import { sentenceOf } from '../data/fleet-state.ts';
import { formatDuration } from '../format/figures.ts';
import { Ago, Lasting, Moment } from './moment.tsx';
import { RunbookLink } from './runbook-link.tsx';
import { Badge } from './state-badge.tsx';

export const IncidentTable = ({
  clientId,
  incidents,
  namesById,
  onMute,
}: {
  readonly clientId: number;
  readonly incidents: readonly Incident[];
  /** Absent on the screen of one replication. */
  readonly namesById?: ReadonlyMap<number, string>;
  /** Absent where the session may not mute. */
  readonly onMute?: (incident: Incident) => void;
}) => (
  <section className="wide" aria-label="Incidents" tabIndex={0}>
    <table className="plain-table">
      <thead>
        <tr>
          <th>State</th>
          {namesById !== undefined && <th>Replication</th>}
          <th>What</th>
          <th>Where</th>
          <th>Opened</th>
          <th className="end">Lasting</th>
          <th>Runbook</th>
          {onMute !== undefined && <th className="end">Actions</th>}
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <tr key={`${incident.replication_id} ${incident.incident_id}`}>
            <td>
              {incident.state === 'open' ? (
                <Badge tone="bad">Open</Badge>
              ) : (
                <Badge tone="still">Closed</Badge>
              )}
            </td>
            {namesById !== undefined && (
              <td>
                <Link href={`/clients/${clientId}/replications/${incident.replication_id}`}>
                  {namesById.get(incident.replication_id) ?? `Replication ${incident.replication_id}`}
                </Link>
              </td>
            )}
            <td>
              <b>{sentenceOf(incident.condition)}</b>
              <br />
              <span className="soft">{incident.ending ?? incident.message}</span>
              {incident.shared_cause !== null && (
                <>
                  <br />
                  <span className="faint">Shared cause: {incident.shared_cause}</span>
                </>
              )}
            </td>
            <td>{incident.hop}</td>
            <td className="nowrap">
              <Moment at={incident.opened_at} />
              <br />
              <span className="faint">
                <Ago at={incident.opened_at} />
              </span>
            </td>
            <td className="end nowrap">
              {incident.closed_at === null ? (
                <Lasting since={incident.opened_at} />
              ) : (
                formatDuration(Date.parse(incident.closed_at) - Date.parse(incident.opened_at))
              )}
            </td>
            <td>
              <RunbookLink section={incident.runbook} />
            </td>
            {onMute !== undefined && (
              <td className="end">
                {incident.state === 'open' && (
                  <button type="button" className="small" onClick={() => onMute(incident)}>
                    Mute
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
