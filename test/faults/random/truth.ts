import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident, Status } from './control-plane.ts';
import { phantomMark } from './workload.ts';
import type { Pair, World } from './world.ts';

/**
 * How long the target may lack what the source has while the status says `healthy`. Capture is late when it is not sure for 150 s that it
 * has everything. A consumer may have been 60 s late at a heartbeat that is as old as one may be, 120 s.
 */
export const lagBoundMs = 180_000;
const sampleMs = 2_000;
/** Rows that are asked for at once. */
const mostPending = 500;

export interface WrongGreen {
  readonly pair: string;
  readonly seconds: number;
  /** What differed, at the first sample. */
  readonly what: string;
}

export interface TruthFigures {
  readonly samples: number;
  readonly withoutAnswer: number;
  readonly wrongGreen: readonly WrongGreen[];
  /** Rows of the target that the source never had. */
  readonly phantoms: readonly string[];
  /** Rows that went back to an older version, although nothing had made capture send them again. */
  readonly backwards: readonly string[];
  /** Live tables that had rows with the names of their columns from before they were exchanged next to others from after it. */
  readonly mixed: readonly string[];
  /** The longest time that an acknowledged commit was not yet at the target. */
  readonly longestLagMs: number;
}

export interface TruthWatch {
  readonly figures: () => TruthFigures;
  readonly lastStatus: (pair: Pair) => Status | undefined;
  readonly incidents: () => readonly (Incident & { readonly pair: string })[];
  stop(): Promise<void>;
}

export interface TruthOptions {
  /** Whether an applied row can only become newer. After a restart capture sends whole transactions again, with the versions between. */
  readonly isOrdered: () => boolean;
}

/** Compares, every two seconds, what the status says with what the target has. */
export const watchTruth = (world: World, options: TruthOptions): TruthWatch => {
  const stopped = new AbortController();
  const watches = world.pairs.map((pair) => createPairWatch(world, pair, options));
  const running = watches.map((watch) => repeat(watch.sample, stopped.signal));
  return {
    figures: () => {
      const all = watches.map((watch) => watch.figures());
      return {
        samples: sum(all.map(({ samples }) => samples)),
        withoutAnswer: sum(all.map(({ withoutAnswer }) => withoutAnswer)),
        wrongGreen: all.flatMap(({ wrongGreen }) => wrongGreen),
        phantoms: all.flatMap(({ phantoms }) => phantoms),
        backwards: all.flatMap(({ backwards }) => backwards),
        mixed: all.flatMap(({ mixed }) => mixed),
        longestLagMs: Math.round(Math.max(...all.map(({ longestLagMs }) => longestLagMs))),
      };
    },
    lastStatus: (pair) => watches.find((watch) => watch.pair === pair)?.status(),
    incidents: () =>
      watches.flatMap((watch) => watch.incidents().map((one) => ({ ...one, pair: watch.pair.name }))),
    stop: async () => {
      stopped.abort();
      await Promise.all(running);
    },
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const repeat = async (sample: () => Promise<void>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await sample();
    await sleep(sampleMs, undefined, { signal }).catch(() => undefined);
  }
};

interface PairWatch {
  readonly pair: Pair;
  readonly sample: () => Promise<void>;
  readonly figures: () => TruthFigures;
  readonly status: () => Status | undefined;
  readonly incidents: () => readonly Incident[];
}

const createPairWatch = ({ control }: World, pair: Pair, { isOrdered }: TruthOptions): PairWatch => {
  /** How many of the acknowledged commits are known to be at the target. */
  let seen = 0;
  const missing = new Map<number, number>();
  let status: Status | undefined;
  const incidents = new Map<string, Incident>();
  let samples = 0;
  let withoutAnswer = 0;
  let longestLagMs = 0;
  let greenSinceMs: number | undefined;
  const wrongGreen: { what: string; seconds: number }[] = [];
  const phantoms = new Set<string>();
  const backwards: string[] = [];
  const mixed = new Set<string>();
  /** The versions of `items` at the last sample in which they had an order; undefined after one in which they had none. */
  let lastVersions: ReadonlyMap<number, number> | undefined;

  /** What the target lacks for longer than the bound, in words; undefined when it lacks nothing, or was not read. */
  const findDifference = async (): Promise<string | undefined> => {
    const { acknowledged } = pair.workload;
    for (; seen < acknowledged.length && missing.size < mostPending; seen += 1) {
      const commit = acknowledged[seen];
      if (commit !== undefined) missing.set(commit.id, commit.atMs);
    }
    return pair.target.session(async (session) => {
      const ids = [...missing.keys()];
      if (ids.length > 0) {
        const there = await session.rows(
          `SELECT id FROM ${pair.targetName('ledger')} WHERE id IN (${ids.join(', ')})`,
        );
        for (const [id] of there) missing.delete(Number(id));
      }
      const now = performance.now();
      for (const atMs of missing.values()) longestLagMs = Math.max(longestLagMs, now - atMs);
      for (const [mark] of await session.rows(
        `SELECT commit_id FROM ${pair.targetName('ledger')} WHERE commit_id LIKE '${phantomMark}%'`,
      ))
        phantoms.add(String(mark));
      // What is known of the items is from before the target is read.
      const expected = [...pair.workload.items].filter(([, { atMs }]) => now - atMs > lagBoundMs);
      const rows = await session.rows(`SELECT id, version FROM ${pair.targetName('items')}`);
      const versions = new Map(rows.map(([id, version]) => [Number(id), Number(version)]));
      watchOrder(versions);
      const late = [...missing].filter(([, atMs]) => now - atMs > lagBoundMs);
      if (late.length > 0) return `ledger lacks ${late.length} rows, as ${late[0]?.[0]}`;
      const older = expected.find(([id, { version }]) => {
        const actual = versions.get(id);
        return version === undefined ? actual !== undefined : actual === undefined || actual < version;
      });
      // It may have been changed since: then the workload knows of a newer time.
      const current = older === undefined ? undefined : pair.workload.items.get(older[0]);
      return older !== undefined && current?.atMs === older[1].atMs
        ? `items ${older[0]} should have version ${older[1].version}, and has ${versions.get(older[0])}`
        : undefined;
    });
  };

  /** Until `shapes` is altered once more, each of its first rows tells by its words whether it is from before the exchange. */
  const watchShapes = async (): Promise<void> => {
    const isLive = status?.tables.some(({ source, state }) => source.table === 'shapes' && state === 'live');
    if (isLive !== true || pair.workload.figures.ddl.length !== 1) return;
    await pair.target.session(async (session) => {
      const count = async (word: string): Promise<number> => {
        const [row] = await session.rows(
          `SELECT count(*) FROM ${pair.targetName('shapes')} WHERE id <= 200 AND first_word LIKE '${word}%'`,
        );
        return Number(row?.[0]);
      };
      const [before, after] = [await count('word'), await count('other')];
      if (before > 0 && after > 0) mixed.add(`${pair.name}: ${before} of before, ${after} of after`);
    });
  };

  const watchOrder = (versions: ReadonlyMap<number, number>): void => {
    const isLive = status?.tables.some(({ source, state }) => source.table === 'items' && state === 'live');
    if (!isOrdered() || isLive !== true) {
      lastVersions = undefined;
      return;
    }
    for (const [id, version] of versions) {
      const before = lastVersions?.get(id);
      if (before !== undefined && version < before)
        backwards.push(`${pair.name}: items ${id} went from version ${before} to ${version}`);
    }
    lastVersions = versions;
  };

  const sample = async (): Promise<void> => {
    samples += 1;
    const nowMs = performance.now();
    const read = await control.status(pair.replicationId).catch(() => undefined);
    if (read === undefined) {
      withoutAnswer += 1;
      greenSinceMs = undefined;
      return;
    }
    status = read;
    for (const one of await control.incidents(pair.replicationId).catch(() => []))
      incidents.set(one.incident_id, one);
    const difference = await findDifference().catch(() => undefined);
    // A target may have neither name while it follows.
    await watchShapes().catch(() => undefined);
    const isGreen =
      read.overall === 'healthy' &&
      read.tables.every(({ source, state }) => source.table === 'shapes' || state === 'live');
    const claimsTooMuch =
      read.overall === 'healthy' && read.tables.some(({ state }) => state === 'held' || state === 'skipped')
        ? 'a table is held'
        : undefined;
    const what = (isGreen ? difference : undefined) ?? claimsTooMuch;
    if (what === undefined) {
      greenSinceMs = undefined;
      return;
    }
    if (greenSinceMs === undefined) wrongGreen.push({ what, seconds: 0 });
    const last = wrongGreen.at(-1);
    if (last !== undefined && greenSinceMs !== undefined) last.seconds += (nowMs - greenSinceMs) / 1_000;
    greenSinceMs = nowMs;
  };

  return {
    pair,
    sample,
    status: () => status,
    incidents: () => [...incidents.values()],
    figures: () => ({
      samples,
      withoutAnswer,
      longestLagMs,
      backwards,
      mixed: [...mixed],
      phantoms: [...phantoms].map((mark) => `${pair.name}: ${mark}`),
      // A status is read a moment before the target is: one sample alone says nothing.
      wrongGreen: wrongGreen
        .filter(({ seconds }) => seconds > 0)
        .map(({ what, seconds }) => ({ pair: pair.name, what, seconds: Math.round(seconds) })),
    }),
  };
};
