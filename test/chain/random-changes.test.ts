import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeInLongForm } from '#test/kit/short-form.ts';
import { seededRandom } from '../../demo/seeded-random.ts';
import { type Api, awaitLive, startAndAwaitActive, waitFor } from './harness.ts';
import { type Random, RandomTable } from './random-table.ts';
import { closeTwoEnds, type End, endPairs, openTwoEnds, registerTwoEnds } from './two-ends.ts';

/** One table has one sequence. */
const sequences = Number(process.env.MILLRACE_SEQUENCES ?? 30);
const steps = Number(process.env.MILLRACE_STEPS ?? 40);
const seed = Number(process.env.MILLRACE_SEED ?? randomInt(1_000_000_000));

describeInLongForm.each(endPairs)(`random changes of %s at %s, seed ${seed}`, (from, to) => {
  let source: End;
  let target: End;
  let api: Api;
  let id: number;
  const numbers = seededRandom(seed);
  const random: Random = (below) => numbers.integer(0, below - 1);
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
    ({ source, target } = await openTwoEnds(name, from, to));
    for (const table of tables) await source.run(table.create());
    const client = await registerTwoEnds(name, { source, target });
    api = client.api;
    id = await client.createReplication(
      tables.map(({ name: table }) => table),
      { schema_changes: { kinds: { 'change-type': 'auto', rewrite: 'auto', 'change-key': 'auto' } } },
    );
    await startAndAwaitActive({ api }, id, {}, 300_000);
    await awaitLive({ api }, id, 300_000);
  }, 600_000);

  afterAll(async () => {
    await closeTwoEnds({ source, target }, { api, id });
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
