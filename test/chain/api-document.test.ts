import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { isShortForm } from '#test/kit/short-form.ts';
import { prepareVenv } from '../../local/downloads.ts';
import { installLine } from '../../local/prerequisites.ts';
import { projectRoot, stateFolder } from '../../local/state-folder.ts';
import {
  type Api,
  type ApiAnswer,
  adminApi,
  createReplication,
  createTenant,
  runningStack,
  type Tenant,
  waitFor,
} from './harness.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'api-document');
/** It writes files where it runs. */
const workFolder = join(stateFolder().root, 'test', 'schemathesis');
const countsFile = join(workFolder, 'counts.json');
const documentFile = join(projectRoot, 'docs', 'openapi.json');

/** The same requests each time. */
const seed = 20_261_129;
/** For each operation, and for chains of calls. The cases that need no chance take most of the short form's two minutes. */
const examples = isShortForm ? 2 : 40;
const timeoutMs = isShortForm ? 15 * 60_000 : 60 * 60_000;
const cleanUpMs = 240_000;
/** Of all answers. Connect rebalances after each start and deletion of a replication, and the API has nobody to ask meanwhile. */
const maxUnavailableShare = 0.02;
const outputMaxBytes = 64 * 1024 * 1024;

/** Schemathesis takes no older one; the local stack does. */
const oldestPython = [3, 11] as const;

type Found = { readonly python: string } | { readonly missing: string };

const findSchemathesis = async (): Promise<Found> => {
  if (process.env.MILLRACE_CHAIN_STARTED_STACK === 'no')
    return {
      missing: 'it changes and deletes what it finds, and this stack was there before: npm run local -- down',
    };
  try {
    const check = `import sys; sys.exit(0 if sys.version_info >= (${oldestPython.join(', ')}) else 4)`;
    await run('python3', ['-c', check]);
    const requirements = join(folder, 'requirements.txt');
    return { python: await prepareVenv({ name: 'schemathesis', title: 'Schemathesis', requirements }) };
  } catch (error) {
    // A package that cannot be fetched is no reason to test nothing.
    if (error instanceof MillraceError && error.code !== 'PrerequisiteMissing') throw error;
    return { missing: `it needs Python ${oldestPython.join('.')} with venv: ${installLine('python')}` };
  }
};

const found = await findSchemathesis();
if ('missing' in found)
  process.stderr.write(`The API is not tested against its document: ${found.missing}\n`);
const testIfFound = 'missing' in found ? test.skip : test;

const countsSchema = z.object({ answers: z.number(), unavailable: z.array(z.string()) });

interface Prepared {
  readonly admin: Api;
  readonly tenant: Tenant;
  readonly clientId: number;
  readonly token: string;
  /** What there is, by the names of path parameters, and what may be deleted of it. */
  readonly known: Readonly<Record<string, string>>;
  readonly doomed: Readonly<Record<string, string>>;
}
let prepared: Prepared | undefined;

/** A client with everything that routes show and destroy: databases, a replication, a channel, a route, a mute, tokens. */
beforeAll(async () => {
  if ('missing' in found) return;
  const admin = await adminApi();
  const tenant = await createTenant('document');
  await tenant.source.query(
    'CREATE TABLE items (id int PRIMARY KEY, name text); CREATE TABLE doomed (id int PRIMARY KEY)',
  );
  const kept = await createReplication(tenant, [{ source: { table: 'items' } }]);
  const lost = await createReplication(tenant, [{ source: { table: 'doomed' } }]);
  const clientId: number = (await tenant.api.get('/me')).body.client_id;
  const created = async (path: string, body: object): Promise<ApiAnswer['body']> => {
    const answer = await admin.post(path, body);
    if (answer.status !== 201)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const addRules = async () => {
    const { channel_id: channelId } = await created('/alert-channels', {
      name: 'nobody listens',
      client_id: clientId,
      kind: 'webhook',
      url: 'https://127.0.0.1:9/',
    });
    const { route_id: routeId } = await created('/alert-routes', {
      client_id: clientId,
      channel_ids: [channelId],
    });
    const { mute_id: muteId } = await created('/alert-mutes', {
      client_id: clientId,
      until: new Date(Date.now() + 3_600_000).toISOString(),
      reason: 'a test',
    });
    return { channel_id: String(channelId), route_id: String(routeId), mute_id: String(muteId) };
  };
  const { token } = await created('/tokens', { name: 'schemathesis', role: 'admin', client_id: null });
  const addToken = async () =>
    String((await created(`/clients/${clientId}/tokens`, { name: 'a test' })).token_id);
  prepared = {
    ...{ admin, tenant, clientId, token },
    known: {
      ...(await addRules()),
      token_id: await addToken(),
      client_id: String(clientId),
      database_id: String(tenant.sourceDatabaseId),
      replication_id: String(kept.id),
      connector: kept.connectorName,
      task: '0',
      table: 'public.items',
    },
    doomed: {
      ...(await addRules()),
      token_id: await addToken(),
      client_id: String((await created('/clients', { name: 'doomed' })).client_id),
      database_id: String(tenant.targetDatabaseId),
      replication_id: String(lost.id),
      connector: lost.connectorName,
      table: 'public.doomed',
    },
  };
}, 60_000);

/** Rules of all clients, and replications that were started, would reach into the suites that come after this one. */
afterAll(async () => {
  if (prepared === undefined) return;
  const { admin, tenant, clientId } = prepared;
  for (const [list, items, id] of [
    ['/alert-mutes', 'mutes', 'mute_id'],
    ['/alert-routes', 'routes', 'route_id'],
    ['/alert-channels', 'channels', 'channel_id'],
  ] as const) {
    const { body } = await admin.get(`${list}?limit=1000`);
    for (const item of body[items]) await admin.delete(`${list}/${item[id]}`);
  }
  const query = `?client_id=${clientId}`;
  // Their deletion looks again for minutes whether a step of a start has made something.
  await waitFor('the replications of the client to be deleted', cleanUpMs, async () => {
    const replications: readonly { replication_id: number; status: string }[] = (
      await admin.get(`/replications${query}`)
    ).body.replications;
    const left = replications.filter(({ status }) => status !== 'deleting');
    for (const { replication_id: id } of left) await admin.delete(`/replications/${id}${query}&force=true`);
    return left.length === 0 ? true : undefined;
  });
  await tenant.close();
}, cleanUpMs + 60_000);

/** Its output, also of a run that has found something. */
const runSchemathesis = async (
  python: string,
  { clientId, token, known, doomed }: Prepared,
): Promise<string> => {
  const base = runningStack().api.url.replace(/\/v1\/?$/, '');
  const args = ['run', documentFile, '--url', base, '--phases', 'coverage,fuzzing,stateful'];
  // Two threads that read Python at once make Python 3.11 fail (https://github.com/python/cpython/issues/106905).
  const amounts = ['--seed', String(seed), '--max-examples', String(examples), '--workers', '1'];
  const program = [
    '-m',
    'schemathesis.cli',
    '--no-color',
    '--config-file',
    join(folder, 'schemathesis.toml'),
  ];
  mkdirSync(workFolder, { recursive: true });
  rmSync(countsFile, { force: true });
  const options = {
    cwd: workFolder,
    maxBuffer: outputMaxBytes,
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      MILLRACE_API_TEST_COUNTS: countsFile,
      MILLRACE_API_TEST_HOOKS: join(folder, 'hooks.py'),
      MILLRACE_API_TEST_CLIENT: String(clientId),
      MILLRACE_API_TEST_TOKEN: token,
      MILLRACE_API_TEST_KNOWN: JSON.stringify(known),
      MILLRACE_API_TEST_DOOMED: JSON.stringify(doomed),
    },
  };
  try {
    return (await run(python, [...program, ...args, ...amounts], options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`The API and docs/openapi.json contradict each other:\n${stdout}\n${stderr}`);
  }
};

testIfFound(
  'every answer of the API is what docs/openapi.json says, to requests that fit it and to those that do not',
  async () => {
    if ('missing' in found || prepared === undefined) throw new Error('Nothing was prepared.');
    const document = JSON.parse(readFileSync(documentFile, 'utf8')) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
    const output = await runSchemathesis(found.python, prepared);
    // A run that did not reach the API would find nothing, either.
    expect(output).toContain(`Tested: ${operations}`);
    const [, cases = '0', skipped = '0'] = /(\d+) generated.*?(?:, (\d+) skipped)?$/m.exec(output) ?? [];
    expect(Number(cases)).toBeGreaterThan(operations * 20);
    const counts = countsSchema.parse(JSON.parse(readFileSync(countsFile, 'utf8')));
    expect(counts.answers).toBeGreaterThanOrEqual(Number(cases) - Number(skipped));
    expect(counts.unavailable.filter((answer) => !/: Retry-After \d+,/.test(answer))).toEqual([]);
    if (counts.unavailable.length > counts.answers * maxUnavailableShare)
      throw new Error(
        `${counts.unavailable.length} of ${counts.answers} answers were 503:\n${counts.unavailable.join('\n')}`,
      );
    process.stdout.write(`${counts.unavailable.length} of ${counts.answers} answers were 503.\n`);
    process.stdout.write(`${output.slice(output.indexOf('= SUMMARY ='))}\n`);
  },
  timeoutMs,
);
