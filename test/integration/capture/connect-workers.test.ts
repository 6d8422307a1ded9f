import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { topicName } from '#core/naming/names.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import type { ConnectServer } from '../../../local/kafka.ts';
import {
  beginCapture,
  type CaptureStack,
  replicationOf,
  startCaptureStack,
  type TopicRecord,
} from './capture-stack.ts';

/** A worker that was killed is declared dead after 6 s, and its connectors move after 5 s more; a busy machine takes longer. */
const moveTimeoutMs = 120_000;

let stack: CaptureStack;
const workers: { readonly server: ConnectServer; readonly connect: ConnectPort }[] = [];

beforeAll(async () => {
  stack = await startCaptureStack();
  for (let count = 0; count < 2; count += 1) {
    const server = await stack.addWorker();
    workers.push({ server, connect: createConnectClient({ url: server.url, clock: systemClock }) });
  }
}, 300_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

const ordinals = [1, 2, 3, 4];
const tableOf = (ordinal: number) => ({ schema: 'public', table: `spread_${ordinal}` });
const replications: readonly Replication[] = ordinals.map((ordinal) =>
  replicationOf(ordinal, [tableOf(ordinal)]),
);

const begin = (replication: Replication, connect: ConnectPort) =>
  beginCapture(stack, replication, { connect });

/** Waits until `look` gives something; the error names what it was about. */
const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const deadline = Date.now() + moveTimeoutMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(`It did not happen within ${moveTimeoutMs / 1_000} s: ${what}`);
    await systemClock.sleep(250);
  }
};

/** The worker of each connector's task, as `host:port`. */
const placesOf = async (url: string): Promise<ReadonlyMap<string, string>> => {
  const response = await fetch(`${url}/connectors?expand=status`, { signal: AbortSignal.timeout(5_000) });
  const all = (await response.json()) as Record<
    string,
    { readonly status: { readonly tasks: readonly { readonly state: string; readonly worker_id: string }[] } }
  >;
  return new Map(
    Object.entries(all).flatMap(([name, { status }]) =>
      status.tasks
        .filter(({ state }) => state === 'RUNNING')
        .map(({ worker_id: place }) => [name, place] as const),
    ),
  );
};

const allRun = (url: string, except: readonly string[] = []) =>
  until('every task runs', async () => {
    const places = await placesOf(url);
    const isComplete =
      places.size === ordinals.length && [...places.values()].every((it) => !except.includes(it));
    return isComplete ? places : undefined;
  });

const insert = async (id: number): Promise<void> => {
  for (const ordinal of ordinals)
    await stack.sql.query(`INSERT INTO public.spread_${ordinal} VALUES ($1)`, [id]);
};

const placeOf = (server: { readonly url: string }): string => new URL(server.url).host;

test('connectors spread over workers that reach each other, and survive the loss of one and of the leader', async () => {
  for (const ordinal of ordinals) {
    await stack.sql.query(`CREATE TABLE public.spread_${ordinal} (id int PRIMARY KEY)`);
  }
  // Asked of different workers: what only the leader can do is passed on to it.
  const clients = [stack.connect, ...workers.map(({ connect }) => connect)];
  for (const [index, replication] of replications.entries()) {
    const client = clients[index % clients.length];
    if (client === undefined) throw new Error('There is a worker for each index.');
    await begin(replication, client);
  }
  const spread = await allRun(stack.connectUrl);
  expect(new Set(spread.values()).size).toBeGreaterThan(1);
  await insert(1);

  const [second, third] = workers;
  if (second === undefined || third === undefined) throw new Error('Two workers were added.');
  await second.server.kill();
  await insert(2);
  await allRun(stack.connectUrl, [placeOf(second.server)]);

  // The first worker to join leads until it goes.
  await stack.killConnect();
  await insert(3);
  await allRun(third.server.url, [placeOf(second.server), new URL(stack.connectUrl).host]);
  await insert(4);

  for (const replication of replications) {
    const [mapping] = replication.tables;
    if (mapping === undefined) throw new Error('A replication has a table.');
    // After a kill, rows come again.
    const idsOf = (records: readonly TopicRecord[]): readonly number[] =>
      [...new Set(records.map(({ key }) => (key as { id: number }).id))].toSorted();
    const topic = topicName(replication.topicPrefix, mapping.source);
    const records = await stack.readTopic(topic, (some) => idsOf(some).length === 4);
    expect(idsOf(records)).toEqual([1, 2, 3, 4]);
  }
}, 600_000);
