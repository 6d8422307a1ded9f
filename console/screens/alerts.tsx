import { ScreenTabs } from '../parts/screen-tabs.tsx';
import { ChannelsTab } from './alerts/channels.tsx';
import { DeliveriesTab } from './alerts/deliveries.tsx';
import { IncidentsTab } from './alerts/incidents.tsx';
import { MutesTab } from './alerts/mutes.tsx';
import { RoutesTab } from './alerts/routes.tsx';

const tabs = [
  ['', 'Incidents'],
  ['channels', 'Channels'],
  ['routes', 'Routes'],
  ['mutes', 'Mutes'],
  ['deliveries', 'Deliveries'],
] as const;

/** What is and was the matter with the replications of a client, and who is told of it. */
export const AlertsScreen = ({
  clientId,
  tab = '',
}: {
  readonly clientId: number;
  readonly tab: string | undefined;
}) => {
  const path = `/clients/${clientId}/alerts`;
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>Alerts</h1>
        </div>
      </header>
      <ScreenTabs label="Alerts" path={path} tabs={tabs} current={tab} />
      <Tab tab={tab} clientId={clientId} />
    </div>
  );
};

const Tab = ({ tab, clientId }: { readonly tab: string; readonly clientId: number }) => {
  switch (tab) {
    case 'channels':
      return <ChannelsTab clientId={clientId} />;
    case 'routes':
      return <RoutesTab clientId={clientId} />;
    case 'mutes':
      return <MutesTab clientId={clientId} />;
    case 'deliveries':
      return <DeliveriesTab clientId={clientId} />;
    default:
      return <IncidentsTab clientId={clientId} />;
  }
};
