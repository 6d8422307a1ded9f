import { expect, test } from '@jest/globals';
import { type FetchMember, FetchTurns } from '#adapters/kafka/fetch-turns.ts';

const mib = 1024 * 1024;
/** What the broker answers a fetch with at most, and of one partition: 8 and 1 MiB, decompressed. */
const fetchBytes = 80 * mib;
const partitionBytes = 10 * mib;

class Member implements FetchMember {
  bufferedBytes = 0;
  isFetched = false;
  backlogBytes: number;
  received = 0;

  constructor(backlogBytes: number) {
    this.backlogBytes = backlogBytes;
  }

  resume(): void {
    this.isFetched = true;
  }

  pause(): void {
    this.isFetched = false;
  }
}

const createWorld = (backlogs: readonly number[]) => {
  const members = backlogs.map((bytes) => new Member(bytes));
  const sleeps: (() => void)[] = [];
  const turns = new FetchTurns({
    limitBytes: 32 * mib,
    clock: { sleep: () => new Promise((resolve) => sleeps.push(resolve)) },
    signal: new AbortController().signal,
    members,
  });
  const total = () => members.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
  let peak = 0;
  /** One fetch as the broker answers it: partitions in their order, until the answer is full. */
  const fetchOnce = (): void => {
    let left = fetchBytes;
    const answers = members.filter(({ isFetched, backlogBytes }) => isFetched && backlogBytes > 0);
    for (const member of answers) {
      const bytes = Math.min(left, partitionBytes, member.backlogBytes);
      if (bytes === 0) break;
      left -= bytes;
      member.backlogBytes -= bytes;
      member.bufferedBytes += bytes;
      member.received += bytes;
      peak = Math.max(peak, total());
      if (member.bufferedBytes > 2 * mib) member.pause();
      turns.received(member);
    }
  };
  /** The target takes everything of some members. */
  const apply = (count: number): void => {
    for (const member of members.filter(({ bufferedBytes }) => bufferedBytes > 0).slice(0, count)) {
      member.bufferedBytes = 0;
      turns.taken();
      turns.want(member);
    }
  };
  const passTime = async (): Promise<void> => {
    for (const wake of sleeps.splice(0)) wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const member of members) turns.want(member);
  /** A fetch takes less than a turn. */
  const round = async (): Promise<void> => {
    fetchOnce();
    apply(8);
    fetchOnce();
    await passTime();
  };
  return { members, round, passTime, peakOf: () => peak };
};

test('600 partitions with a backlog never have more than the limit and one fetch in memory, and all are served', async () => {
  const world = createWorld(Array.from({ length: 600 }, () => 3 * mib));
  for (let round = 0; round < 3_000 && world.members.some(({ received }) => received < 3 * mib); round += 1) {
    await world.round();
  }
  expect(world.members.filter(({ received }) => received < 3 * mib)).toEqual([]);
  expect(world.peakOf()).toBeLessThanOrEqual(32 * mib + fetchBytes);
});

test('the last partition is served long before the first ones have no backlog any more', async () => {
  const world = createWorld(Array.from({ length: 200 }, () => 100 * mib));
  let rounds = 0;
  while (world.members.some(({ received }) => received === 0) && rounds < 500) {
    rounds += 1;
    await world.round();
  }
  expect(rounds).toBeLessThan(300);
  expect(Math.max(...world.members.map(({ received }) => received))).toBeLessThanOrEqual(30 * mib);
});

test('idle partitions are all fetched after a few turns, and hold up nobody', async () => {
  const world = createWorld(Array.from({ length: 1_000 }, () => 0));
  for (let turn = 0; turn < 8; turn += 1) await world.passTime();
  expect(world.members.filter(({ isFetched }) => !isFetched)).toEqual([]);
});

test('few partitions are fetched at once', () => {
  const { members } = createWorld([0, 0, 0, 0]);
  expect(members.every(({ isFetched }) => isFetched)).toBe(true);
});
