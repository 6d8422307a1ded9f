import { describe, expect, test } from '@jest/globals';
import type { Incident } from '#core/contracts/incident.ts';
import { describeAlertStore } from '../../kit/alert-store-contract.ts';
import { describePoolStore } from '../../kit/pool-store-contract.ts';
import { at, codeOf, created, heartbeat, overtaken, replication, store } from './state-store-world.ts';

test('a launch is recorded only while the user wants this very start to run', async () => {
  const { replicationId: id } = await created({ desired: 'running', generation: 2 });
  const launch = { launchId: 'launch-a', launchedAt: at, generation: 2 };
  await store.recordLaunch(1, id, launch);
  expect(await store.getLaunch(id)).toEqual(launch);
  await store.setLaunchTask(id, 'launch-a', 'arn:task');
  await store.setLaunchTask(id, 'launch-0', 'arn:other');
  expect(await store.getLaunch(id)).toEqual({ ...launch, taskArn: 'arn:task' });
  expect(await codeOf(store.recordLaunch(1, id, { ...launch, launchId: 'old', generation: 1 }))).toBe(
    'Superseded',
  );
  await store.updateReplication(1, id, { desired: 'stopped' });
  expect(await codeOf(store.recordLaunch(1, id, { ...launch, launchId: 'late' }))).toBe('Superseded');
  expect(await store.getLaunch(id)).toEqual({ ...launch, taskArn: 'arn:task' });
});

test('heartbeats count only from the recorded launch and stay readable after the next one', async () => {
  const { replicationId: id } = await created({ desired: 'running', generation: 1 });
  expect(await store.getHeartbeat(id)).toBeUndefined();
  expect(await store.getLaunch(id)).toBeUndefined();
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a')))).toBe('Superseded');
  await store.recordLaunch(1, id, { launchId: 'a', launchedAt: at, generation: 1, taskArn: 'arn:a' });
  await store.putHeartbeat(id, heartbeat('a', { sourcePosition: '0/16B3748' }));
  await store.recordLaunch(1, id, { launchId: 'b', launchedAt: at, generation: 1 });
  expect(await store.getLaunch(id)).toEqual({ launchId: 'b', launchedAt: at, generation: 1 });
  expect(await store.getHeartbeat(id)).toEqual(heartbeat('a', { sourcePosition: '0/16B3748' }));
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a')))).toBe('Superseded');
  await store.putHeartbeat(id, heartbeat('b', { epoch: 2 }));
  expect((await store.getHeartbeat(id))?.epoch).toBe(2);
});

test('a revoked launch may report its end, and nothing else', async () => {
  const { replicationId: id } = await created({ desired: 'running', generation: 1 });
  expect(await store.revokeLaunch(id)).toBeUndefined();
  const launch = { launchId: 'a', launchedAt: at, generation: 1, taskArn: 'arn:a' };
  await store.recordLaunch(1, id, launch);
  await store.putHeartbeat(id, heartbeat('a'));
  expect(await store.revokeLaunch(id)).toEqual(launch);
  expect(await store.getLaunch(id)).toBeUndefined();
  expect(await store.revokeLaunch(id)).toBeUndefined();
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a')))).toBe('Superseded');
  await store.putHeartbeat(id, heartbeat('a', { state: 'STOPPED' }));
  expect((await store.getHeartbeat(id))?.state).toBe('STOPPED');
  expect(await store.getRevokedLaunch(id)).toEqual({ launchId: 'a', taskArn: 'arn:a' });
  await store.setLaunchTask(id, 'a', 'arn:late');
  expect(await store.getLaunch(id)).toBeUndefined();
  expect(await store.getRevokedLaunch(id)).toEqual({ launchId: 'a', taskArn: 'arn:late' });
  await store.recordLaunch(1, id, { ...launch, launchId: 'b' });
  expect(await store.getRevokedLaunch(id)).toBeUndefined();
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a', { state: 'STOPPED' })))).toBe('Superseded');
});

test("what was seen last of a source's log is kept", async () => {
  const { replicationId } = await created();
  expect(await store.getSourceLog(replicationId)).toBeUndefined();
  const seen = { readAt: '2026-03-01T12:00:00.000Z', retainedBytes: 7, warnings: ['It has no limit.'] };
  await store.putSourceLog(replicationId, seen);
  expect(await store.getSourceLog(replicationId)).toEqual(seen);
  const { retainedBytes: _bytes, ...unknown } = { ...seen, readAt: '2026-03-01T12:05:00.000Z' };
  await store.putSourceLog(replicationId, unknown);
  expect(await store.getSourceLog(replicationId)).toEqual(unknown);
});

test('the health of each minute is kept as a short history, one point a minute', async () => {
  const { replicationId } = await created();
  expect(await store.getHealth(replicationId)).toBeUndefined();
  const since = '2026-03-01T12:00:10.000Z';
  const faults = [{ condition: 'capture-stalled', hop: 'capture', since }] as const;
  const pointAt = (at: string, captureLagMs: number) =>
    ({
      at,
      overall: 'degraded',
      hop: 'capture',
      condition: 'capture-stalled',
      captureLagMs,
      appliedEvents: 7,
    }) as const;
  for (const [at, lagMs] of [
    ['2026-03-01T12:00:10.000Z', 1],
    ['2026-03-01T12:01:10.000Z', 2],
    ['2026-03-01T12:01:50.000Z', 3],
    ['2026-03-01T12:02:10.000Z', 4],
  ] as const) {
    await store.putHealth(replicationId, { at, overall: 'degraded', since, faults }, pointAt(at, lagMs));
  }
  expect(await store.getHealth(replicationId)).toEqual({
    at: '2026-03-01T12:02:10.000Z',
    overall: 'degraded',
    since,
    faults,
  });
  const lags = async (from: string) =>
    (await store.listHealth(replicationId, new Date(from))).map(({ captureLagMs }) => captureLagMs);
  expect(await lags('2026-03-01T00:00:00.000Z')).toEqual([1, 3, 4]);
  expect(await lags('2026-03-01T12:01:30.000Z')).toEqual([3, 4]);
  expect(await store.listHealth(replicationId, new Date('2026-03-01T12:02:00.000Z'))).toEqual([
    pointAt('2026-03-01T12:02:10.000Z', 4),
  ]);
});

test('incidents are kept, and what is open is known by itself', async () => {
  const it = await created();
  const { replicationId, clientId } = it;
  expect(await store.getOpenIncidents(replicationId)).toEqual({ incidents: [], version: 0 });
  const incident = (minute: number, change: Partial<Incident> = {}): Incident => {
    const at = `2026-03-01T12:0${minute}:00.000Z`;
    return {
      incidentId: `${replicationId}-capture-stalled-${at}`,
      replicationId,
      condition: 'capture-stalled',
      severity: 'warning',
      hop: 'capture',
      message: 'It stands still',
      since: at,
      openedAt: at,
      updatedAt: at,
      appliedAtOpening: 7,
      ...change,
    };
  };
  const put = (version: number, open: readonly Incident[], closed: readonly Incident[] = []) =>
    store.putIncidents(it, { open, closed, version });
  expect(await put(0, [incident(1)])).toBe(1);
  expect(await put(1, [incident(1, { message: 'It still does' })])).toBe(2);
  expect(await store.getOpenIncidents(replicationId)).toEqual({
    incidents: [incident(1, { message: 'It still does' })],
    version: 2,
  });
  const closed = incident(1, { closedAt: '2026-03-01T12:08:00.000Z', ending: 'Recovered.' });
  expect(await put(2, [incident(9)], [closed])).toBe(3);
  // Two checks at once: what the later one has made of the state before is in no list.
  for (const version of [0, 2]) expect(await put(version, [incident(7)], [incident(8)])).toBeUndefined();
  expect(await store.getOpenIncidents(replicationId)).toEqual({ incidents: [incident(9)], version: 3 });
  expect(await store.listIncidents(replicationId, { limit: 2 })).toEqual({
    incidents: [incident(9), closed],
  });
  const first = await store.listIncidents(replicationId, { limit: 1 });
  expect(first).toEqual({ incidents: [incident(9)], next: expect.any(String) });
  const { next: from = '' } = first;
  expect(await store.listIncidents(replicationId, { limit: 1, from })).toEqual({ incidents: [closed] });

  const other = await created({ clientId });
  const another = { ...incident(5), replicationId: other.replicationId };
  await store.putIncidents(other, { open: [another], closed: [], version: 0 });
  const ofClient: Incident[] = [];
  let page = await store.listClientIncidents(clientId, { limit: 1 });
  ofClient.push(...page.incidents);
  while (page.next !== undefined) {
    page = await store.listClientIncidents(clientId, { limit: 1, from: page.next });
    ofClient.push(...page.incidents);
  }
  expect(ofClient.filter((one) => [replicationId, other.replicationId].includes(one.replicationId))).toEqual([
    incident(9),
    another,
    closed,
  ]);
});

test('heal attempts are listed since an instant', async () => {
  const { replicationId: id } = await created();
  await store.addHealAttempt(id, { action: 'resume-connector', at: '2026-03-01T11:00:00.000Z' });
  await store.addHealAttempt(id, { action: 'restart-consumer', at: '2026-03-01T11:59:00.000Z' });
  await store.addActivity(
    { clientId: 1, replicationId: id },
    { at, actor: 'user', action: 'x', message: 'not a heal' },
  );
  expect(await store.listHealAttempts(id, new Date('2026-03-01T11:30:00.000Z'))).toEqual([
    { action: 'restart-consumer', at: '2026-03-01T11:59:00.000Z' },
  ]);
  expect(await store.listHealAttempts(id, new Date('2026-03-01T11:59:00.000Z'))).toHaveLength(1);
});

test('heal attempts are counted by action, and read with the health of many replications at once', async () => {
  const [first, second, silent] = [await created(), await created(), await created()];
  for (const minute of ['00', '30'])
    await store.addHealAttempt(first.replicationId, {
      action: 'restart-consumer',
      at: `2026-03-01T11:${minute}:00.000Z`,
    });
  await store.addHealAttempt(first.replicationId, { action: 'resume-connector', at });
  const record = {
    at,
    overall: 'healthy',
    since: at,
    faults: [],
    figures: { captureLagMs: 5, retainedBytes: 7, tables: { live: 2, 'catching-up': 1 } },
  } as const;
  for (const { replicationId } of [first, second])
    await store.putHealth(replicationId, record, { at, overall: 'healthy', appliedEvents: 0 });
  // More than DynamoDB reads in one request, most of them of no replication.
  const ids = [first, second, silent].map(({ replicationId }) => replicationId);
  const many = [...ids, ...Array.from({ length: 250 }, (_, index) => 1_000_000 + index)];
  expect([...(await store.listHealthRecords(many))]).toEqual([
    [first.replicationId, record],
    [second.replicationId, record],
  ]);
  expect([...(await store.listHealCounts(many))]).toEqual([
    [first.replicationId, { 'restart-consumer': 2, 'resume-connector': 1 }],
  ]);
  expect((await store.listHealthRecords([])).size).toBe(0);
});

test('where tasks show their metrics is listed until it is removed', async () => {
  const target = {
    clientId: 1,
    replicationId: 7,
    role: 'consumer',
    taskId: 'a',
    address: '10.0.0.1:9464',
    announcedAt: at,
  } as const;
  const other = { ...target, replicationId: 8, taskId: 'b', role: 'copy-worker' } as const;
  await store.putMetricsTarget(target);
  await store.putMetricsTarget({ ...target, announcedAt: '2026-03-01T12:01:00.000Z' });
  await store.putMetricsTarget(other);
  expect(await store.listMetricsTargets()).toEqual([
    { ...target, announcedAt: '2026-03-01T12:01:00.000Z' },
    other,
  ]);
  await store.removeMetricsTarget(target);
  await store.removeMetricsTarget(target);
  expect(await store.listMetricsTargets()).toEqual([other]);
  await store.removeMetricsTarget(other);
});

describe('what happens between the look and the write', () => {
  const launchA = { launchId: 'a', launchedAt: at, generation: 1 };
  const running = async (): Promise<number> => {
    const { replicationId: id } = await created();
    await store.updateReplication(1, id, { desired: 'running', status: 'starting', generation: 1 });
    return id;
  };

  test('a task that is attached to a launch is in what its revocation returns', async () => {
    const id = await running();
    await store.recordLaunch(1, id, launchA);
    const revoked = await overtaken(
      'revokedLaunchId',
      () => store.setLaunchTask(id, 'a', 'arn:late'),
      (slow) => slow.revokeLaunch(id),
    );
    expect(revoked).toEqual({ ...launchA, taskArn: 'arn:late' });
  });

  test('the task of a launch that is launched once more is in what its revocation returns', async () => {
    const id = await running();
    await store.recordLaunch(1, id, { ...launchA, taskArn: 'arn:first' });
    const revoked = await overtaken(
      'revokedLaunchId',
      () => store.setLaunchTask(id, 'a', 'arn:second'),
      (slow) => slow.revokeLaunch(id),
    );
    expect(revoked?.taskArn).toBe('arn:second');
  });

  test('a newer launch is what is revoked, and returned', async () => {
    const id = await running();
    await store.recordLaunch(1, id, launchA);
    const newer = { ...launchA, launchId: 'b' };
    const revoked = await overtaken(
      'revokedLaunchId',
      () => store.recordLaunch(1, id, newer),
      (slow) => slow.revokeLaunch(id),
    );
    expect(revoked).toEqual(newer);
    await store.putHeartbeat(id, heartbeat('b', { state: 'STOPPED' }));
    // Of another launch than the revoked one there is no last word.
    expect(await codeOf(store.putHeartbeat(id, heartbeat('a', { state: 'STOPPED' })))).toBe('Superseded');
  });
});

describeAlertStore('DynamoDB', () => store);

describePoolStore(() => ({
  pool: store,
  launched: async () => {
    const created = await replication({ status: 'active', desired: 'running', generation: 1 });
    const { clientId, replicationId } = created;
    await store.createReplication(created);
    await store.recordLaunch(clientId, replicationId, {
      launchId: `r${replicationId}-g1-l1`,
      launchedAt: at,
      generation: 1,
    });
    return replicationId;
  },
  stop: async (replicationId) => {
    await store.updateReplication(1, replicationId, { desired: 'stopped', status: 'stopping' });
  },
  launchOf: (replicationId) => store.getLaunch(replicationId),
}));
