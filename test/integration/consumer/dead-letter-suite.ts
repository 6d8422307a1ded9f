import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import type { DeadLetterSettings } from '#core/contracts/dead-letter.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { deadLetterTopicName } from '#core/naming/names.ts';
import type { DeadLetterStore, StoredDeadLetter } from '#core/ports/dead-letters.ts';
import { testInLongForm } from '#test/kit/short-form.ts';
import { seededRandom } from '../../../demo/seeded-random.ts';
import {
  type ConsumerProcess,
  type ConsumerStack,
  silentLog,
  type TopicRecord,
  waitUntil,
} from './consumer-stack.ts';
import { EventLog, unknown } from './event-log.ts';

const slow = 300_000;

/** What the suite needs of one kind of target. */
export interface DeadLetterWorld {
  readonly stack: ConsumerStack;
  /** A table `(id bigint primary key, amount, note varchar(20))` at both ends; at the target amounts are below 100, and notes unique. */
  createTable(name: string): Promise<Replication>;
  rows(name: string): Promise<readonly { readonly id: string; readonly note: string | null }[]>;
  /** Runs a statement at the target. */
  execute(sql: string): Promise<unknown>;
  /** The sum of the checkpoints' next offsets. */
  nextOffset(replication: Replication): Promise<number>;
  /** Keeps other sessions from writing marks until the returned function is called. */
  lockMarks(replication: Replication): Promise<() => Promise<void>>;
  readonly store: DeadLetterStore;
}

interface Written {
  readonly offset: string;
  readonly value: string | null;
  readonly code: string;
}

/** What every kind of target does with rows that it refuses. */
export const deadLetterSuite = (worldOf: () => DeadLetterWorld): void => {
  const setUp = async (name: string, settings: DeadLetterSettings = { policy: 'continue', limit: 100 }) => {
    const { stack, createTable } = worldOf();
    const replication = await createTable(name);
    await stack.store.updateReplication(replication.clientId, replication.replicationId, {
      deadLetters: settings,
    });
    const [topic = ''] = stack.topics(replication);
    return { stack, replication, topic, log: new EventLog(name) };
  };
  const waitForOffset = (replication: Replication, offset: number): Promise<void> =>
    waitUntil(`offset ${offset}`, async () => (await worldOf().nextOffset(replication)) >= offset, slow);
  const marksOf = async (replication: Replication): Promise<readonly StoredDeadLetter[]> =>
    worldOf().store.listDeadLetters(await ownerOf(worldOf().stack.store, replication), { limit: 100 });
  const ask = async (replication: Replication, action: 'check' | 'discard'): Promise<number> =>
    worldOf().store.requestDeadLetters(
      await ownerOf(worldOf().stack.store, replication),
      {},
      { action, by: 'a test', atMs: Date.now() },
    );
  const heldTable = async ({ replicationId }: Replication) => {
    const find = async () =>
      (await worldOf().stack.store.listTableProgress(replicationId)).find(({ state }) => state === 'held');
    await waitUntil('a held table', async () => (await find()) !== undefined, slow);
    return find();
  };
  /** What the dead-letter topic has. */
  const written = async (replication: Replication): Promise<readonly Written[]> => {
    const { stack } = worldOf();
    const topic = deadLetterTopicName(replication.topicPrefix);
    const [end] = await stack.admin.topicOffsets([topic]);
    if (end === undefined || end.endOffset === 0n) return [];
    const found: Written[] = [];
    const consumer = createKafka(stack.kafka, silentLog).consumer({ groupId: `look-${Date.now()}` });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          found.push({
            offset: String(message.headers?.['millrace.offset']),
            value: message.value?.toString() ?? null,
            code: String(message.headers?.['millrace.error-code']),
          });
        },
      });
      await waitUntil('the dead letters', async () => BigInt(found.length) >= end.endOffset);
    } finally {
      await consumer.disconnect();
    }
    return found;
  };

  test(
    'refused rows among good ones become dead letters, and the others go on',
    async () => {
      const { stack, replication, topic, log } = await setUp('among');
      const records = [
        log.insert({ id: 1, amount: 1, note: 'one' }),
        log.insert({ id: 2, amount: 500, note: 'check' }),
        log.insert({ id: 3, amount: 3, note: 'three' }),
        log.insert({ id: 4, amount: 4, note: 'one' }),
        log.insert({ id: 5, amount: 5, note: 'longer than twenty characters' }),
        log.insert({ id: 6, amount: 6, note: 'six' }),
      ];
      await stack.produce(topic, records);
      const consumer = await stack.launch(replication);
      await waitForOffset(replication, 6);
      expect((await worldOf().rows('among')).map(({ id }) => id)).toEqual(['1', '3', '6']);
      const marks = await marksOf(replication);
      expect(
        marks.map(({ offset, keyValues, state, errorCode }) => [
          Number(offset),
          ...keyValues,
          state,
          errorCode,
        ]),
      ).toEqual([
        [1, '2', 'dead', 'ConstraintViolated'],
        [3, '4', 'dead', 'ConstraintViolated'],
        [4, '5', 'dead', 'ValueRejected'],
      ]);
      expect(new Set(marks.map(({ cause }) => cause)).size).toBe(3);
      expect((await written(replication)).map(({ offset, value }) => [offset, value])).toEqual(
        [1, 3, 4].map((offset) => [String(offset), records[offset]?.value]),
      );
      await waitUntil('the heartbeat', async () => {
        const heartbeat = await stack.store.getHeartbeat(replication.replicationId);
        return heartbeat?.deadLetters?.[0]?.rows === 3;
      });
      expect(await consumer.stop()).toBe(0);
      expect(consumer.lines.some((line) => JSON.stringify(line).includes('longer than twenty'))).toBe(false);
    },
    slow,
  );

  test(
    'later changes of a dead row wait or supersede, also after a restart, and a key change',
    async () => {
      const { stack, replication, topic, log } = await setUp('later');
      await stack.produce(topic, [
        log.insert({ id: 1, amount: 1, note: 'one' }),
        log.insert({ id: 2, amount: 500, note: 'two' }),
        log.insert({ id: 3, amount: 500, note: 'three' }),
        log.insert({ id: 4, amount: 500, note: 'four' }),
      ]);
      const first = await stack.launch(replication);
      await waitForOffset(replication, 4);
      expect(await first.stop()).toBe(0);
      await stack.produce(topic, [
        // A part of the row: it needs what was refused.
        log.update({ id: 2, amount: 7, note: unknown }),
        // The whole row.
        log.update({ id: 3, amount: 8, note: 'three' }),
        ...log.changeKey({ id: 4, amount: null, note: null }, { id: 40, amount: 9, note: unknown }),
      ]);
      const second = await stack.launch(replication);
      await waitForOffset(replication, 9);
      expect((await worldOf().rows('later')).map(({ id }) => id)).toEqual(['1', '3']);
      const marks = await marksOf(replication);
      expect(marks.map(({ offset, keyValues, state }) => [Number(offset), ...keyValues, state])).toEqual([
        [1, '2', 'dead'],
        [3, '4', 'dead'],
        [4, '2', 'waiting'],
        [6, '4', 'waiting'],
        [6, '40', 'waiting'],
      ]);
      // A deletion and a whole row make right what they are of, and a TRUNCATE the rest.
      await stack.produce(topic, [
        log.delete({ id: 2, amount: null, note: null }),
        log.insert({ id: 40, amount: 10, note: 'forty' }),
      ]);
      await waitForOffset(replication, 11);
      expect((await marksOf(replication)).map(({ keyValues }) => keyValues[0])).toEqual(['4', '4']);
      expect((await worldOf().rows('later')).map(({ id }) => id)).toEqual(['1', '3', '40']);
      await stack.produce(topic, [log.truncate(), log.insert({ id: 5, amount: 5, note: 'five' })]);
      await waitForOffset(replication, 13);
      expect(await marksOf(replication)).toEqual([]);
      expect((await worldOf().rows('later')).map(({ id }) => id)).toEqual(['5']);
      expect(await second.stop()).toBe(0);
    },
    slow,
  );

  test(
    'a consumer that is killed between the topic and the transaction loses and skips nothing',
    async () => {
      const { stack, replication, topic, log } = await setUp('killed');
      const killed = await stack.launch(replication);
      await killed.waitFor('Consumer runs');
      await waitUntil('the marks', async () => (await marksOf(replication)).length === 0);
      const unlock = await worldOf().lockMarks(replication);
      await stack.produce(topic, [
        log.insert({ id: 1, amount: 1, note: 'one' }),
        log.insert({ id: 2, amount: 500, note: 'two' }),
        log.insert({ id: 3, amount: 3, note: 'three' }),
      ]);
      await waitUntil('the record in the topic', async () => (await written(replication)).length === 1, slow);
      await killed.kill();
      expect(await worldOf().nextOffset(replication)).toBe(0);
      await unlock();
      const next = await stack.launch(replication);
      await waitForOffset(replication, 3);
      expect((await worldOf().rows('killed')).map(({ id }) => id)).toEqual(['1', '3']);
      expect((await marksOf(replication)).map(({ offset }) => Number(offset))).toEqual([1]);
      // Twice in the topic, and known as the same by its offset.
      expect((await written(replication)).map(({ offset }) => offset)).toEqual(['1', '1']);
      expect(await next.stop()).toBe(0);
    },
    slow,
  );

  test(
    'more refusals of one cause than single rows have hold the table, and none of them is passed over',
    async () => {
      const { stack, replication, topic, log } = await setUp('systemic');
      await stack.produce(topic, [
        log.insert({ id: 1, amount: 1, note: 'one' }),
        ...Array.from({ length: 30 }, (_, index) =>
          log.insert({ id: index + 2, amount: 500, note: `n${index}` }),
        ),
      ]);
      const consumer = await stack.launch(replication);
      const held = await heldTable(replication);
      expect(held?.message).toContain('More than 20 rows were refused for one cause');
      expect(await marksOf(replication)).toEqual([]);
      expect(await written(replication)).toEqual([]);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'a check tries the row that the source has, and a discard gives it up',
    async () => {
      const { stack, replication, topic, log } = await setUp('checked');
      await stack.source.client.query(`INSERT INTO checked VALUES (2, 500, 'two')`);
      await stack.produce(topic, [
        log.insert({ id: 1, amount: 1, note: 'one' }),
        log.insert({ id: 2, amount: 500, note: 'two' }),
      ]);
      const consumer: ConsumerProcess = await stack.launch(replication);
      await waitForOffset(replication, 2);
      const verdict = async (): Promise<string | undefined> => {
        expect(await ask(replication, 'check')).toBe(1);
        await waitUntil(
          'the answer',
          async () => (await marksOf(replication))[0]?.request === undefined,
          slow,
        );
        return (await marksOf(replication))[0]?.verdict?.result;
      };
      expect(await verdict()).toBe('still-fails');
      await stack.source.client.query('UPDATE checked SET amount = 50 WHERE id = 2');
      expect(await verdict()).toBe('would-apply');
      expect((await worldOf().rows('checked')).map(({ id }) => id)).toEqual(['1']);
      expect(await ask(replication, 'discard')).toBe(1);
      await waitUntil('the discard', async () => (await marksOf(replication)).length === 0, slow);
      // A part of the row no longer waits.
      await stack.produce(topic, [
        log.update({ id: 2, amount: 60, note: unknown }),
        log.insert({ id: 3, amount: 3, note: 'three' }),
      ]);
      await waitForOffset(replication, 4);
      expect(await marksOf(replication)).toEqual([]);
      expect((await worldOf().rows('checked')).map(({ id }) => id)).toEqual(['1', '3']);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'the limit holds the table exactly before the event, and a higher one lets it go on',
    async () => {
      const { stack, replication, topic, log } = await setUp('limited', { policy: 'continue', limit: 1 });
      await stack.produce(topic, [
        log.insert({ id: 1, amount: 500, note: 'one' }),
        log.insert({ id: 2, amount: 500, note: 'two' }),
        log.insert({ id: 3, amount: 3, note: 'three' }),
      ]);
      const consumer = await stack.launch(replication);
      expect((await heldTable(replication))?.message).toContain('as many as it may have');
      expect(await consumer.stop()).toBe(0);
      await stack.store.updateReplication(replication.clientId, replication.replicationId, {
        deadLetters: { policy: 'continue', limit: 10 },
      });
      const next = await stack.launch(replication);
      await waitForOffset(replication, 3);
      expect((await worldOf().rows('limited')).map(({ id }) => id)).toEqual(['3']);
      expect(await marksOf(replication)).toHaveLength(2);
      expect(await next.stop()).toBe(0);
    },
    slow,
  );

  const seed = Number(process.env.MILLRACE_SEED ?? randomInt(1_000_000_000));
  testInLongForm(
    `no older image gets over a newer row, whatever is refused and killed in between, seed ${seed}`,
    async () => {
      const random = seededRandom(seed);
      const { stack, replication, topic, log } = await setUp('shuffled', {
        policy: 'continue',
        limit: 1_000,
      });
      const history = new RandomHistory(log, (below) => random.integer(0, below - 1));
      /** Rows whose key has no mark are the source's as of the checkpoint. Returns how many were compared. */
      const compare = async (): Promise<number> => {
        const offset = await worldOf().nextOffset(replication);
        const rows = new Map((await worldOf().rows('shuffled')).map(({ id, note }) => [Number(id), note]));
        const marked = new Set((await marksOf(replication)).map(({ keyValues: [id] }) => Number(id)));
        const expected = history.notesAt(offset);
        if (expected === undefined || offset !== (await worldOf().nextOffset(replication))) return 0;
        const whole = historyIds.filter((id) => !marked.has(id));
        expect(whole.map((id) => [id, rows.get(id)])).toEqual(whole.map((id) => [id, expected.get(id)]));
        return whole.length;
      };
      let compared = 0;
      let dead = 0;
      for (let round = 0; round < 5; round += 1) {
        const from = history.length;
        const consumer = await stack.launch(replication);
        await stack.produce(topic, history.next(40));
        if (round < 4) {
          await waitForOffset(replication, from + 1 + random.integer(0, 20));
          await consumer.kill();
        } else {
          await waitForOffset(replication, history.length);
          expect(await consumer.stop()).toBe(0);
        }
        compared += await compare();
        dead = Math.max(dead, (await marksOf(replication)).length);
      }
      expect(compared).toBeGreaterThan(0);
      // It is no good if nothing ever dies.
      expect(dead).toBeGreaterThan(0);
    },
    slow,
  );
};

/** The target takes less than 100. */
const refusedAmount = 500;
const historyIds = [1, 2, 3, 4, 5, 6] as const;

/** Changes of a few rows at random, of which the target refuses some: each note is used once, so that it says of which change a row is. */
class RandomHistory {
  readonly #log: EventLog;
  readonly #random: (below: number) => number;
  readonly #records: TopicRecord[] = [];
  readonly #notes = new Map<number, ReadonlyMap<number, string>>([[0, new Map()]]);
  #current = new Map<number, string>();

  constructor(log: EventLog, random: (below: number) => number) {
    this.#log = log;
    this.#random = random;
  }

  get length(): number {
    return this.#records.length;
  }

  /** By id, when so many records are applied; undefined in the middle of a change. */
  notesAt(offset: number): ReadonlyMap<number, string> | undefined {
    return this.#notes.get(offset);
  }

  /** The last one is always refused: one in the middle may be overtaken within its batch, and nothing dies then. */
  next(count: number): readonly TopicRecord[] {
    const from = this.length;
    while (this.length < from + count - 1) this.#change();
    this.#put(this.#id(), refusedAmount);
    return this.#records.slice(from);
  }

  #put(id: number, amount: number): void {
    const note = `note ${this.length}`;
    const isNew = !this.#current.has(id);
    this.#current.set(id, note);
    this.#add(isNew ? this.#log.insert({ id, amount, note }) : this.#log.update({ id, amount, note }));
  }

  #change(): void {
    const [id, other] = [this.#id(), this.#id()];
    const amount = this.#random(8) === 0 ? refusedAmount : this.#random(100);
    const note = `note ${this.length}`;
    const old = this.#current.get(id);
    const what = this.#random(12);
    if (what === 0) {
      this.#current.clear();
      this.#add(this.#log.truncate());
    } else if (old === undefined) {
      this.#put(id, amount);
    } else if (what < 3) {
      this.#current.delete(id);
      this.#add(this.#log.delete({ id, amount: null, note: null }));
    } else if (what < 5 && !this.#current.has(other)) {
      const keeps = what === 3;
      this.#current.delete(id);
      this.#current.set(other, keeps ? old : note);
      const after = { id: other, amount, note: keeps ? unknown : note };
      this.#add(...this.#log.changeKey({ id, amount: null, note: null }, after));
    } else {
      const keeps = what < 8;
      if (keeps) this.#add(this.#log.update({ id, amount, note: unknown }));
      else this.#put(id, amount);
    }
  }

  #id(): number {
    return historyIds[this.#random(historyIds.length)] ?? 1;
  }

  #add(...records: readonly TopicRecord[]): void {
    this.#records.push(...records);
    this.#notes.set(this.length, new Map(this.#current));
  }
}
