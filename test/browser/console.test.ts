import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { isShortForm, testInLongForm } from '#test/kit/short-form.ts';
import { haltPart, startPart } from '../../local/parts.ts';
import { stateFolder } from '../../local/state-folder.ts';
import { adminApi, createTenant, runningStack, type Tenant, waitFor } from '../chain/harness.ts';
import {
  clientIdOf,
  consoleAddress,
  describeInBrowser,
  inspect,
  launchBrowser,
  type OpenPage,
  openPage,
  openPictureBook,
  signInLink,
  takesGuidePictures,
} from './browser.ts';

/** So that the charts of the pictures have something to draw. */
const writeForMinutes = async (tenant: Tenant, minutes: number): Promise<void> => {
  const end = Date.now() + minutes * 60_000;
  for (let round = 0; Date.now() < end; round += 1) {
    const rows = 40 + Math.round(30 * Math.sin(round / 20));
    await tenant.source.query('UPDATE orders SET note = $1 WHERE id <= $2', [`round ${round}`, rows]);
    await tenant.source.query(
      'INSERT INTO orders SELECT n, 1, n, $1 FROM generate_series($2::int, $3::int) n',
      ['written while the pictures are taken', 100_000 + round * 200, 100_000 + round * 200 + rows],
    );
    await sleep(500);
  }
};

/**
 * The whole way of an operator in a real browser, from no databases to a live replication, a fault and its recovery. The tests are one
 * story: each goes on where the one before has ended.
 */

describeInBrowser("the operator's console", () => {
  let browser: Browser;
  let tenant: Tenant;
  let clientId: number;
  let open: OpenPage;
  const { look, violations } = openPictureBook(() => open.page);

  beforeAll(async () => {
    browser = await launchBrowser();
    tenant = await createTenant('console');
    clientId = await clientIdOf(tenant);
    // The story registers them by itself.
    for (const id of [tenant.sourceDatabaseId, tenant.targetDatabaseId])
      await tenant.api.delete(`/databases/${id}`);
    await tenant.source.query(`
      CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, card text);
      CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int NOT NULL, total numeric(12,2), note text);
      CREATE TABLE loose_ends (note text);
      INSERT INTO customers SELECT n, 'Customer ' || n, '4000-' || n FROM generate_series(1, 2000) n;
      INSERT INTO orders SELECT n, 1 + n % 2000, n * 1.25, repeat('x', 200) FROM generate_series(1, 60000) n;
      ANALYZE;`);
    open = await openPage(browser);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await tenant?.close();
  });

  test('refuses a wrong token, and takes a link once', async () => {
    const { page } = open;
    await page.goto(consoleAddress());
    await page.getByLabel('Token').fill('mlr_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await look('sign-in');
    const link = signInLink();
    await page.goto(link);
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain('mlr');
    expect(await page.evaluate('document.cookie')).toBe('');
    const another = await openPage(browser);
    await another.page.goto(link);
    await another.page.getByText('That link was used already').waitFor();
    await another.close();
  });

  test('registers a source and a target, and tests them', async () => {
    const { page } = open;
    await page.goto(`${consoleAddress()}/clients/${clientId}/databases`);
    await page.getByRole('heading', { name: 'No databases yet' }).waitFor();
    await look('databases-empty');
    for (const side of ['source', 'target'] as const) {
      const settings = runningStack()[side];
      await page.getByRole('button', { name: 'Register a database' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill(`shop ${side}`);
      await dialog.getByLabel('Host').fill(settings.host);
      await dialog.getByLabel('Port').fill(String(settings.port));
      await dialog.getByLabel('Database').fill(tenant.databaseName);
      await dialog.getByLabel('User').fill(settings.user);
      await dialog.getByLabel('Password').fill(settings.password);
      await dialog.getByLabel('TLS').selectOption('disable');
      if (side === 'source') await look('database-register');
      await dialog.getByRole('button', { name: 'Register' }).click();
      await page.getByText('As a source').waitFor();
      if (side === 'source') await look('database-test');
      await page.getByRole('button', { name: 'Close', exact: true }).first().click();
    }
    await page.getByRole('cell', { name: 'shop target', exact: true }).waitFor();
    await look('databases');
  });

  test('discovers tables, maps them, and creates a replication that does not run', async () => {
    const { page } = open;
    await page.getByRole('link', { name: 'New replication' }).click();
    await page.getByLabel('Where the changes come from').selectOption({ index: 1 });
    await page.getByLabel('Where they go to').selectOption({ index: 2 });
    await look('new-databases');
    await page.getByRole('button', { name: 'Next: Tables' }).click();
    await page.getByText('public.loose_ends').waitFor();
    expect(await page.getByLabel('Choose public.loose_ends').isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Choose all 2 shown' }).click();
    await look('new-tables');
    await page.getByRole('button', { name: 'Next: Mapping' }).click();
    await page.getByLabel('Target table of public.customers').fill('people');
    await page.getByRole('button', { name: 'Change columns' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Column at the source').fill('card');
    await dialog.getByLabel('Leave it out').check();
    await look('new-columns');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await look('new-mapping');
    await page.getByRole('button', { name: 'Next: Plan' }).click();
    await page.getByText('The same as a file').waitFor();
    await look('new-plan');
    await page.getByRole('button', { name: 'Create the replication' }).click();
    await page.getByText('Ready to start').waitFor({ timeout: 60_000 });
    await look('new-checks');
    const [replication] = (await tenant.api.get('/replications')).body.replications;
    expect(replication.status).toBe('configured');
  }, 300_000);

  test('starts it, and shows the copy until every table is live', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Start it' }).click();
    await page.getByRole('heading', { name: 'Copy', exact: true }).waitFor();
    await page.getByRole('table', { name: 'Copy of each table' }).waitFor({ timeout: 120_000 });
    await look('copy');
    await page.getByRole('link', { name: 'Tables', exact: true }).click();
    await waitFor('both tables to be live on the screen', 120_000, async () =>
      (await page.getByText('Live', { exact: true }).count()) === 2 ? true : undefined,
    );
    await look('tables');
    const { rows } = await tenant.target.query('SELECT count(*)::int AS count FROM people');
    expect(rows[0].count).toBe(2_000);
  }, 300_000);

  test('shows a change that arrives, without a reload', async () => {
    const { page } = open;
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Rows at the target').waitFor();
    await tenant.source.query(`INSERT INTO customers VALUES (9001, 'New one', NULL)`);
    await waitFor('the row in the target', 60_000, async () =>
      (await tenant.target.query('SELECT 1 FROM people WHERE id = 9001')).rowCount === 1 ? true : undefined,
    );
    // A head, and thirteen checks.
    await page.getByRole('region', { name: 'Health checks' }).getByRole('row').nth(13).waitFor();
    const inserted = page.locator('dt', { hasText: 'Inserted' }).locator('xpath=following-sibling::dd[1]');
    await waitFor('the counter of inserted rows', 60_000, async () =>
      Number(await inserted.textContent()) >= 1 ? true : undefined,
    );
    // The health check looks once a minute; the short form does not wait for it.
    if (!isShortForm)
      await waitFor('it to be healthy', 150_000, async () =>
        (await page.getByLabel('Why').getByText('Healthy').count()) > 0 ? true : undefined,
      );
    await look('replication');
    await page.getByRole('link', { name: 'Tables', exact: true }).click();
    // A table that was quiet is told of within seconds.
    const people = page.getByRole('row', { name: /public\.customers/ });
    await waitFor('the counter of the table', 60_000, async () =>
      Number(await people.getByRole('cell').nth(3).textContent()) >= 1 ? true : undefined,
    );
    expect(await people.textContent()).toMatch(/ ago|now/);
    await page.getByRole('link', { name: 'Overview' }).click();
  }, 300_000);

  test('chooses which tables join when they are created', async () => {
    const { page } = open;
    await page.getByRole('link', { name: 'Schema changes' }).click();
    const panel = page.getByRole('region', { name: 'New tables' });
    await panel.getByText('No table joins').waitFor();
    await panel.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Tables that join/).fill('public.later_*');
    await dialog.getByLabel(/^Tables that stay out/).fill('public.later_tmp');
    await look('new-tables');
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await panel.getByText('public.later_*').waitFor();
    if (!isShortForm) {
      await tenant.source.query(
        'CREATE TABLE later_1 (id int PRIMARY KEY); CREATE TABLE later_tmp (id int PRIMARY KEY)',
      );
      await panel.getByText('public.later_1').waitFor({ timeout: 150_000 });
      expect(await panel.textContent()).toContain('public.later_1 waits for a person');
      await tenant.source.query('DROP TABLE later_1');
    }
    await panel.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel(/^Tables that join/).fill('');
    await dialog.getByRole('button', { name: 'Let none join' }).click();
    await panel.getByText('No table joins').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
  }, 300_000);

  testInLongForm(
    'says why when the target is down, and that it is well again',
    async () => {
      const { page } = open;
      const folder = stateFolder();
      if (takesGuidePictures) await writeForMinutes(tenant, 5);
      await tenant.target.end();
      await haltPart('target', folder);
      try {
        await tenant.source.query(`INSERT INTO customers VALUES (9002, 'Waits', NULL)`);
        const why = page.getByRole('region', { name: 'Why' });
        await why.getByText(/Degraded|Failed/).waitFor({ timeout: 180_000 });
        await why.getByText('What to do').waitFor();
        // The head says the same at once, and not at its next poll.
        await page
          .locator('.screen-head')
          .getByText(/Degraded|Failed/)
          .waitFor({ timeout: 3_000 });
        await look('replication-fault');
        const checks = page.getByRole('region', { name: 'Health checks' });
        await checks.getByText('Failing').first().waitFor();
        // Nobody can tell whether the target keeps up while its consumer cannot reach it.
        expect(await checks.getByRole('row', { name: /The target keeps up/ }).textContent()).toContain(
          'Unknown',
        );
        await checks.scrollIntoViewIfNeeded();
        await look('replication-checks');
        await checks.getByRole('link', { name: 'consumer-retrying' }).first().click();
        await page.getByRole('heading', { name: 'consumer-retrying', exact: true }).waitFor();
        expect(page.url()).toMatch(/\/runbook\/health#consumer-retrying$/);
        await look('runbook');
        await page.goBack();
        await page.getByRole('region', { name: 'Why' }).waitFor();
      } finally {
        await startPart('target', folder);
      }
      await page.getByRole('region', { name: 'Why' }).getByText('Healthy').waitFor({ timeout: 240_000 });
      await page.getByRole('link', { name: 'Incidents' }).last().click();
      await page
        .getByText(/Closed|There was no incident/)
        .first()
        .waitFor();
      await look('replication-incidents');
      await page.getByRole('link', { name: 'Activity' }).last().click();
      await page.getByRole('listitem').first().waitFor();
      await look('replication-activity');
      await page.getByRole('link', { name: 'Configuration' }).click();
      await look('replication-configuration');
    },
    takesGuidePictures ? 1_200_000 : 480_000,
  );

  test('is used by the keyboard alone', async () => {
    const { page } = open;
    await page.goto(consoleAddress());
    await page.getByRole('table', { name: 'Replications' }).waitFor();
    await page.locator('body').press('/');
    await page.keyboard.type('shop source');
    await page.getByText('“shop source”').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.locator('[role="table"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-row="0"] :focus').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('toolbar', { name: 'Actions' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await look('keys');
    await page.keyboard.press('Escape');
    // Keys that come before it is closed are for the dialog.
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    await look('fleet');
    for (const [key, heading] of [
      ['i', 'Alerts'],
      ['a', 'Activity'],
      ['s', 'Settings'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page.waitForTimeout(500);
      await look(heading.toLowerCase());
    }
  }, 300_000);

  test('lets a viewer look, and act on nothing', async () => {
    const admin = await adminApi();
    const { token } = (await admin.post(`/clients/${clientId}/tokens`, { name: 'a viewer', role: 'viewer' }))
      .body;
    const viewer = await openPage(browser);
    await viewer.page.goto(consoleAddress());
    await viewer.page.getByLabel('Token').fill(token);
    await viewer.page.keyboard.press('Enter');
    await viewer.page.getByRole('link', { name: /shop source/ }).click();
    await viewer.page.getByRole('region', { name: 'Flow' }).waitFor();
    expect(await viewer.page.getByRole('button', { name: /Start|Stop|Delete|Pause/ }).count()).toBe(0);
    await viewer.page.goto(`${consoleAddress()}/settings`);
    await viewer.page.getByRole('heading', { name: 'No permission' }).waitFor();
    if (!isShortForm) violations.push(...(await inspect(viewer.page, 'no-permission')));
    await viewer.page.getByRole('button', { name: 'Sign out' }).click();
    await viewer.page.getByLabel('Token').waitFor();
    const answer = await viewer.page.request.get(`${consoleAddress()}/v1/me`, {
      headers: { 'x-millrace-console': '1' },
    });
    expect(answer.status()).toBe(401);
    await viewer.close();
  });

  test('deletes it when its name is typed, and shows what became of it', async () => {
    const { page } = open;
    const [{ replication_id: id, name }] = (await tenant.api.get('/replications')).body.replications;
    await page.goto(`${consoleAddress()}/clients/${clientId}/replications/${id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/Type the name/).fill(name);
    await look('delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('region', { name: 'Deletion' }).getByText('Done').waitFor({ timeout: 180_000 });
    await look('deleted');
  }, 240_000);

  test('has broken no rule of WCAG AA and none of its own policy on the way', () => {
    expect(violations).toEqual([]);
    expect(open.complaints).toEqual([]);
  });
});
