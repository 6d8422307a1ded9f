import { useActivity } from '../data/queries.ts';
import { ActivityList } from '../parts/activity-list.tsx';
import { Freshness } from '../parts/freshness.tsx';

export const ActivityScreen = ({ clientId }: { readonly clientId: number }) => (
  <div className="screen">
    <header className="screen-head">
      <div className="title">
        <h1>Activity</h1>
        <Freshness query={useActivity(clientId)} />
      </div>
    </header>
    <section className="panel">
      <ActivityList clientId={clientId} />
    </section>
  </div>
);
