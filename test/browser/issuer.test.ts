import type { Server } from 'node:http';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { createConsoleServer } from '../../local/console/console-server.ts';
import { consoleAssets } from '../../local/console.ts';
import { findFreePort, loopback } from '../../local/ports.ts';
import { emulatorClientConfig, runningStack } from '../chain/harness.ts';
import { describeInBrowser, inspect, launchBrowser, openPage } from './browser.ts';
import { consoleClientId, type Issuer, startIssuer } from './issuer.ts';

/** The authorizer of the stack, of which the environment is another while the tests run. */
const authorizer = 'millrace-local-authorize';

describeInBrowser('signing in with an OpenID Connect issuer', () => {
  let browser: Browser;
  let issuer: Issuer;
  let stranger: Issuer;
  let origin: string;
  let server: Server;
  let before: Record<string, string>;
  const lambda = new LambdaClient(emulatorClientConfig(runningStack()));

  const setEnvironment = async (variables: Record<string, string>): Promise<void> => {
    await lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: authorizer,
        Environment: { Variables: variables },
      }),
    );
  };

  beforeAll(async () => {
    const port = await findFreePort();
    origin = `http://${loopback}:${port}`;
    issuer = await startIssuer(origin, { millrace_role: 'operator', millrace_client: '*' });
    stranger = await startIssuer(origin, {});
    const { Environment } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: authorizer }),
    );
    before = Environment?.Variables ?? {};
    await setEnvironment({
      ...before,
      MILLRACE_OIDC_ISSUER: issuer.url,
      MILLRACE_OIDC_AUDIENCE: consoleClientId,
      MILLRACE_OIDC_ROLE_CLAIM: 'millrace_role',
      MILLRACE_OIDC_CLIENT_CLAIM: 'millrace_client',
    });
    server = createConsoleServer(port, {
      assets: consoleAssets,
      apiUrl: () => runningStack().api.url,
      readAdminToken: () => Promise.reject(new Error('nobody signs in by a link here')),
      takeSignInCode: () => false,
      signIn: {
        issuer: issuer.url,
        client_id: consoleClientId,
        scope: 'openid email',
        token: 'id_token',
      },
    });
    await new Promise<void>((resolve) => server.listen(port, loopback, resolve));
    browser = await launchBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    if (before !== undefined) await setEnvironment(before);
    lambda.destroy();
    await issuer?.close();
    await stranger?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }, 60_000);

  test('goes to the issuer and back to where one wanted to be, and keeps no token that scripts could read', async () => {
    const { page, complaints, close } = await openPage(browser);
    await page.goto(`${origin}/settings`);
    await page.getByRole('button', { name: /^Sign in with/ }).waitFor();
    expect(await inspect(page, 'sign-in-issuer')).toEqual([]);
    await page.getByRole('button', { name: /^Sign in with/ }).click();
    await page.waitForURL(`${issuer.url}/**`);
    await page.locator('input[name="login"]').fill('dana');
    await page.locator('input[name="password"]').fill('any');
    await page.locator('button[type="submit"]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(page.url()).toBe(`${origin}/settings`);
    await page.getByText('dana@example.com').first().waitFor();
    await page.getByText('operator: also changes, starts and stops').waitFor();
    const kept = await page.evaluate(
      'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)',
    );
    expect(kept).not.toContain('eyJ');
    expect(complaints).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /^Sign in with/ }).waitFor();
    await close();
  }, 120_000);

  test('an answer that was not asked for here opens no session', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(`${origin}/sign-in/callback?code=stolen&state=made-up&iss=${issuer.url}`);
    await page.getByText('This sign-in was not begun here').waitFor();
    expect((await page.context().cookies()).filter(({ name }) => name.includes('millrace'))).toEqual([]);
    await close();
  });

  test('the page may ask this issuer, and no other', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(origin);
    const ask = (url: string): Promise<unknown> =>
      page.evaluate(`fetch('${url}/.well-known/openid-configuration').then((it) => it.ok, () => false)`);
    expect(await ask(issuer.url)).toBe(true);
    expect(await ask(stranger.url)).toBe(false);
    await close();
  });
});
