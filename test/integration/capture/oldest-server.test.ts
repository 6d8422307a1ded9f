import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { parseLsn, streamedPosition } from '#core/databases/postgresql/source/log-position.ts';
import { topicName } from '#core/naming/names.ts';
import { beginCapture, type CaptureStack, replicationOf, startCaptureStack } from './capture-stack.ts';

let stack: CaptureStack;

beforeAll(async () => {
  stack = await startCaptureStack(13);
}, 300_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

/** Half as long again as it takes until the next heartbeat (5 s) and the next flush of offsets (1 s). */
const markerTimeoutMs = 9_000;

test('PostgreSQL 13 is captured, and a marker in its idle log is passed', async () => {
  const table = { schema: 'public', table: 'idle' };
  await stack.sql.query('CREATE TABLE idle (id int PRIMARY KEY, note text)');
  const replication = replicationOf(1, [table]);
  expect((await stack.source.ping()).serverVersion).toMatch(/^13\./);
  expect(await stack.source.findCaptureProblems(replication)).toEqual([]);

  const { connectorName } = await beginCapture(stack, replication);

  // As the end of a copy does it: a change of another table lies before the marker, and nothing that Millrace needs after it.
  await stack.sql.query('CREATE TABLE other (id int)');
  await stack.sql.query('INSERT INTO other VALUES (1)');
  const marker = parseLsn(await stack.source.writeMarker('copy-end'));
  const deadline = Date.now() + markerTimeoutMs;
  let position: bigint | undefined;
  while ((position === undefined || position < marker) && Date.now() < deadline) {
    position = streamedPosition(await stack.connect.getOffset(connectorName));
    await systemClock.sleep(250);
  }
  expect(position).toBeGreaterThanOrEqual(marker);

  await stack.sql.query(`INSERT INTO idle VALUES (1, 'x')`);
  await stack.sql.query('TRUNCATE idle');
  const [inserted, truncated] = await stack.readTopic(topicName(replication.topicPrefix, table), 2);
  expect(inserted).toMatchObject({ value: { op: 'c', after: { id: 1, note: 'x' } } });
  expect(truncated).toMatchObject({ value: { op: 't' } });
}, 120_000);
