import { describe, expect, test } from '@jest/globals';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import type { ReactElement } from 'react';
import { AlertsScreen } from '../../console/screens/alerts.tsx';
import { FleetScreen } from '../../console/screens/fleet.tsx';
import { Capture } from '../../console/screens/replication/capture.tsx';
import { DeadLetters } from '../../console/screens/replication/dead-letters.tsx';
import { Logs } from '../../console/screens/replication/logs.tsx';
import { SchemaChanges } from '../../console/screens/replication/schema-changes.tsx';
import { SourceSafetyTab } from '../../console/screens/replication/source-safety.tsx';
import { fakeApi, problem, replication, show } from './console-world.tsx';

interface Case {
  readonly name: string;
  readonly route: `GET ${string}`;
  readonly draw: () => ReactElement;
  /** An answer with nothing in it, and what is shown then; absent where there always is something. */
  readonly empty?: readonly [body: unknown, title: string];
}

const page = { next_cursor: null };
const cases: readonly Case[] = [
  {
    name: 'fleet',
    route: 'GET /v1/fleet',
    draw: () => <FleetScreen newPath="/clients/1/new" />,
    empty: [{ replications: [], timestamp: '2026-01-02T03:04:05.000Z', ...page }, 'No replications yet'],
  },
  {
    name: 'dead letters',
    route: 'GET /v1/replications/7/dead-letters/causes',
    draw: () => <DeadLetters clientId={1} replication={replication()} />,
    empty: [{ replication_id: 7, causes: [] }, 'No dead letters'],
  },
  {
    name: 'schema changes',
    route: 'GET /v1/replications/7/schema-changes',
    draw: () => <SchemaChanges clientId={1} replication={replication()} />,
    empty: [{ replication_id: 7, schema_changes: [], ...page }, 'No change waits'],
  },
  {
    name: 'logs',
    route: 'GET /v1/replications/7/logs',
    draw: () => <Logs clientId={1} id={7} />,
    empty: [{ replication_id: 7, lines: [], next_cursor: 'x', is_at_end: true }, 'Nothing was logged'],
  },
  {
    name: 'capture',
    route: 'GET /v1/connectors/acme_shop_connector',
    draw: () => <Capture clientId={1} replication={replication()} />,
    empty: [
      { name: 'acme_shop_connector', replication_id: 7, state: null, trace: null, tasks: [] },
      'Kafka Connect has no such connector',
    ],
  },
  {
    name: 'source safety',
    route: 'GET /v1/replications/7/source',
    draw: () => <SourceSafetyTab clientId={1} id={7} />,
  },
  {
    name: 'incidents',
    route: 'GET /v1/incidents',
    draw: () => <AlertsScreen clientId={1} tab="" />,
    empty: [{ incidents: [], ...page }, 'Nothing is open'],
  },
  {
    name: 'channels',
    route: 'GET /v1/alert-channels',
    draw: () => <AlertsScreen clientId={1} tab="channels" />,
    empty: [{ channels: [], ...page }, 'No channels yet'],
  },
  {
    name: 'routes',
    route: 'GET /v1/alert-routes',
    draw: () => <AlertsScreen clientId={1} tab="routes" />,
    empty: [{ routes: [], ...page }, 'No routes yet'],
  },
  {
    name: 'mutes',
    route: 'GET /v1/alert-mutes',
    draw: () => <AlertsScreen clientId={1} tab="mutes" />,
    empty: [{ mutes: [], ...page }, 'Nothing is muted'],
  },
  {
    name: 'deliveries',
    route: 'GET /v1/alert-deliveries',
    draw: () => <AlertsScreen clientId={1} tab="deliveries" />,
    empty: [{ deliveries: [], ...page }, 'Nothing was sent'],
  },
];

/** What other parts of the same screens ask for. */
const others = {
  'GET /v1/replications': { body: { replications: [], ...page } },
  'GET /v1/alert-channels': { body: { channels: [], ...page } },
} as const;

describe.each(cases)('the $name', ({ route, draw, empty }) => {
  test('show lines that breathe while they are asked for', async () => {
    fakeApi({ ...others, [route]: 'never' });
    show(draw());
    expect(await screen.findByText('Loading…')).toBeTruthy();
  });

  test('say what went wrong, what to do, and try again when asked', async () => {
    const api = fakeApi({ ...others, [route]: problem(503, 'The store does not answer.') });
    show(draw());
    await screen.findByText('The store does not answer.');
    expect(screen.getByText('Do something about it.')).toBeTruthy();
    const before = api.calls.filter((call) => call.route === route).length;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(api.calls.filter((call) => call.route === route).length).toBeGreaterThan(before),
    );
  });

  test('say that the session may not see them', async () => {
    fakeApi({ ...others, [route]: problem(403, 'This needs a token of role admin.') });
    show(draw());
    await screen.findByRole('heading', { name: 'No permission' });
  });

  test('say that they are gone', async () => {
    fakeApi({ ...others, [route]: problem(404, 'There is no replication 7.') });
    show(draw());
    await screen.findByRole('heading', { name: 'It is not here' });
  });

  if (empty !== undefined)
    test('say why there is nothing', async () => {
      fakeApi({ ...others, [route]: { body: empty[0] } });
      show(draw());
      await screen.findByRole('heading', { name: empty[1] });
    });
});

test.each([
  ['schema changes', 'GET /v1/replications/7/schema-changes', 'schema_changes'],
  ['deliveries', 'GET /v1/alert-deliveries', 'deliveries'],
] as const)('a filter that no one of the %s passes can be cleared', async (name, route, list) => {
  const api = fakeApi({ ...others, [route]: { body: { replication_id: 7, [list]: [], ...page } } });
  show(
    name === 'deliveries' ? (
      <AlertsScreen clientId={1} tab="deliveries" />
    ) : (
      <SchemaChanges clientId={1} replication={replication()} />
    ),
    { path: '/?state=waiting' },
  );
  await screen.findByRole('heading', { name: 'Nothing matches' });
  expect(api.calls.find((call) => call.route === route)?.query.get('state')).toBe('waiting');
  fireEvent.click(screen.getByRole('button', { name: /^Clear/ }));
  await waitFor(() => expect(screen.queryByRole('heading', { name: 'Nothing matches' })).toBeNull());
});
