import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeInLongForm } from '#test/kit/short-form.ts';
import { type Api, adminApi, apiWith, waitFor } from './harness.ts';
import { RandomTable, seededRandom } from './random-table.ts';
import { type End, openMariadb, openPostgres } from './two-ends.ts';

/** One table has one sequence. */
const sequences = Number(process.env.MILLRACE_SEQUENCES ?? 30);
const steps = Number(process.env.MILLRACE_STEPS ?? 40);
const seed = Number(process.env.MILLRACE_SEED ?? randomInt(1_000_000_000));

const pairs = [
  ['postgresql', 'postgresql'],
  ['mariadb', 'postgresql'],
  ['mariadb', 'mariadb'],
] as const;

describeInLongForm.each(pairs)(`random changes of %s at %s, seed ${seed}`, (from, to) => {
  let source: End;
  let target: End;
  let api: Api;
  let id: number;
  const random = seededRandom(seed);
  const tables = Array.from(
    { length: sequences },
    (_unused, index) => new RandomTable(`t${index}`, from, random),
  );

  const status = async () => (await api.get(`/replications/${id}/status`)).body;
  const statesOf = async () =>
    new Map<string, { state: string; message: string | null }>(
      (await status()).tables.map((one: { source: { table: string } }) => [one.source.table, one]),
    );
  const digest = (rows: readonly unknown[]): string =>
    createHash('sha256').update(JSON.stringify(rows)).digest('hex');

  beforeAll(async () => {
    const name = `random_${randomBytes(3).toString('hex')}`;
    source = from === 'postgresql' ? await openPostgres('source', name) : await openMariadb(name);
    target = to === 'postgresql' ? await openPostgres('target', `${name}_t`) : await openMariadb(`${name}_t`);
    for (const table of tables) await source.run(table.create());
    const admin = await adminApi();
    const client = await admin.post('/clients', { name });
    const token = await admin.post(`/clients/${client.body.client_id}/tokens`);
    api = apiWith(token.body.token);
    const ids: number[] = [];
    for (const end of [source, target]) {
      const answer = await api.post('/databases', {
        name: end.name,
        tls_mode: 'disable',
        ...end.registration,
      });
      ids.push(answer.body.database_id);
    }
    const created = await api.post('/replications', {
      source_database_id: ids[0],
      target_database_id: ids[1],
      target_table_name: '{table}',
      tables: tables.map(({ name: table }) => ({ source: { table } })),
      schema_changes: { kinds: { 'change-type': 'auto', rewrite: 'auto', 'change-key': 'auto' } },
    });
    expect(created.body).toMatchObject({ replication_id: expect.any(Number) });
    id = created.body.replication_id;
    expect((await api.post(`/replications/${id}/start`)).status).toBe(202);
    await waitFor('every table to be live', 300_000, async () => {
      const { config, tables: all } = await status();
      if (config.status === 'error') throw new Error(config.last_error_message);
      return all.every(({ state }: { state: string }) => state === 'live') ? true : undefined;
    });
  }, 600_000);

  afterAll(async () => {
    if (id !== undefined) await api.post(`/replications/${id}/stop`);
    await source?.close();
    await target?.close();
  });

  test('each table is equal, or held with its reason', async () => {
    let made = 0;
    let refused = 0;
    for (let step = 0; step < steps; step += 1) {
      for (const table of tables) {
        const statement = table.next();
        try {
          await source.run(statement);
          table.accept();
          made += 1;
        } catch {
          // The source does not take every one, as NOT NULL where a row has NULL.
          table.refuse();
          refused += 1;
        }
      }
      // A third of the way while nothing is applied, and once a consumer that begins in the middle.
      if (step === Math.floor(steps / 3)) await api.post(`/replications/${id}/pause`);
      if (step === Math.floor((steps * 2) / 3)) await api.post(`/replications/${id}/resume`);
    }
    const wrong = new Map<string, string>();
    const counted = { equal: 0, held: 0 };
    const open = new Map(tables.map((table) => [table.name, table]));
    await waitFor(
      'every sequence to end',
      900_000,
      async () => {
        const states = await statesOf();
        for (const [name, table] of open) {
          const { state, message } = states.get(name) ?? { state: 'missing', message: null };
          const isWaiting =
            state === 'held' && /waits for a person|cannot follow|Approve|decide on/i.test(message ?? '');
          if (state === 'live') {
            const query = table.select();
            const [expected, actual] = [
              await source.read(query),
              await target.read(query).catch((error) => [[String(error)]]),
            ];
            if (digest(expected) === digest(actual)) {
              counted.equal += 1;
              open.delete(name);
              wrong.delete(name);
            } else {
              wrong.set(name, `${table.history()}\n${JSON.stringify(expected)}\n${JSON.stringify(actual)}`);
            }
          } else if (isWaiting) wrong.set(name, `held: ${message}\n${table.history()}`);
        }
        // What waits for a person stays so; what is being copied again does not.
        const others = [...open.keys()].filter((name) => !(wrong.get(name) ?? '').startsWith('held'));
        return open.size === 0 || (others.length === 0 && (await settled())) ? true : undefined;
      },
      async () => ({ open: [...open.keys()].map((name) => wrong.get(name) ?? name) }),
    );
    for (const [name] of open) if ((wrong.get(name) ?? '').startsWith('held')) counted.held += 1;
    process.stdout.write(
      `${from} to ${to}, seed ${seed}: ${sequences} sequences, ${made} statements (${refused} refused by the source), ` +
        `${counted.equal} equal, ${counted.held} held, ${[...wrong.values()].filter((text) => !text.startsWith('held')).length} wrong.\n` +
        [...wrong].map(([name, text]) => `${name}: ${text.split('\n')[0]}\n`).join(''),
    );
    expect([...wrong.values()].filter((text) => !text.startsWith('held'))).toEqual([]);
  }, 1_200_000);

  /** Twice the same held tables, some minutes apart: the policy does nothing more. */
  let heldBefore = '';
  let heldSince = 0;
  const settled = async (): Promise<boolean> => {
    const states = [...(await statesOf())].map(([name, { state }]) => `${name} ${state}`).join();
    if (states !== heldBefore) {
      heldBefore = states;
      heldSince = performance.now();
    }
    return performance.now() - heldSince > 150_000;
  };
});
