import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { describe } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { consoleSignInLink, consoleUrl } from '../../local/console.ts';
import { projectRoot, stateFolder } from '../../local/state-folder.ts';
import { adminApi, type Tenant } from '../chain/harness.ts';
import { isShortForm } from '../kit/short-form.ts';
import { guidePictures } from './guide-pictures.ts';

const candidates = [
  process.env.MILLRACE_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Debian's package, or the program that MILLRACE_TEST_CHROMIUM names. */
const chromiumPath = candidates.find((path) => path !== undefined && existsSync(path));

/** The tests that need a browser. Where there is none they are skipped, and it is said once in each suite what to do. */
export const describeInBrowser = chromiumPath === undefined ? describe.skip : describe;
if (chromiumPath === undefined)
  process.stderr.write('There is no Chromium. Install it: apt-get install --yes chromium\n');

/** Set by `npm run pictures`. */
const picturesFolder = process.env.MILLRACE_GUIDE_PICTURES;

/** Whether the pictures of the guide are taken: those of what takes minutes to come are worth the wait. */
export const takesGuidePictures = picturesFolder !== undefined;

export const screenshotFolder = join(projectRoot, '.millrace', 'test', 'screenshots');

export const launchBrowser = (): Promise<Browser> => {
  mkdirSync(screenshotFolder, { recursive: true });
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    // A container has no user namespaces for its sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
};

export const consoleAddress = (): string => {
  const url = consoleUrl(stateFolder());
  if (url === undefined) throw new Error('The console does not run.');
  return url;
};

export const signInLink = (): string => {
  const link = consoleSignInLink(stateFolder());
  if (link === undefined) throw new Error('The console does not run.');
  return link;
};

export interface OpenPage {
  readonly page: Page;
  /** What the page has complained about: errors of scripts, and what its policy has refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** A browser of its own: no cookie of another. */
export const openPage = async (browser: Browser): Promise<OpenPage> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
};

export const themeNames = ['light', 'dark'] as const;

/** Every violation of WCAG 2.2 A and AA that axe finds on the page as it is. */
export const findViolations = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
};

/** What the short form looks at: the screens that people see first. */
const shortFormPictures: ReadonlySet<string> = new Set([
  'sign-in',
  'fleet',
  'replication',
  'new-databases',
  'new-tables',
  'new-mapping',
  'new-plan',
  'new-checks',
]);

export interface PictureBook {
  /** Takes a picture of the screen as it is, and looks for violations; see `inspect`. */
  look(name: string): Promise<void>;
  /** All that was found until now; those of another page are added by hand. */
  readonly violations: string[];
}

/** The pictures of one suite. The short form takes a few of them. */
export const openPictureBook = (page: () => Page): PictureBook => {
  const violations: string[] = [];
  return {
    violations,
    look: async (name) => {
      if (isShortForm && !shortFormPictures.has(name)) return;
      violations.push(...(await inspect(page(), name)));
    },
  };
};

/** The number of a tenant's client, by which the console's addresses name it. */
export const clientIdOf = async ({ databaseName }: Pick<Tenant, 'databaseName'>): Promise<number> => {
  const { clients } = (await (await adminApi()).get('/clients?limit=1000')).body;
  return clients.find(({ name }: { readonly name: string }) => name === databaseName).client_id;
};

/** Takes a picture of the screen and looks for violations, in light and in dark. */
export const inspect = async (page: Page, name: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const theme of themeNames) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    const path = join(screenshotFolder, `${name}-${theme}.png`);
    await page.screenshot({ path });
    const [picture] = Object.entries(guidePictures).find(([, taken]) => taken === name) ?? [];
    if (picturesFolder !== undefined && picture !== undefined && theme === 'light')
      copyFileSync(path, join(projectRoot, picturesFolder, `console-${picture}.png`));
    found.push(...(await findViolations(page)).map((violation) => `${name}, ${theme}: ${violation}`));
  }
  await page.evaluate(`document.documentElement.dataset.theme = 'light'`);
  return found;
};
