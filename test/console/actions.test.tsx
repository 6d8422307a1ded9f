import { expect, test } from '@jest/globals';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { Replication } from '../../console/api/client.ts';
import { ConfirmDialog } from '../../console/parts/confirm-dialog.tsx';
import { Freshness } from '../../console/parts/freshness.tsx';
import { DeadLetters } from '../../console/screens/replication/dead-letters.tsx';
import { SchemaChanges } from '../../console/screens/replication/schema-changes.tsx';
import { fakeApi, problem, replication, show } from './console-world.tsx';

const at = '2026-01-02T03:04:05.000Z';
const causesRoute = 'GET /v1/replications/7/dead-letters/causes';
const causes = {
  replication_id: 7,
  causes: [
    {
      cause: 'ConstraintViolated 23514 small',
      error_code: 'ConstraintViolated',
      table: 'public.items',
      events: 2,
      rows: 2,
      first_at: at,
      last_at: at,
      sample_id: '1',
      sample_message: 'violates check constraint "small"',
    },
  ],
};

test('what destroys something wants the name, and a refusal is shown with what to do', async () => {
  fakeApi({ 'GET /v1/me': problem(409, 'It is used by route 3.') });
  const { getByRole, getByLabelText } = show(
    <ConfirmDialog
      title="Delete it"
      label="Delete"
      line="millrace rm it"
      isDestructive
      nameToType="it"
      done="It is deleted."
      run={async () => {
        throw new Error('It is used by route 3.');
      }}
      onClose={() => undefined}
    />,
  );
  const button = getByRole('button', { name: 'Delete' }) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  fireEvent.change(getByLabelText(/Type the name/), { target: { value: 'another' } });
  expect(button.disabled).toBe(true);
  fireEvent.change(getByLabelText(/Type the name/), { target: { value: 'it' } });
  expect(button.disabled).toBe(false);
  expect(screen.getByText('millrace rm it')).toBeTruthy();
  fireEvent.click(button);
  await within(await screen.findByRole('alert')).findByText('It is used by route 3.');
});

test('dead letters are discarded with a reason and the name, by the line that is shown', async () => {
  const api = fakeApi({
    [causesRoute]: { body: causes },
    'POST /v1/replications/7/dead-letters/discard': {
      status: 202,
      body: { replication_id: 7, action: 'discard', asked: 2, message: '', verdicts: [] },
    },
  });
  show(<DeadLetters clientId={1} replication={replication()} />);
  const cause = await screen.findByRole('region', { name: /small/ });
  fireEvent.click(within(cause).getByRole('button', { name: 'Discard' }));
  const dialog = screen.getByRole('dialog');
  const button = within(dialog).getByRole('button', { name: 'Discard' }) as HTMLButtonElement;
  fireEvent.change(within(dialog).getByLabelText(/Type the name/), {
    target: { value: 'shop to warehouse' },
  });
  expect(button.disabled).toBe(true);
  fireEvent.change(within(dialog).getByLabelText(/Reason/), { target: { value: "it's a test" } });
  expect(button.disabled).toBe(false);
  expect(within(dialog).getByText(/^millrace dlq discard/).textContent).toBe(
    `millrace dlq discard 7 --cause 'ConstraintViolated 23514 small' --table public.items --reason 'it'\\''s a test'`,
  );
  fireEvent.click(button);
  await waitFor(() =>
    expect(api.calls.find(({ route }) => route.startsWith('POST'))?.body).toEqual({
      cause: 'ConstraintViolated 23514 small',
      table: 'public.items',
      reason: "it's a test",
    }),
  );
});

test('a viewer is offered to look, and nothing else', async () => {
  fakeApi({ [causesRoute]: { body: causes } });
  show(<DeadLetters clientId={1} replication={replication()} />, { role: 'viewer' });
  const cause = await screen.findByRole('region', { name: /small/ });
  expect(
    within(cause)
      .getAllByRole('button')
      .map((it) => it.textContent),
  ).toEqual(['Show them']);
  expect(screen.queryByRole('button', { name: 'Change' })).toBeNull();
});

test('without a consumer nothing is replayed, and the screen says what to do', async () => {
  fakeApi({ [causesRoute]: { body: causes } });
  show(<DeadLetters clientId={1} replication={replication({ status: 'stopped' })} />);
  await screen.findByText(/Start or resume the replication first/);
  for (const button of screen.getAllByRole('button', { name: /Dry run|Replay|Discard/ }))
    expect((button as HTMLButtonElement).disabled).toBe(true);
});

test('a decision names the version that was seen, and an edited statement goes with it', async () => {
  const change = {
    replication_id: 7,
    change_id: 'a1',
    version: 3,
    table: 'public.items',
    target_table: 'public.items',
    state: 'waiting',
    way: 'follow',
    kinds: ['add-column'],
    what: 'column color was added',
    message: 'It waits.',
    statements: ['ALTER TABLE "items" ADD COLUMN "color" text'],
    edited_statement: null,
    risk: { level: 'low', message: 'No row is written again.' },
    detected_at: at,
    decided_at: null,
    decided_by: null,
    reason: null,
    closed_at: null,
    note: null,
    before: { columns: [{ name: 'id', type: 'int', not_null: true, generated: false }], primary_key: ['id'] },
    after: {
      columns: [
        { name: 'id', type: 'int', not_null: true, generated: false },
        { name: 'color', type: 'text', not_null: false, generated: false },
      ],
      primary_key: ['id'],
    },
    position: null,
    rehearsal: null,
  };
  const path = '/v1/replications/7/schema-changes';
  const api = fakeApi({
    [`GET ${path}`]: { body: { replication_id: 7, schema_changes: [change], next_cursor: null } },
    [`GET ${path}/a1`]: { body: change },
    [`GET ${policyRoute}`]: { body: policy },
    [`POST ${path}/a1/approve`]: { body: { ...change, state: 'approved' } },
  });
  show(<SchemaChanges clientId={1} replication={replication()} />);
  fireEvent.click(await screen.findByRole('button', { name: 'Decide' }));
  const dialog = screen.getByRole('dialog');
  await within(dialog).findByText('color text');
  expect((within(dialog).getByRole('button', { name: 'Reject' }) as HTMLButtonElement).disabled).toBe(true);
  fireEvent.click(within(dialog).getByRole('button', { name: 'Edit' }));
  fireEvent.change(within(dialog).getByLabelText(/The statement in its place/), {
    target: { value: 'ALTER TABLE "items" ADD COLUMN "color" varchar(20)' },
  });
  expect(within(dialog).getByText(/^millrace ddl approve/).textContent).toContain(
    `millrace ddl approve 7 a1 --seen 3 --statement 'ALTER TABLE`,
  );
  fireEvent.click(within(dialog).getByRole('button', { name: 'Approve' }));
  await waitFor(() =>
    expect(api.calls.find(({ route }) => route.endsWith('/approve'))?.body).toEqual({
      version: 3,
      statement: 'ALTER TABLE "items" ADD COLUMN "color" varchar(20)',
    }),
  );
});

const policyRoute = '/v1/replications/7/schema-policy';
const items = { schema: 'public', table: 'items' };
const policy = {
  preset: 'safe',
  kinds: { truncate: 'ask' },
  tables: [{ source: items, preset: 'strict', kinds: {} }],
  actions: {},
};
const showPolicy = async () => {
  const api = fakeApi({
    'GET /v1/replications/7/schema-changes': {
      body: { replication_id: 7, schema_changes: [], next_cursor: null },
    },
    [`GET ${policyRoute}`]: { body: policy, headers: { etag: 'W/"one"' } },
    [`PUT ${policyRoute}`]: { body: policy },
  });
  const tables = [{ source: items }, { source: { schema: 'public', table: 'orders' } }];
  show(<SchemaChanges clientId={1} replication={replication({ tables: tables as Replication['tables'] })} />);
  const panel = await screen.findByRole('region', { name: 'Policy' });
  fireEvent.click(await within(panel).findByRole('button', { name: 'Change' }));
  const dialog = within(screen.getByRole('dialog'));
  const choose = (label: string | RegExp, value: string) =>
    fireEvent.change(dialog.getByLabelText(label), { target: { value } });
  const line = () => dialog.getByText(/^millrace ddl policy/).textContent;
  const put = async () => {
    fireEvent.click(dialog.getByRole('button', { name: 'Change' }));
    await waitFor(() => expect(api.calls.some(({ route }) => route.startsWith('PUT'))).toBe(true));
    return api.calls.find(({ route }) => route.startsWith('PUT'));
  };
  return { dialog, choose, line, put };
};

test('the policy of all tables is changed by the line that is shown, and no later choice is overwritten', async () => {
  const { dialog, choose, line, put } = await showPolicy();
  expect((dialog.getByRole('button', { name: 'Change' }) as HTMLButtonElement).disabled).toBe(true);
  // What cannot be done at a kind of change is not offered.
  expect(within(dialog.getByLabelText('add-column')).queryByText(/^ignore/)).toBeNull();
  choose('drop-column', 'auto');
  expect(line()).toBe('millrace ddl policy 7 --set drop-column=auto');
  choose('truncate', '');
  choose(/^Preset/, 'mirror');
  expect(line()).toBe('millrace ddl policy 7 --clear --preset mirror --set drop-column=auto');
  const call = await put();
  expect(call?.headers.get('if-match')).toBe('"one"');
  expect(call?.body).toEqual({
    preset: 'mirror',
    kinds: { 'drop-column': 'auto' },
    tables: [{ source: items, preset: 'strict', kinds: {} }],
  });
});

test('a table has a policy of its own, or goes by that of all again', async () => {
  const { choose, line, put } = await showPolicy();
  choose('For', 'public.orders');
  choose('drop-column', 'auto');
  expect(line()).toBe('millrace ddl policy 7 --table public.orders --set drop-column=auto');
  choose('For', 'public.items');
  choose(/^Preset/, '');
  expect(line()).toBe('millrace ddl policy 7 --table public.items --clear');
  expect((await put())?.body).toEqual({ preset: 'safe', kinds: { truncate: 'ask' }, tables: [] });
});

const joining = { include: ['public.*'], exclude: ['public.tmp_*'], found: [] };
const showNewTables = async (current: Replication['new_tables'] = joining) => {
  const api = fakeApi({
    'GET /v1/replications/7/schema-changes': {
      body: { replication_id: 7, schema_changes: [], next_cursor: null },
    },
    [`GET ${policyRoute}`]: { body: policy },
    'GET /v1/replications/7': {
      body: replication({ new_tables: current }),
      headers: { etag: 'W/"two"' },
    },
    'PATCH /v1/replications/7': { body: replication({}) },
  });
  show(<SchemaChanges clientId={1} replication={replication({ new_tables: joining })} />);
  const panel = await screen.findByRole('region', { name: 'New tables' });
  fireEvent.click(within(panel).getByRole('button', { name: 'Change' }));
  const dialog = within(screen.getByRole('dialog'));
  const write = (label: RegExp, value: string) =>
    fireEvent.change(dialog.getByLabelText(label), { target: { value } });
  const line = () => dialog.getByText(/^millrace new-tables/).textContent;
  const sent = () => api.calls.find(({ route }) => route.startsWith('PATCH'));
  return { dialog, write, line, sent };
};

test('which tables join is changed by the line that is shown, against the state that was read', async () => {
  const { dialog, write, line, sent } = await showNewTables();
  expect((dialog.getByRole('button', { name: 'Change' }) as HTMLButtonElement).disabled).toBe(true);
  write(/^Tables that join/, ' public.*\nsales.*\n\nsales.*');
  expect(line()).toBe(
    "millrace new-tables 7 --include 'public.*' --include 'sales.*' --exclude 'public.tmp_*'",
  );
  write(/^Tables that stay out/, '');
  expect(line()).toBe("millrace new-tables 7 --include 'public.*' --include 'sales.*' --clear-exclude");
  fireEvent.click(dialog.getByRole('button', { name: 'Change' }));
  await waitFor(() => expect(sent()).toBeTruthy());
  expect(sent()?.headers.get('if-match')).toBe('"two"');
  expect(sent()?.body).toEqual({ new_tables: { include: ['public.*', 'sales.*'], exclude: [] } });
});

test('with no pattern no table joins any more', async () => {
  const { dialog, write, line, sent } = await showNewTables();
  write(/^Tables that join/, '');
  expect(line()).toBe('millrace new-tables 7 --off');
  fireEvent.click(dialog.getByRole('button', { name: 'Let none join' }));
  await waitFor(() => expect(sent()?.body).toEqual({ new_tables: null }));
});

test('a choice that someone made meanwhile is not overwritten', async () => {
  const { dialog, write, sent } = await showNewTables({ ...joining, include: ['sales.*'] });
  write(/^Tables that join/, 'public.a*');
  fireEvent.click(dialog.getByRole('button', { name: 'Change' }));
  await dialog.findByText(/Someone has changed which tables join/);
  expect(sent()).toBeUndefined();
});

test('what is shown is called stale when its polls fail', () => {
  const seen = Date.now() - 60_000;
  show(<Freshness query={{ dataUpdatedAt: seen, isError: true, errorUpdateCount: 3 }} />);
  expect(screen.getByText(/^stale since/)).toBeTruthy();
});
