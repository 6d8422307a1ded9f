import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import {
  adminApi,
  awaitLive,
  createReplication,
  createTenant,
  runningStack,
  startAndAwaitActive,
  type Tenant,
  waitFor,
} from './harness.ts';

interface Line {
  readonly at: string;
  readonly level: string;
  readonly component: string;
  readonly service: string;
  readonly message: string;
}

describe('the logs of a replication', () => {
  let tenant: Tenant;
  let id: number;

  beforeAll(async () => {
    tenant = await createTenant('logged');
    await tenant.source.query('CREATE TABLE events (id int PRIMARY KEY); INSERT INTO events VALUES (1)');
    ({ id } = await createReplication(tenant, [{ source: { table: 'events' } }]));
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  });
  afterAll(async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const read = async (
    query: string,
  ): Promise<{ lines: Line[]; next_cursor: string; is_at_end: boolean; stream_url: string | null }> => {
    const answer = await tenant.api.get(`/replications/${id}/logs?${query}`);
    expect([answer.status, answer.body.code]).toEqual([200, undefined]);
    return answer.body;
  };
  /** Waits until a line of this component has this text. */
  const awaitLine = (component: string, text: string): Promise<Line> =>
    waitFor(
      `a line of ${component} with "${text}"`,
      30_000,
      async () => (await read(`component=${component}&text=${encodeURIComponent(text)}`)).lines[0],
      () => read(`component=${component}`),
    );

  test('have lines of the steps, the consumer and the connector', async () => {
    const step = await awaitLine('steps', 'streams');
    expect(step.service).toBe('start-capture');
    expect((await awaitLine('consumer', 'is live')).message).toBe('Table public.events is live');
    // By a thread that Debezium starts itself.
    expect((await awaitLine('connector', 'Starting streaming')).service).toMatch(/^task-0 .*Coordinator$/);
    const { lines } = await read('level=debug&limit=1000');
    expect([...new Set(lines.map(({ component }) => component))]).toEqual(
      expect.arrayContaining(['steps', 'consumer', 'connector']),
    );
    // By the times at which they were stored, which is up to a minute after they were written.
    const times = lines.map(({ at }) => Date.parse(at));
    for (const [index, time] of times.entries())
      expect(time).toBeGreaterThan(Math.max(...times.slice(0, index)) - 60_000);
  });

  test('pages of any size have the same lines', async () => {
    const whole = await read('limit=1000&component=steps');
    const paged: Line[] = [];
    let cursor = '';
    for (let page = 0; page < 200; page += 1) {
      const { lines, next_cursor, is_at_end } = await read(`limit=2&component=steps${cursor}`);
      paged.push(...lines);
      cursor = `&cursor=${next_cursor}`;
      if (is_at_end) break;
    }
    expect(whole.lines.length).toBeGreaterThan(3);
    expect(paged).toEqual(whole.lines);
  });

  /** Opens the stream of the lines of the consumer that say `stopped`. */
  const openStream = async (token: string | undefined, cursor?: string): Promise<Response> => {
    const { stream_url: url } = await read('limit=1');
    expect(url).toMatch(/^http.*\/v1\/replications\/\d+\/logs$/);
    return fetch(`${url}?component=consumer&text=stopped`, {
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(cursor !== undefined && { 'last-event-id': cursor }),
      },
      signal: AbortSignal.timeout(60_000),
    });
  };

  test('are streamed to nobody but their client', async () => {
    const admin = await adminApi();
    const other = await admin.post('/clients', { name: `${tenant.databaseName} other` });
    const { body } = await admin.post(`/clients/${other.body.client_id}/tokens`);
    for (const [token, status, code] of [
      [undefined, 401, 'Unauthorized'],
      ['mlr_none', 401, 'Unauthorized'],
      [body.token, 404, 'NotFound'],
    ] as const) {
      const answer = await openStream(token);
      expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ code })]);
    }
  });

  test('can be followed: by an answer that waits, by the stream, and by the command line', async () => {
    const { next_cursor: cursor } = await read('limit=1000&component=consumer');
    const stream = await openStream(tenant.token, cursor);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    // What is written now comes while the answer is open.
    expect((await reader?.read())?.value).toContain('retry: ');

    const stop = new AbortController();
    const command = runCli(['logs', String(id), '-f', '-o', 'json', '--component', 'consumer'], {
      env: {
        MILLRACE_API_URL: runningStack().api.url,
        MILLRACE_TOKEN: tenant.token,
        XDG_CONFIG_HOME: temporaryConfigHome(),
      },
      signal: stop.signal,
    });
    const following = read(`component=consumer&wait_seconds=20&text=stopped&cursor=${cursor}`);
    await tenant.api.post(`/replications/${id}/stop`);
    const { lines } = await following;
    expect(lines.map(({ message }) => message)).toEqual(['Consumer stopped']);

    let text = '';
    while (!text.includes('data: ')) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) break;
      text += value;
    }
    expect(text).toMatch(/id: \S+\ndata: \{.*"message":"Consumer stopped"/);
    await reader?.cancel();

    // It asks again every 3 s for what to stream.
    await sleep(5_000);
    stop.abort();
    const { stdout, stderr } = await command;
    expect(stdout).toContain('"message":"Consumer stopped"');
    expect(stderr).not.toContain('Following by asking');
  });

  test('an answer that waits for a line that does not come ends in time', async () => {
    const begunMs = Date.now();
    const { lines, is_at_end } = await read('text=nobody-writes-this&wait_seconds=3');
    expect([lines, is_at_end]).toEqual([[], true]);
    expect(Date.now() - begunMs).toBeGreaterThanOrEqual(3_000);
    expect(Date.now() - begunMs).toBeLessThan(15_000);
  });

  test('tell no secret', async () => {
    const { lines } = await read('level=debug&limit=1000');
    expect(JSON.stringify(lines)).not.toContain('millrace-local');
  });
});
