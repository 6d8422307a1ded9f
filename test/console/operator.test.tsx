import { expect, test } from '@jest/globals';
import { useQuery } from '@tanstack/react-query';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { CopyProgress, FleetRow, Status, TableStatus, Why } from '../../console/api/client.ts';
import { statusQuery } from '../../console/data/queries.ts';
import { useWhy } from '../../console/data/use-why.ts';
import { ChecksPanel } from '../../console/parts/checks-panel.tsx';
import { CopyList } from '../../console/parts/copy-list.tsx';
import { TableList } from '../../console/parts/table-list.tsx';
import { WhyPanel } from '../../console/parts/why-panel.tsx';
import { DatabasesScreen } from '../../console/screens/databases.tsx';
import { FleetScreen } from '../../console/screens/fleet.tsx';
import { SettingsScreen } from '../../console/screens/settings.tsx';
import { fakeApi, problem, replication, show } from './console-world.tsx';

const at = '2026-01-02T03:04:05.000Z';
const soon = (): string => new Date(Date.now() + 100_000).toISOString();

type Check = Why['checks'][number];
const check = (change: Partial<Check>): Check => ({
  ...{ check: 'connector', hop: 'capture', title: 'The connector runs', state: 'ok', unknown: null },
  ...{
    faults: [],
    looks_for: [{ condition: 'connector-failed', runbook: 'docs/runbook/health.md#connector-failed' }],
  },
  ...change,
});
const fault: Check['faults'][number] = {
  ...{ condition: 'table-change-failed', hop: 'source', message: 'Changing the tables failed', since: at },
  ...{ doing: 'It is tried again.', advice: 'Nothing, for now.', call: null },
  ...{ tries_again_at: null, runbook: 'docs/runbook/health.md#table-change-failed' },
};

test('health checks stand by urgency, each with its section of the runbook, and unknown is not ok', () => {
  const checks = [
    check({}),
    check({ check: 'lag', title: 'The lag is known', state: 'unknown', unknown: 'No consumer runs.' }),
    check({ check: 'table-change', state: 'failing', faults: [{ ...fault, tries_again_at: soon() }] }),
  ];
  show(<ChecksPanel checks={checks} />);
  const rows = screen.getAllByRole('row').slice(1);
  expect(rows.map((row) => within(row).getAllByRole('cell')[0]?.textContent)).toEqual([
    'Failing',
    'Unknown',
    'Ok',
  ]);
  expect(rows[0]?.textContent).toMatch(
    /Changing the tables failedNothing, for now\. It is tried again\. Next try: in 1 min/,
  );
  expect(rows[1]?.textContent).toContain('No consumer runs.');
  expect(rows.map((row) => within(row).getByRole('link').getAttribute('href'))).toEqual([
    '/runbook/health#table-change-failed',
    '/runbook/health#connector-failed',
    '/runbook/health#connector-failed',
  ]);
  expect(screen.getByText('1 of 3 are ok, 1 unknown')).toBeTruthy();
});

const why = (change: Partial<Why>): Why => ({
  ...{
    replication_id: 7,
    overall: 'degraded',
    sentence: 'A change failed.',
    condition: 'table-change-failed',
  },
  ...{ hop: 'source', since: at, evidence: [], doing: 'It is tried again.', advice: null, call: null },
  ...{ runbook: 'docs/runbook/health.md#table-change-failed', checks: [], others: [], looked_ago_ms: null },
  ...{ tries_again_at: null, timestamp: at },
  ...change,
});

test('what is tried again by itself needs nobody, and the panel says when it is', () => {
  const { unmount } = show(<WhyPanel why={why({})} />);
  expect(screen.getByText('Needs you')).toBeTruthy();
  unmount();
  show(<WhyPanel why={why({ tries_again_at: soon() })} />);
  expect(screen.queryByText('Needs you')).toBeNull();
  expect(screen.getByText('Next try')).toBeTruthy();
  expect(screen.getByText(/^in 1 min/)).toBeTruthy();
});

const Verdict = () => {
  const status = useQuery(statusQuery(1, 7));
  const reason = useWhy(1, 7);
  return (
    <>
      <p>
        {status.data?.overall} {reason.data?.overall}
      </p>
      <button type="button" onClick={() => void reason.refetch()}>
        Ask why
      </button>
    </>
  );
};

test('a status that was read before the fault that the reason tells of is read again at once', async () => {
  const status = {
    ...{ overall: 'healthy', config: { status: 'active', is_active: true } },
    ...{ tables: [], statistics: {} },
  };
  const [statusRoute, whyRoute] = ['GET /v1/replications/7/status', 'GET /v1/replications/7/why'] as const;
  const api = fakeApi({ [statusRoute]: { body: status }, [whyRoute]: { body: why({ overall: 'healthy' }) } });
  show(<Verdict />);
  await screen.findByText('healthy healthy');
  api.on(statusRoute, { body: { ...status, overall: 'degraded' } });
  api.on(whyRoute, { body: why({}) });
  fireEvent.click(screen.getByRole('button'));
  // The status would be polled in five seconds.
  await screen.findByText('degraded degraded', undefined, { timeout: 2_000 });
  expect(api.calls.filter(({ route }) => route === statusRoute)).toHaveLength(2);
});

const table = (name: string, change: Partial<TableStatus> = {}): TableStatus =>
  ({
    ...{
      source: { schema: 'public', table: name },
      target: { schema: 'public', table: name },
      state: 'live',
    },
    ...{ rows_copied: 10, bytes_copied: 1_000, percent: 100, lag_events: 0, lag_ms: 0, message: null },
    ...{ rows_inserted: 3, rows_updated: 2, rows_deleted: 1, last_change_at: at, rows_known_to_differ: 0 },
    ...change,
  }) as TableStatus;

test('each table shows what was applied of it, when last, and its dead letters', () => {
  const tables = [
    table('orders', { rows_inserted: 1_234_567, rows_known_to_differ: 4 }),
    table('waits', {
      ...{
        state: 'held',
        message: 'Its shape has changed.',
        last_change_at: null,
        rows_known_to_differ: null,
      },
      ...{ rows_inserted: null, rows_updated: null, rows_deleted: null, lag_events: null },
    }),
  ];
  show(<TableList clientId={1} replication={replication()} status={{ tables } as Status} />, {
    role: 'viewer',
  });
  const cells = (name: RegExp): readonly (string | null)[] =>
    within(screen.getByRole('row', { name }))
      .getAllByRole('cell')
      .map((cell) => cell.textContent);
  expect(cells(/orders/).slice(3, 6)).toEqual(['1.2M', '2', '1']);
  expect(cells(/orders/).at(-1)).toBe('4');
  expect(cells(/waits/).slice(3, 7)).toEqual(['–', '–', '–', '–']);
  expect(cells(/waits/).at(-1)).toBe('–');
  expect(screen.getByText('Its shape has changed.')).toBeTruthy();
  expect(screen.getByRole('link', { name: '4' }).getAttribute('href')).toBe(
    '/clients/1/replications/7/dead-letters',
  );
});

test('the copy shows how fast it is in rows and bytes, and its slowest chunk', async () => {
  const copied = { rows_copied: 10, bytes_copied: 1_000, estimated_rows: 100, percent: 10, seconds_left: 60 };
  const copy = {
    ...{ replication_id: 7, ...copied, rows_per_second: 50, bytes_per_second: 2_500_000 },
    tables: [
      {
        ...{
          ...table('orders', { state: 'copying' }),
          ...copied,
          chunks: 16,
          chunks_done: 3,
          runs_on: 'lambda',
        },
        ...{ rows_per_second: 40, bytes_per_second: 2_000_000 },
        slowest_chunk: { chunk: 2, duration_ms: 4_200 },
      },
      {
        ...{ ...table('next', { state: 'pending' }), ...copied, chunks: 4, chunks_done: 0, runs_on: null },
        ...{ rows_per_second: null, bytes_per_second: null, slowest_chunk: null },
      },
    ],
  } as unknown as CopyProgress;
  fakeApi({ 'GET /v1/replications/7/copy': { body: copy } });
  show(<CopyList clientId={1} id={7} />);
  const row = await screen.findByRole('row', { name: /orders/ });
  expect(row.textContent).toContain('40/s2.0 MB/s');
  expect(row.textContent).toContain('4.2 s2 of 16');
  expect(screen.getByText('50/s rows, 2.5 MB/s')).toBeTruthy();
  expect(screen.getByRole('row', { name: /next/ }).textContent).toContain('––');
});

const fleetRow = (id: number, change: Partial<FleetRow> = {}): FleetRow => ({
  ...{ client_id: 1, client_name: 'Acme', replication_id: id, name: `replication ${id}`, source: 'shop' },
  ...{ target: 'warehouse', source_database_id: 1, target_database_id: 2, status: 'stopped' },
  ...{ desired: 'stopped', status_since: at, last_error_message: null, table_count: 3, health: null },
  ...change,
});
const fleet = (replications: readonly FleetRow[]) => ({
  'GET /v1/fleet': { body: { replications, timestamp: at, next_cursor: null } },
});

test('the fleet is filtered by client, for a session of all clients alone', async () => {
  const rows = [fleetRow(1), fleetRow(2, { client_id: 2, client_name: 'Borealis' })];
  fakeApi(fleet(rows));
  const { unmount } = show(<FleetScreen newPath={undefined} />);
  await screen.findByText('replication 1');
  expect(screen.queryByLabelText('Client of the replications')).toBeNull();
  unmount();
  show(<FleetScreen newPath={undefined} />, { role: 'admin', clientId: null });
  await screen.findByText('replication 1');
  const choice = screen.getByLabelText('Client of the replications');
  expect(
    within(choice)
      .getAllByRole('option')
      .map((it) => it.textContent),
  ).toEqual(['All clients', 'Acme', 'Borealis']);
  fireEvent.change(choice, { target: { value: '2' } });
  await waitFor(() => expect(screen.queryByText('replication 1')).toBeNull());
  expect(screen.getByText('replication 2')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Remove the filter Borealis' }));
  await screen.findByText('replication 1');
});

test('an action on a selection shows its line, and what came of each', async () => {
  fakeApi({
    ...fleet([fleetRow(1), fleetRow(2), fleetRow(3)]),
    'POST /v1/replications/1/start': { status: 202, body: {} },
    'POST /v1/replications/3/start': problem(409, 'It runs already.'),
  });
  show(<FleetScreen newPath={undefined} />);
  for (const id of [1, 3]) fireEvent.click(await screen.findByLabelText(`Select replication ${id}`));
  fireEvent.click(screen.getByRole('button', { name: 'Start' }));
  const dialog = within(screen.getByRole('dialog'));
  expect(dialog.getByText(/^for id/).textContent).toBe('for id in 1 3; do millrace start "$id"; done');
  fireEvent.click(dialog.getByRole('button', { name: 'Start' }));
  await dialog.findByText('It runs already.');
  await dialog.findByText('is starting.');
});

const settings = {
  'GET /v1/tokens': { body: { tokens: [], next_cursor: null } },
  'GET /v1/clients': {
    body: { clients: [{ client_id: 1, name: 'Acme', created_at: at }], next_cursor: null },
  },
  'GET /v1/versions': { body: { version: '1.2.3', api_version: 'v1', worker_image: 'registry/worker:abc' } },
} as const;

test('the settings say which version runs', async () => {
  fakeApi(settings);
  show(<SettingsScreen clientId={1} />, { role: 'viewer' });
  const versions = within(screen.getByRole('region', { name: 'Versions' }));
  await versions.findByText('1.2.3');
  expect(versions.getByText('registry/worker:abc')).toBeTruthy();
});

test('a client and a token are made by dialogs that show their lines, and a token is shown once', async () => {
  const api = fakeApi({
    ...settings,
    'POST /v1/clients': { status: 201, body: { client_id: 9, name: 'New one', created_at: at } },
    'POST /v1/tokens': { status: 201, body: { name: 'ci', token: 'mlr_secret' } },
  });
  show(<SettingsScreen clientId={1} />, { role: 'admin', clientId: null });
  fireEvent.click(await screen.findByRole('button', { name: 'New client' }));
  let dialog = within(screen.getByRole('dialog'));
  expect((dialog.getByRole('button', { name: 'Create' }) as HTMLButtonElement).disabled).toBe(true);
  fireEvent.change(dialog.getByLabelText('Name'), { target: { value: 'New one' } });
  expect(dialog.getByText(`millrace clients add 'New one'`)).toBeTruthy();
  fireEvent.click(dialog.getByRole('button', { name: 'Create' }));
  await screen.findByText('Client New one is created.');
  expect(api.calls.find(({ route }) => route === 'POST /v1/clients')?.body).toEqual({ name: 'New one' });

  fireEvent.click(screen.getByRole('button', { name: 'New token' }));
  dialog = within(screen.getByRole('dialog'));
  fireEvent.change(dialog.getByLabelText(/^Name/), { target: { value: 'ci' } });
  await dialog.findByRole('option', { name: 'Acme' });
  expect(dialog.getByText('millrace tokens create ci --role viewer --of 1')).toBeTruthy();
  fireEvent.change(dialog.getByLabelText('For'), { target: { value: 'all' } });
  expect(dialog.getByText('millrace tokens create ci --role viewer --all-clients')).toBeTruthy();
  fireEvent.click(dialog.getByRole('button', { name: 'Create' }));
  await screen.findByText('mlr_secret');
  fireEvent.click(screen.getByRole('button', { name: 'I have kept it' }));
  expect(screen.queryByText('mlr_secret')).toBeNull();
});

test('a database is forgotten when its name is typed', async () => {
  const database = {
    ...{ database_id: 3, name: 'shop', kind: 'postgresql', host: 'db', port: 5_432, database: 'shop' },
    ...{ username: 'u', tls_mode: 'require', ca_pem: null, created_at: at },
  };
  const api = fakeApi({
    'GET /v1/databases': { body: { databases: [database], next_cursor: null } },
    'GET /v1/replications': { body: { replications: [], next_cursor: null } },
    'DELETE /v1/databases/3': { body: database },
  });
  show(<DatabasesScreen clientId={1} />);
  fireEvent.click(await screen.findByRole('button', { name: 'Forget' }));
  const dialog = within(screen.getByRole('dialog'));
  const button = dialog.getByRole('button', { name: 'Forget it' }) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  fireEvent.change(dialog.getByLabelText(/Type the name/), { target: { value: 'shop' } });
  fireEvent.click(button);
  await screen.findByText('shop is forgotten.');
  expect(api.calls.some(({ route }) => route === 'DELETE /v1/databases/3')).toBe(true);
});
