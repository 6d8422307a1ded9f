import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitEqual,
  awaitLive,
  createReplication,
  createTenant,
  digestQuery,
  startAndAwaitActive,
  statusOf,
  type Tenant,
} from './harness.ts';

/** Names of the machine that the stack runs on. */
const spellings = ['127.0.0.1', 'localhost', '127.1', '0x7f000001', '::ffff:127.0.0.1'] as const;

describe('a target table that a replication writes', () => {
  let owner: Tenant;
  let stranger: Tenant;
  let id: number;
  let early: number;
  const mapping = [{ source: { table: 'ledger' }, target: { table: 'ledger' } }];

  /** The owner's target database, as registered by someone under a name of the same machine. */
  const registerTarget = async (tenant: Tenant, host: string): Promise<number> => {
    const answer = await tenant.api.post(
      '/databases',
      tenant.registration('target', { name: `the same at ${host}`, host, database: owner.databaseName }),
    );
    expect(answer.status).toBe(201);
    return answer.body.database_id;
  };
  const configure = (tenant: Tenant, targetDatabaseId: number) =>
    tenant.api.post('/replications', {
      source_database_id: tenant.sourceDatabaseId,
      target_database_id: targetDatabaseId,
      tables: mapping,
    });

  beforeAll(async () => {
    [owner, stranger] = [await createTenant('owner'), await createTenant('stranger')];
    for (const { source } of [owner, stranger])
      await source.query('CREATE TABLE ledger (id int PRIMARY KEY, note text)');
    await owner.source.query(`INSERT INTO ledger SELECT n, 'owned ' || n FROM generate_series(1, 500) n`);
    await stranger.source.query(`INSERT INTO ledger SELECT n, 'foreign' FROM generate_series(1, 500) n`);
    ({ id } = await createReplication(owner, mapping));
    // Nobody owns the table before the first start.
    const configured = await configure(stranger, await registerTarget(stranger, '127.1'));
    expect(configured.status).toBe(201);
    early = configured.body.replication_id;
    await startAndAwaitActive(owner, id);
    await awaitLive(owner, id);
  });
  afterAll(async () => {
    await owner.api.post(`/replications/${id}/stop`);
    await owner.close();
    await stranger.close();
  });

  const goesOn = async (note: string): Promise<void> => {
    await owner.source.query(
      `INSERT INTO ledger SELECT max(id) + 1, '${note}' FROM ledger; UPDATE ledger SET note = '${note}' WHERE id = 1`,
    );
    await awaitEqual(owner, digestQuery('ledger'), digestQuery('ledger'));
    expect(await statusOf(owner, id)).toMatchObject({
      config: { status: 'active' },
      tables: [{ state: 'live' }],
    });
  };

  test.each([{}, { force_resync: true }])(
    'is not started by a replication of another client that was configured before, with %j',
    async (body) => {
      const answer = await stranger.api.post(`/replications/${early}/start`, body);
      expect(answer.status).toBe(422);
      expect(answer.body.problems).toEqual([
        expect.objectContaining({
          subject: 'target tables',
          message: 'Target table public.ledger is written by another replication.',
        }),
      ]);
      expect((await stranger.api.get(`/replications/${early}`)).body.status).toBe('configured');
      await goesOn(`a start with ${JSON.stringify(body)}`);
    },
  );

  test.each(spellings)(
    'is refused to another client that calls the server %s, which learns nothing',
    async (host) => {
      const answer = await configure(stranger, await registerTarget(stranger, host));
      expect({ status: answer.status, code: answer.body.code }).toEqual({
        status: 409,
        code: 'TargetTableClaimed',
      });
      expect(answer.body.detail).toContain('public.ledger is written by another replication');
      expect(JSON.stringify(answer.body)).not.toContain(owner.databaseName);
      expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`replications?\\D{0,4}${id}\\b`));
      await goesOn(`refused at ${host}`);
    },
  );

  test.each(spellings)(
    'is refused to its own client at %s, with the name of the replication',
    async (host) => {
      const answer = await configure(owner, await registerTarget(owner, host));
      expect({ status: answer.status, code: answer.body.code }).toEqual({
        status: 409,
        code: 'TargetTableClaimed',
      });
      expect(answer.body.detail).toContain(`public.ledger is written by replication ${id}.`);
      await goesOn(`refused to its own client at ${host}`);
    },
  );

  test('is told by a wrong password only that the password is wrong', async () => {
    const registered = await stranger.api.post(
      '/databases',
      stranger.registration('target', { name: 'guessed', database: owner.databaseName, password: 'guessed' }),
    );
    if (registered.status !== 201) {
      expect(JSON.stringify(registered.body)).not.toContain('ledger');
      return;
    }
    const answer = await configure(stranger, registered.body.database_id);
    expect(answer.body.code).not.toBe('TargetTableClaimed');
    expect(JSON.stringify(answer.body)).not.toContain('written by');
  });
});
