import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { isShortForm } from '#test/kit/short-form.ts';
import {
  awaitLive,
  createReplication,
  createTenant,
  startAndAwaitActive,
  type Tenant,
  waitFor,
} from '../chain/harness.ts';
import {
  clientIdOf,
  consoleAddress,
  describeInBrowser,
  launchBrowser,
  type OpenPage,
  openPage,
  openPictureBook,
  signInLink,
} from './browser.ts';

/** What an engineer on call does with a replication that runs. Each test goes on where the one before has ended. */

/** It waits for health checks, retries and starts: minutes. */
const describeInLongForm = isShortForm ? describe.skip : describeInBrowser;

describeInLongForm('a running replication in the console', () => {
  let browser: Browser;
  let tenant: Tenant;
  let clientId: number;
  let id: number;
  let heldId: number;
  let name: string;
  let open: OpenPage;
  let receiver: Server;
  let received = 0;
  const { look, violations } = openPictureBook(() => open.page);
  const goTo = (path: string) =>
    open.page.goto(`${consoleAddress()}/clients/${clientId}/${path}`, { waitUntil: 'domcontentloaded' });
  const goToTab = (tab: string) => goTo(`replications/${id}/${tab}`);

  beforeAll(async () => {
    browser = await launchBrowser();
    tenant = await createTenant('operate');
    clientId = await clientIdOf(tenant);
    await tenant.source.query('CREATE TABLE items (id int PRIMARY KEY, amount int, note text)');
    await tenant.source.query(`INSERT INTO items VALUES (1, 1, 'one')`);
    id = (await createReplication(tenant, [{ source: { table: 'items' }, target: { table: 'items' } }])).id;
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    ({ name } = (await tenant.api.get(`/replications/${id}`)).body);
    receiver = createServer((_request, response) => {
      received += 1;
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    open = await openPage(browser);
    await open.page.goto(signInLink());
    await open.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  }, 480_000);

  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => receiver?.close(resolve));
    for (const one of [id, heldId]) if (one !== undefined) await tenant?.api.delete(`/replications/${one}`);
    await tenant?.close();
  }, 120_000);

  test('replays a dead letter once the target takes its row, and discards another', async () => {
    const { page } = open;
    await goToTab('dead-letters');
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
    await look('dead-letters-none');
    await page.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^continue/).check();
    await look('dead-letters-policy');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('The change becomes a dead letter').waitFor();
    await tenant.target.query('ALTER TABLE items ADD CONSTRAINT small CHECK (amount < 100)');
    await tenant.source.query(`INSERT INTO items VALUES (2, 200, 'two'), (3, 300, 'three'), (4, 4, 'four')`);
    const cause = page.getByRole('region', { name: /small/ });
    await cause.getByText('2 rows, 2 changes').waitFor({ timeout: 120_000 });
    await look('dead-letters');
    await cause.getByRole('button', { name: 'Show them' }).click();
    await dialog.getByRole('row').nth(2).waitFor();
    await look('dead-letters-events');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await cause.getByRole('button', { name: 'Dry run' }).click();
    await dialog.getByText('Still fails').first().waitFor({ timeout: 60_000 });
    await look('dead-letters-dry-run');
    await tenant.target.query('ALTER TABLE items DROP CONSTRAINT small');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByText('Would apply').first().waitFor({ timeout: 60_000 });
    await dialog.getByRole('button', { name: 'Close' }).click();
    await cause.getByRole('button', { name: 'Replay' }).click();
    await dialog.getByLabel(/Reason/).fill('the check is gone');
    expect(await dialog.getByText(/millrace dlq replay/).textContent()).toContain(
      `--reason 'the check is gone'`,
    );
    await dialog.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor({ timeout: 120_000 });
    expect((await tenant.target.query('SELECT id FROM items WHERE id IN (2, 3)')).rowCount).toBe(2);

    await tenant.target.query('ALTER TABLE items ADD CONSTRAINT small CHECK (amount < 1000)');
    await tenant.source.query(`INSERT INTO items VALUES (5, 5000, 'five')`);
    await cause.getByRole('button', { name: 'Discard' }).click({ timeout: 120_000 });
    const discard = dialog.getByRole('button', { name: 'Discard' });
    expect(await discard.isDisabled()).toBe(true);
    await dialog.getByLabel(/Reason/).fill('test data');
    expect(await discard.isDisabled()).toBe(true);
    await dialog.getByLabel(/Type the name/).fill(name);
    await look('dead-letters-discard');
    await discard.click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor({ timeout: 120_000 });
    expect((await tenant.target.query('SELECT id FROM items WHERE id = 5')).rowCount).toBe(0);
  }, 600_000);

  test('has a kind of change wait, approves one that was rehearsed, and sees it done', async () => {
    const { page } = open;
    await goToTab('schema-changes');
    await page.getByRole('heading', { name: 'No change waits' }).waitFor();
    await look('schema-changes-none');
    const policy = page.getByRole('region', { name: 'Policy' });
    await policy.getByText('safe').first().waitFor();
    await policy.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Single kinds of change').click();
    await dialog.getByRole('combobox', { name: 'add-column', exact: true }).selectOption('ask');
    expect(await dialog.getByText(/^millrace ddl policy/).textContent()).toBe(
      `millrace ddl policy ${id} --set add-column=ask`,
    );
    await look('schema-changes-policy');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await policy.getByText('Single kinds of change: add-column=ask.').waitFor();

    await tenant.source.query('ALTER TABLE items ADD COLUMN color text');
    await tenant.source.query(`INSERT INTO items VALUES (7, 7, 'seven', 'red')`);
    const change = page.getByRole('row', { name: /public\.items/ });
    await change.getByText('Waiting').waitFor({ timeout: 120_000 });
    await look('schema-changes');
    await change.getByRole('button', { name: 'Decide' }).click();
    await dialog.getByText('color text').first().waitFor();
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    await dialog.getByText('It works').waitFor({ timeout: 60_000 });
    await look('schema-changes-decide');
    expect(await dialog.getByText(/^millrace ddl approve/).textContent()).toContain(`ddl approve ${id} `);
    await dialog.getByRole('button', { name: 'Approve' }).click();
    // Nothing is clicked: the list says by itself what became of it.
    await change.getByText('Applied').waitFor({ timeout: 120_000 });
    await waitFor('the row with its new column', 60_000, async () => {
      const { rows } = await tenant.target.query('SELECT color FROM items WHERE id = 7');
      return rows[0]?.color === 'red' ? true : undefined;
    });
  }, 420_000);

  test('shows the connector with its configuration, and restarts one task', async () => {
    const { page } = open;
    await goToTab('capture');
    const connector = page.getByRole('region', { name: 'Connector', exact: true });
    await connector.getByText('Running').first().waitFor();
    expect(await connector.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    const configuration = page.getByRole('region', { name: 'Configuration', exact: true });
    await configuration.getByText('database.password').waitFor();
    expect(await configuration.textContent()).toContain('***');
    await look('capture');
    await page.getByLabel('Search the configuration').fill('nothing of that name');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await connector.getByRole('button', { name: 'Restart task 0' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByText(/millrace connectors restart/).textContent()).toContain('--task 0');
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await page.getByText('Task 0 is restarted.').waitFor();
    await connector.getByRole('table').getByText('Running').waitFor({ timeout: 60_000 });
    const { activity } = (await tenant.api.get(`/replications/${id}/activity`)).body;
    expect(activity.map(({ action }: { action: string }) => action)).toContain('connector-task-restarted');
  }, 240_000);

  test('follows the log, by part, level and text', async () => {
    const { page } = open;
    await goToTab('logs');
    const log = page.getByRole('list', { name: 'Log' });
    await log.getByRole('listitem').first().waitFor({ timeout: 60_000 });
    await look('logs');
    await page.getByLabel('Part').selectOption('consumer');
    await waitFor('only lines of the consumer', 60_000, async () => {
      const parts = await log.locator('li > span:nth-of-type(2)').allTextContents();
      return parts.length > 0 && parts.every((part) => part === 'consumer') ? true : undefined;
    });
    await page.getByLabel('Search the log').fill('no line says this');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor({ timeout: 60_000 });
    await look('logs-nothing-matches');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await log.getByRole('listitem').first().waitFor({ timeout: 60_000 });
    const before = await log.getByRole('listitem').count();
    // Nothing is clicked: the line of what happens now comes by itself.
    await tenant.api.post(`/connectors/${await connectorName()}/restart`);
    await waitFor('a line more', 120_000, async () =>
      (await log.getByRole('listitem').count()) > before ? true : undefined,
    );
  }, 300_000);

  const connectorName = async (): Promise<string> =>
    (await tenant.api.get(`/replications/${id}`)).body.connector_name;

  test('says what the source keeps, and which transaction holds its log', async () => {
    const { page } = open;
    await tenant.source.query('BEGIN; INSERT INTO items VALUES (6, 6, NULL)');
    await goToTab('source');
    await page.getByRole('region', { name: 'Created at the source' }).getByText('replication slot').waitFor();
    await page
      .getByRole('region', { name: 'Open transactions' })
      .getByText(/^pid \d+ of user/)
      .first()
      .waitFor();
    await page.getByText('Captured up to').waitFor();
    await look('source-safety');
    await tenant.source.query('ROLLBACK');
  }, 120_000);

  test('has alerts sent to a channel by a route, tests it, and mutes them', async () => {
    const { page } = open;
    await goTo('alerts');
    await page.getByRole('region', { name: 'Incidents' }).first().waitFor();
    await look('alerts-incidents');
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByRole('heading', { name: 'No channels yet' }).waitFor();
    await look('alerts-no-channels');
    await page.getByRole('button', { name: 'Add a channel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('on call');
    await dialog.getByLabel('Kind').selectOption('webhook');
    await dialog
      .getByLabel('URL')
      .fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/secret-path`);
    await look('alerts-add-channel');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText(/^whsec_/).waitFor();
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    const row = page.getByRole('row', { name: /on call/ });
    expect(await row.textContent()).not.toContain('secret-path');
    await row.getByRole('button', { name: 'Test' }).click();
    await dialog.getByText('Delivered').waitFor({ timeout: 60_000 });
    expect(received).toBe(1);
    await look('alerts-test');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await look('alerts-channels');

    await page.getByRole('link', { name: 'Routes' }).click();
    await page.getByRole('button', { name: 'Add a route' }).click();
    await dialog.getByLabel('on call').check();
    await dialog.getByText('Every condition; choose some').click();
    await dialog.getByLabel('Dead letters').check();
    await look('alerts-add-route');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('cell', { name: 'Dead letters' }).waitFor();
    await look('alerts-routes');

    await page.getByRole('link', { name: 'Mutes' }).click();
    await page.getByRole('button', { name: 'Mute alerts' }).click();
    await dialog.getByLabel(/^Replication/).selectOption({ label: name });
    await dialog.getByLabel(/Reason/).fill('moving the target');
    await look('alerts-mute');
    await dialog.getByRole('button', { name: 'Mute' }).click();
    await page.getByRole('cell', { name: 'moving the target' }).waitFor();
    await look('alerts-mutes');
    await page.getByRole('button', { name: 'End it' }).click();
    await dialog.getByRole('button', { name: 'End it' }).click();
    await page.getByRole('heading', { name: 'Nothing is muted' }).waitFor();

    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByRole('cell', { name: 'Millrace: a test' }).first().waitFor();
    await look('alerts-deliveries');
    // Of this channel alone: others of the stack may have failed.
    await page.getByLabel('Channel').selectOption({ label: 'on call' });
    await page.getByLabel('State').selectOption('failed');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('link', { name: 'Channels' }).click();
    await row.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByLabel(/Type the name/).fill('on call');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText(/route/).first().waitFor();
  }, 240_000);

  test('shows one table that is held while the other goes on, and copies it again', async () => {
    const { page } = open;
    const dialog = page.getByRole('dialog');
    await tenant.source.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      CREATE TABLE parts (id int PRIMARY KEY, amount int);
      INSERT INTO orders VALUES (1, 'one');
      INSERT INTO parts VALUES (1, 1);`);
    heldId = (
      await createReplication(
        tenant,
        ['orders', 'parts'].map((table) => ({ source: { table }, target: { table } })),
        { name: 'orders and parts' },
      )
    ).id;
    await goTo(`replications/${heldId}`);
    await page.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText(`millrace start ${heldId}`).waitFor();
    await look('start');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await awaitLive(tenant, heldId, 180_000);
    await tenant.target.query('ALTER TABLE parts ADD CONSTRAINT few CHECK (amount < 100)');
    await tenant.source.query('INSERT INTO parts VALUES (2, 500)');
    await page.getByRole('link', { name: 'public.parts is held' }).click({ timeout: 120_000 });
    expect(page.url()).toContain('/tables?state=held');
    const parts = page.getByRole('row', { name: /public\.parts/ });
    await parts.getByText('Held').waitFor();
    expect(await parts.textContent()).toMatch(/few/);
    expect(await page.getByRole('row', { name: /public\.orders/ }).count()).toBe(0);
    await tenant.source.query(`INSERT INTO orders VALUES (2, 'two')`);
    await waitFor('the row of the other table', 60_000, async () =>
      (await tenant.target.query('SELECT 1 FROM orders WHERE id = 2')).rowCount === 1 ? true : undefined,
    );
    await page.getByLabel('State').selectOption('');
    const orders = page.getByRole('row', { name: /public\.orders/ });
    await waitFor('the counter of the other table', 60_000, async () =>
      (await orders.getByRole('cell').nth(3).textContent()) === '1' ? true : undefined,
    );
    await look('tables-one-held');
    await page.getByRole('link', { name: 'Overview' }).click();
    const checks = page.getByRole('region', { name: 'Health checks' });
    await checks.getByRole('link', { name: 'table-held', exact: true }).waitFor();
    await page.goto(`${consoleAddress()}/?state=needs-you&client=${clientId}`);
    // The fleet goes by the health check of a minute.
    await page
      .getByRole('row', { name: /orders and parts/ })
      .getByText('Needs you')
      .waitFor({ timeout: 150_000 });
    await look('fleet-needs-you');
    await tenant.target.query('ALTER TABLE parts DROP CONSTRAINT few');
    await goTo(`replications/${heldId}/tables`);
    await parts.getByRole('button', { name: 'Copy again' }).click();
    await dialog.getByLabel(/Type the name/).fill('public.parts');
    await look('table-resync');
    await dialog.getByRole('button', { name: 'Copy again' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await parts.getByText('Live').waitFor({ timeout: 180_000 });
    expect((await tenant.target.query('SELECT 1 FROM parts WHERE amount = 500')).rowCount).toBe(1);
  }, 720_000);

  test('asks before each action, and breaks no rule while it asks', async () => {
    const { page } = open;
    const dialog = page.getByRole('dialog');
    const seeAndLeave = async (picture: string): Promise<void> => {
      await dialog.waitFor();
      await look(picture);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    };
    await goTo(`replications/${heldId}`);
    const actions = page.getByRole('toolbar', { name: 'Actions' });
    for (const action of ['Pause', 'Stop', 'Restart', 'Copy again']) {
      await actions.getByRole('button', { name: action, exact: true }).click();
      await seeAndLeave(`ask-${action.toLowerCase().replaceAll(' ', '-')}`);
    }
    await goTo(`replications/${heldId}/tables`);
    await page.getByRole('button', { name: 'Add tables' }).click();
    await dialog.getByText('public.items').waitFor();
    await seeAndLeave('tables-add');
    await page
      .getByRole('row', { name: /public\.parts/ })
      .getByRole('button', { name: 'Remove' })
      .click();
    await seeAndLeave('table-remove');

    await page.goto(`${consoleAddress()}/?client=${clientId}`);
    await page.getByLabel('Select orders and parts').check();
    await page.getByLabel(`Select ${name}`).check();
    await page.getByRole('button', { name: 'Restart' }).click();
    await dialog.getByText(/^for id in \d+ \d+; do millrace restart "\$id"; done$/).waitFor();
    await seeAndLeave('fleet-bulk');

    await goTo('databases');
    await page.getByRole('button', { name: 'New password' }).first().click();
    await seeAndLeave('database-password');
    const unused = (
      await tenant.api.post('/databases', {
        ...{ name: 'unused', kind: 'postgresql', host: 'db.invalid', port: 5_432, database: 'shop' },
        ...{ username: 'u', password: 'p' },
      })
    ).body;
    const row = page.getByRole('row', { name: /unused/ });
    await row.waitFor({ timeout: 60_000 });
    await row.getByRole('button', { name: 'Forget' }).click();
    await dialog.getByLabel(/Type the name/).fill(unused.name);
    await look('database-forget');
    await dialog.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText('unused is forgotten.').waitFor();

    await page.goto(`${consoleAddress()}/settings`);
    await page
      .getByRole('region', { name: 'Versions' })
      .getByText(/^\d+\.\d+\.\d+/)
      .waitFor();
    await page.getByRole('button', { name: 'New client' }).click();
    await seeAndLeave('client-new');
    await page.getByRole('button', { name: 'New token' }).click();
    await dialog.getByLabel(/^Name/).fill('pager');
    await dialog.getByLabel('For').selectOption(String(clientId));
    await look('token-new');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText(/^mlr_/).waitFor();
    await look('token-shown-once');
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    const token = page.getByRole('row', { name: /pager/ });
    await token.waitFor();
    await look('settings');
    await token.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByLabel(/Type the name/).fill('pager');
    await look('token-revoke');
    await dialog.getByRole('button', { name: 'Revoke it' }).click();
    await token.waitFor({ state: 'detached' });

    await goTo('replications/999999');
    await page.getByRole('heading', { name: 'It is not here' }).waitFor();
    await look('gone');
    await page.goto(`${consoleAddress()}/no/such/page`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await look('no-page');
    await page.goto(`${consoleAddress()}/runbook/nothing`);
    await page.getByRole('heading', { name: 'There is no such page of the runbook' }).waitFor();
    await look('runbook-no-page');
    for (const part of ['README', 'held-table']) {
      await page.goto(`${consoleAddress()}/runbook/${part}`);
      await page.getByRole('article').getByRole('heading').first().waitFor();
      await look(`runbook-${part.toLowerCase()}`);
    }
  }, 480_000);

  test('has broken no rule of WCAG AA and none of its own policy on the way', () => {
    expect(violations).toEqual([]);
    expect(open.complaints).toEqual([]);
  });
});
