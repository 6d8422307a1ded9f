import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { closeSession, isSignedOut } from './api/client.ts';
import { arrangeFleet, restateMs } from './data/fleet-state.ts';
import { chooseTheme, type Theme, themes, useChosenTheme } from './data/preferences.ts';
import { clientsQuery, fleetQuery, meQuery } from './data/queries.ts';
import { SessionContext, useSession } from './data/session.tsx';
import { useNow } from './parts/clock.ts';
import { Modal } from './parts/modal.tsx';
import { Failed, QuietState, Skeleton } from './parts/quiet-states.tsx';
import { capitalized } from './parts/state-badge.tsx';
import { ActivityScreen } from './screens/activity.tsx';
import { DatabasesScreen } from './screens/databases.tsx';
import { FleetScreen } from './screens/fleet.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { SignIn } from './screens/sign-in.tsx';

// The screens with the most code come when they are first opened.
const ReplicationScreen = lazy(async () => ({
  default: (await import('./screens/replication.tsx')).ReplicationScreen,
}));
const AlertsScreen = lazy(async () => ({
  default: (await import('./screens/alerts.tsx')).AlertsScreen,
}));
const RunbookScreen = lazy(async () => ({
  default: (await import('./screens/runbook.tsx')).RunbookScreen,
}));
const NewReplicationScreen = lazy(async () => ({
  default: (await import('./screens/new-replication.tsx')).NewReplicationScreen,
}));

export const App = () => {
  const queries = useQueryClient();
  const me = useQuery(meQuery);
  const signOut = useCallback(async () => {
    await closeSession();
    queries.clear();
    location.assign('/sign-in');
  }, [queries]);
  const session = useMemo(
    () => (me.data === undefined ? undefined : { me: me.data, signOut }),
    [me.data, signOut],
  );
  if (session === undefined) {
    if (me.isPending) return <Skeleton />;
    if (isSignedOut(me.error)) return <SignIn onSignedIn={() => void me.refetch()} />;
    return <Failed error={me.error} retry={me.refetch} />;
  }
  if (isSignedOut(me.error)) return <SignIn onSignedIn={() => void me.refetch()} hasEnded />;
  return (
    <SessionContext value={session}>
      <Frame />
    </SessionContext>
  );
};

/** The client in the address, or else the only one that there can be. */
const useClientId = (): number | undefined => {
  const { me } = useSession();
  const [path] = useLocation();
  const clients = useQuery({ ...clientsQuery, enabled: me.client_id === null });
  const [last, setLast] = useState<number>();
  const found = /^\/clients\/(\d+)/.exec(path)?.[1];
  useEffect(() => {
    if (found !== undefined) setLast(Number(found));
  }, [found]);
  if (found !== undefined) return Number(found);
  return me.client_id ?? last ?? clients.data?.[0]?.client_id;
};

const Frame = () => {
  const [path, go] = useLocation();
  const clientId = useClientId();
  const [helps, setHelps] = useState(false);
  useShortcuts({
    onHelp: () => setHelps(true),
    onGo: (key) => {
      const places: Readonly<Record<string, string | undefined>> = {
        f: '/',
        s: '/settings',
        ...(clientId === undefined
          ? {}
          : {
              d: `/clients/${clientId}/databases`,
              i: `/clients/${clientId}/alerts`,
              a: `/clients/${clientId}/activity`,
              n: `/clients/${clientId}/new`,
            }),
      };
      const place = places[key];
      if (place !== undefined) go(place);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another screen begins at its top.
  useEffect(() => {
    document.querySelector('.main')?.scrollTo(0, 0);
  }, [path]);
  return (
    <div className="frame">
      <Side clientId={clientId} onHelp={() => setHelps(true)} />
      <main className="main">
        <Suspense fallback={<Skeleton lines={10} />}>
          <Switch>
            <Route path="/">
              <FleetScreen newPath={clientId === undefined ? undefined : `/clients/${clientId}/new`} />
            </Route>
            <Route path="/sign-in/:rest?">
              <Redirect to="/" replace />
            </Route>
            <Route path="/settings">
              <SettingsScreen clientId={clientId} />
            </Route>
            <Route path="/clients/:client/databases">
              {({ client }) => <DatabasesScreen key={client} clientId={Number(client)} />}
            </Route>
            <Route path="/clients/:client/alerts/:tab?">
              {({ client, tab }) => <AlertsScreen key={client} clientId={Number(client)} tab={tab} />}
            </Route>
            <Route path="/clients/:client/activity">
              {({ client }) => <ActivityScreen key={client} clientId={Number(client)} />}
            </Route>
            <Route path="/clients/:client/new">
              {({ client }) => <NewReplicationScreen key={client} clientId={Number(client)} />}
            </Route>
            <Route path="/clients/:client/replications/:id/:tab?">
              {({ client, id, tab }) => (
                <ReplicationScreen
                  key={`${client}/${id}`}
                  clientId={Number(client)}
                  id={Number(id)}
                  tab={tab}
                />
              )}
            </Route>
            <Route path="/runbook/:page">{({ page }) => <RunbookScreen key={page} page={page} />}</Route>
            <Route>
              <QuietState title="There is no such page">
                <Link className="button" href="/">
                  To the fleet
                </Link>
              </QuietState>
            </Route>
          </Switch>
        </Suspense>
      </main>
      {helps && <Keys onClose={() => setHelps(false)} />}
    </div>
  );
};

const Side = ({
  clientId,
  onHelp,
}: {
  readonly clientId: number | undefined;
  readonly onHelp: () => void;
}) => {
  const { me, signOut } = useSession();
  const theme = useChosenTheme();
  const fleet = useQuery(fleetQuery);
  const nowMs = Math.floor(useNow() / restateMs) * restateMs;
  const urgent = useMemo(() => {
    const { counts } = arrangeFleet(
      fleet.data?.rows ?? [],
      { text: '', state: undefined, clientId: undefined },
      nowMs,
    );
    return counts.failed + counts['needs-you'];
  }, [fleet.data, nowMs]);
  return (
    <nav className="side" aria-label="Millrace">
      <Link className="brand" href="/">
        <img src="/mark.svg" alt="" />
        Millrace
      </Link>
      <Item href="/" count={urgent}>
        Fleet
      </Item>
      {clientId !== undefined && (
        <>
          <div className="group">Client</div>
          {me.client_id === null && <ClientChoice clientId={clientId} />}
          <Item href={`/clients/${clientId}/alerts`}>Alerts</Item>
          <Item href={`/clients/${clientId}/activity`}>Activity</Item>
          <Item href={`/clients/${clientId}/databases`}>Databases</Item>
          <Item href={`/clients/${clientId}/new`}>New replication</Item>
        </>
      )}
      <div className="group">Millrace</div>
      <Item href="/runbook/health">Runbook</Item>
      <Item href="/settings">Settings</Item>
      <div className="foot">
        <label className="field">
          <span>Colours</span>
          <select value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
            {themes.map((name) => (
              <option key={name} value={name}>
                {capitalized(name)}
              </option>
            ))}
          </select>
        </label>
        <span className="soft clip" title={me.name}>
          {me.name} · {me.role}
        </span>
        <div className="row">
          <button type="button" className="small" onClick={() => void signOut()}>
            Sign out
          </button>
          <button type="button" className="small quiet" onClick={onHelp}>
            Keys <kbd>?</kbd>
          </button>
        </div>
      </div>
    </nav>
  );
};

const Item = ({
  href,
  count = 0,
  children,
}: {
  readonly href: string;
  readonly count?: number;
  readonly children: string;
}) => {
  const [path] = useLocation();
  return (
    <Link className="item" href={href} aria-current={isAt(path, href) ? 'page' : undefined}>
      {children}
      {count > 0 && (
        <span className="count">
          {count}
          <span className="visually-hidden"> need someone</span>
        </span>
      )}
    </Link>
  );
};

/** Whether a page is the one of an address, or one below it. */
const isAt = (path: string, href: string): boolean =>
  path === href || (href !== '/' && path.startsWith(`${href}/`));

const ClientChoice = ({ clientId }: { readonly clientId: number }) => {
  const [path, go] = useLocation();
  const clients = useQuery(clientsQuery);
  const choose = (id: string): void => {
    const rest = /^\/clients\/\d+\/(databases|alerts|activity|new)/.exec(path)?.[1] ?? 'databases';
    go(`/clients/${id}/${rest}`);
  };
  return (
    <select aria-label="Client" value={clientId} onChange={(event) => choose(event.target.value)}>
      {(clients.data ?? []).map((client) => (
        <option key={client.client_id} value={client.client_id}>
          {client.name}
        </option>
      ))}
    </select>
  );
};

/** A dialog that was closed a moment ago may still have the focus. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input:not([type="checkbox"]), textarea, select, dialog[open]') !== null;

const goMs = 1_500;

const useShortcuts = ({
  onHelp,
  onGo,
}: {
  readonly onHelp: () => void;
  readonly onGo: (key: string) => void;
}) => {
  // Kept when the page is drawn again between the two keys, as each poll does.
  const goUntilMs = useRef(0);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape' && event.target instanceof HTMLInputElement) event.target.blur();
      if (isTyping(event.target)) return;
      if (event.timeStamp < goUntilMs.current) {
        goUntilMs.current = 0;
        onGo(event.key);
      } else if (event.key === 'g') goUntilMs.current = event.timeStamp + goMs;
      else if (event.key === '?') onHelp();
      else if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });
};

const Keys = ({ onClose }: { readonly onClose: () => void }) => (
  <Modal title="Keys" onClose={onClose}>
    <dl className="keys">
      {[
        ['/', 'search'],
        ['g f', 'fleet'],
        ['g i', 'alerts and incidents'],
        ['g a', 'activity'],
        ['g d', 'databases'],
        ['g n', 'new replication'],
        ['g s', 'settings'],
        ['↑ ↓', 'from row to row'],
        ['Enter', 'open the row'],
        ['Esc', 'close, or leave a field'],
      ].map(([keys, what]) => (
        <div key={keys} style={{ display: 'contents' }}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <div className="buttons">
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  </Modal>
);
