import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../demo/seeded-random.ts';
import { createProgressReporter } from '../../../local/progress.ts';
import { resetStack, startStack, stopStack } from '../../../local/stack.ts';
import type { StateFolder } from '../../../local/state-folder.ts';
import { comparePair, isEqual, type PairComparison } from './comparison.ts';
import { scheduleNames } from './control-plane.ts';
import { type Fault, faults, withoutEffect } from './fault-list.ts';
import { type PlannedFault, planFaults } from './plan.ts';
import { SmallDisks } from './small-disks.ts';
import { type TruthFigures, type TruthWatch, watchTruth } from './truth.ts';
import { openWorld, type Pair, type PairName, type World } from './world.ts';

export interface RandomOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly pairs: readonly PairName[];
  /** Names of the faults that may happen; all when left out. */
  readonly only?: readonly string[];
  readonly alters: boolean;
  readonly folder: StateFolder;
  /** The health checks run so often, next to their schedules of a minute and two: a short run need not wait for those. */
  readonly checkEveryMs?: number;
  /** How long everything may take to be equal and healthy after the last fault. */
  readonly settleMs?: number;
  readonly say: (line: string) => void;
}

export interface InjectedFault extends PlannedFault {
  readonly pairName: string;
  /**
   * `busy`: another fault of the same resource was still there. `met-another`: a server that it may need was away by another fault.
   * `without-effect`: there was nothing to break.
   */
  readonly outcome: 'done' | 'without-effect' | 'busy' | 'met-another' | 'failed';
}

export interface HeldTable {
  readonly pair: string;
  readonly table: string;
  readonly message: string;
}

export interface RandomResult {
  readonly seed: number;
  readonly minutes: number;
  /** What the plan was drawn from: with `--only` and these names the seed has the same plan also when there are more faults. */
  readonly drawnFrom: readonly string[];
  readonly faults: readonly InjectedFault[];
  readonly commits: number;
  readonly events: number;
  readonly rows: number;
  readonly ddl: readonly string[];
  readonly lost: number;
  readonly doubled: number;
  readonly phantom: number;
  readonly wrongGreenSeconds: number;
  readonly truth: TruthFigures;
  /** Conditions that no fault of the run explains. */
  readonly unexpectedIncidents: readonly string[];
  /** Incidents that were still open at the end. */
  readonly openIncidents: readonly string[];
  readonly incidents: Readonly<Record<string, number>>;
  /** Copied again by the harness, as an operator. */
  readonly held: readonly HeldTable[];
  /** How long it took after the last fault until everything was equal and healthy, in ms. */
  readonly settleMs: number;
  readonly problems: readonly string[];
}

/** From here on faults last long, too. */
const soakMinutes = 30;
/** After the last fault: a start of a consumer, the longest pause of a retry, two health checks. */
const settleTimeoutMs = 420_000;

/**
 * Conditions that tell of work done, or of a table that waits by its policy. The harness changes the tables as an operator does; a change
 * that meets a fault fails, and has to be begun again by itself, which closes the incident.
 */
const alwaysAllowed = [
  ...['copy-done', 'resync-done', 'table-held', 'schema-change-waiting'],
  'table-change-failed',
];

export const runRandom = async (options: RandomOptions): Promise<RandomResult> => {
  const { seed, minutes, folder, say } = options;
  const random = seededRandom(seed);
  const isSoak = minutes >= soakMinutes;
  const allowed = faults.filter(
    ({ name, isLong = false }) => options.only?.includes(name) ?? (isSoak || !isLong),
  );
  const plan = planFaults(random.fork(1), {
    ...{ lengthMs: minutes * 60_000, pairs: options.pairs.length, faults: allowed },
  });
  const reporter = createProgressReporter();
  // Replications of a run before would go on, and take time from this one.
  await resetStack(folder, reporter);
  const { state: stack } = await startStack({ folder, reporter, with: ['mariadb'] });
  const disks = new SmallDisks();
  try {
    const world = await openWorld({
      ...{ stack, folder, say, disks, pairs: options.pairs, alters: options.alters, pauseMs: 60 },
      random: random.fork(2),
    });
    // A fault that makes capture send transactions again is never taken back.
    let isOrdered = true;
    const truth = watchTruth(world, { isOrdered: () => isOrdered });
    const operator = watchHeld(world, say);
    const checks = checkOften(world, options.checkEveryMs);
    try {
      const injected = await injectAll(world, plan, say, ({ repeatsEvents }) => {
        if (repeatsEvents) isOrdered = false;
      });
      say('The faults are over. The workload ends, and the targets catch up.');
      await Promise.all(world.pairs.map(({ workload }) => workload.stop()));
      const settled = await settle(world, truth, injected, options);
      await operator.stop();
      await truth.stop();
      const drawnFrom = allowed.map(({ name }) => name);
      return resultOf({ options, world, truth, injected, settled, drawnFrom, held: operator.held });
    } finally {
      await checks.stop();
      await operator.stop();
      await truth.stop();
      await world.close();
    }
  } finally {
    await stopStack(folder);
    disks.unmountAll();
  }
};

const faultOf = (name: string): Fault => {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`There is no fault ${name}.`);
  return found;
};

/** Carries the plan out; returns when every fault is over. */
const injectAll = async (
  world: World,
  plan: readonly PlannedFault[],
  say: (line: string) => void,
  onBegin: (fault: Fault) => void,
): Promise<readonly InjectedFault[]> => {
  const busy = new Set<string>();
  const startedAtMs = performance.now();
  const inject = async (planned: PlannedFault): Promise<InjectedFault> => {
    const fault = faultOf(planned.fault);
    const pair = world.pairs[planned.pair] as Pair;
    await sleep(Math.max(0, planned.atMs - (performance.now() - startedAtMs)));
    const resource = fault.resource(pair);
    const entry = { ...planned, pairName: pair.name };
    if (busy.has(resource)) return { ...entry, outcome: 'busy' };
    busy.add(resource);
    say(
      `${(planned.atMs / 1_000).toFixed(0).padStart(5)} s  ${planned.fault} (${pair.name}${planned.lastsMs > 0 ? `, ${(planned.lastsMs / 1_000).toFixed(0)} s` : ''})`,
    );
    try {
      onBegin(fault);
      const repair = await fault.begin(world, pair);
      await sleep(planned.lastsMs);
      return { ...entry, outcome: (await repair()) === withoutEffect ? withoutEffect : 'done' };
    } catch (error) {
      say(`        ${planned.fault} could not be carried out: ${String(error)}`);
      return { ...entry, outcome: world.servers.isOneAway ? 'met-another' : 'failed' };
    } finally {
      busy.delete(resource);
    }
  };
  return Promise.all(plan.map(inject));
};

interface Operator {
  readonly held: readonly HeldTable[];
  stop(): Promise<void>;
}

const operatorPauseMs = 10_000;

/** What an operator does about a table that is held: it is copied again. Changes of `shapes` may ask for that by the policy. */
const watchHeld = (world: World, say: (line: string) => void): Operator => {
  const stopped = new AbortController();
  const held: HeldTable[] = [];
  const look = async (pair: Pair): Promise<void> => {
    const { tables } = await world.control.status(pair.replicationId);
    for (const { source, state, message } of tables) {
      if (state !== 'held') continue;
      const path = `tables/${pair.source.schema}.${source.table}/resync`;
      const answer = await world.control.act(pair.replicationId, path);
      // Another change of the tables, or a start, is under way: the next look asks again.
      if (answer !== 202) continue;
      held.push({ pair: pair.name, table: source.table, message: message ?? '' });
      say(`        ${pair.name}: ${source.table} was held and is copied again: ${message}`);
    }
  };
  const running = (async () => {
    while (!stopped.signal.aborted) {
      for (const pair of world.pairs) await look(pair).catch(() => undefined); // The API is away: later.
      await sleep(operatorPauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    held,
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
};

const checkOften = (
  { control }: World,
  everyMs: number | undefined,
): { readonly stop: () => Promise<void> } => {
  const stopped = new AbortController();
  const run = async (pauseMs: number): Promise<void> => {
    while (!stopped.signal.aborted) {
      // One that is away by a fault runs at the next turn.
      for (const name of scheduleNames) await control.runSchedule(name).catch(() => undefined);
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const running = everyMs === undefined ? Promise.resolve() : run(everyMs);
  return {
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
};

interface Settled {
  readonly comparisons: ReadonlyMap<Pair, PairComparison>;
  readonly tookMs: number;
  readonly problems: readonly string[];
}

/** From a start that begins by itself, at the next health check, until its tables are live and an incident is closed. */
const startTimeMs = 240_000;

/** An operator acts on an incident: two health checks and a half may pass until there is one. Later, it is missing. */
const toldWithinMs = 150_000;

/**
 * Waits until every pair is equal and healthy. A pair that lost changes is copied again, as an operator would do who was told.
 */
const settle = async (
  world: World,
  truth: TruthWatch,
  injected: readonly InjectedFault[],
  { say, settleMs = settleTimeoutMs }: RandomOptions,
): Promise<Settled> => {
  const startedAtMs = performance.now();
  const mayLose = injected.some(({ fault, outcome }) => outcome === 'done' && faultOf(fault).loses === true);
  const resynced = new Set<Pair>();
  const isTold = ({ name }: Pair): boolean =>
    truth
      .incidents()
      .some(
        ({ pair, condition, state }) => pair === name && condition === 'needs-resync' && state === 'open',
      );
  const comparisons = new Map<Pair, PairComparison>();
  let waiting: string[] = [];
  let endsAtMs = startedAtMs + settleMs;
  while (performance.now() < endsAtMs) {
    waiting = [];
    for (const pair of world.pairs) {
      const status = await world.control.status(pair.replicationId).catch(() => undefined);
      const isDue = isTold(pair) || performance.now() - startedAtMs > toldWithinMs;
      if (status?.config.status === 'needs-resync' && mayLose && !resynced.has(pair) && isDue) {
        resynced.add(pair);
        say(`${pair.name} needs a resync and gets it: ${status.config.last_error_message}`);
        await world.control.act(pair.replicationId, 'start', { force_resync: true });
      }
      // What has failed is tried again with pauses of up to a quarter of an hour, which is promised and told.
      const triesAgainInMs = Date.parse(status?.tries_again_at ?? '') - Date.now();
      if (triesAgainInMs > 0) endsAtMs = Math.max(endsAtMs, performance.now() + triesAgainInMs + startTimeMs);
      const comparison = await comparePair(pair).catch(() => undefined);
      if (comparison !== undefined) comparisons.set(pair, comparison);
      if (comparison === undefined) waiting.push(`${pair.name} cannot be compared`);
      else if (!isEqual(comparison)) waiting.push(`${pair.name} differs: ${describe(comparison)}`);
      if (status?.overall !== 'healthy')
        waiting.push(`${pair.name} is ${status?.overall}: ${status?.reasons.join(' ')}`);
    }
    const openIncidents = truth.incidents().filter(({ state }) => state === 'open');
    for (const { pair, condition, message } of openIncidents)
      waiting.push(`${pair} has an open incident ${condition}: ${message}`);
    if (waiting.length === 0) break;
    await sleep(3_000);
  }
  const tookMs = Math.round(performance.now() - startedAtMs);
  for (const problem of waiting) say(`After ${Math.round(tookMs / 1_000)} s: ${problem}`);
  return { comparisons, tookMs, problems: waiting };
};

const describe = ({ differences, lostAtSource, doubled, isSumKept }: PairComparison): string =>
  [
    ...differences.map(
      ({ table, lost, phantom }) =>
        `${table} ${lost.length} lost or other (${lost.slice(0, 3).join(', ')}), ${phantom.length} phantom (${phantom.slice(0, 3).join(', ')})`,
    ),
    ...(lostAtSource.length > 0 ? [`the source lacks ${lostAtSource.length} acknowledged commits`] : []),
    ...(doubled > 0 ? [`${doubled} commits are doubled or were rolled back`] : []),
    ...(isSumKept ? [] : ['the sum of the accounts has changed']),
  ].join('; ');

interface Ended {
  readonly drawnFrom: readonly string[];
  readonly options: RandomOptions;
  readonly world: World;
  readonly truth: TruthWatch;
  readonly injected: readonly InjectedFault[];
  readonly settled: Settled;
  readonly held: readonly HeldTable[];
}

const resultOf = ({ options, world, truth, injected, settled, drawnFrom, held }: Ended): RandomResult => {
  const figures = truth.figures();
  const comparisons = world.pairs.map((pair) => settled.comparisons.get(pair));
  const count = (of: (comparison: PairComparison) => number): number =>
    comparisons.reduce((sum, comparison) => sum + (comparison === undefined ? 0 : of(comparison)), 0);
  const workloads = world.pairs.map(({ workload }) => workload.figures);
  const told = truth.incidents();
  const explained = new Set([
    ...alwaysAllowed,
    ...injected.flatMap(({ fault, outcome }) => (outcome === 'busy' ? [] : faultOf(fault).incidents)),
  ]);
  const incidents: Record<string, number> = {};
  for (const { condition } of told) incidents[condition] = (incidents[condition] ?? 0) + 1;
  const wrongGreenSeconds = figures.wrongGreen.reduce((sum, { seconds }) => sum + seconds, 0);
  const unexpectedIncidents = told
    .filter(({ condition }) => !explained.has(condition))
    .map(({ pair, condition, message }) => `${pair}: ${condition}: ${message}`);
  const losses = injected.filter(({ fault, outcome }) => outcome === 'done' && faultOf(fault).loses === true);
  const holds = injected.flatMap(({ fault, pairName, outcome }) => {
    const table = faultOf(fault).holds;
    return outcome !== 'done' || table === undefined ? [] : [{ fault, pairName, table }];
  });
  const heldWrongly = held.filter(
    ({ pair, table }) =>
      table !== 'shapes' &&
      losses.length === 0 &&
      !holds.some((one) => one.pairName === pair && one.table === table),
  );
  const notHeld = holds.filter(
    ({ pairName, table }) =>
      losses.length === 0 && !held.some((one) => one.pair === pairName && one.table === table),
  );
  const untoldLosses = losses.filter(
    ({ pairName }) =>
      !told.some(({ pair, condition }) => pair === pairName && /^(needs-resync|table-held)$/.test(condition)),
  );
  return {
    ...{
      seed: options.seed,
      minutes: options.minutes,
      drawnFrom,
      faults: injected,
      truth: figures,
      incidents,
    },
    commits: workloads.reduce((sum, { commits }) => sum + commits, 0),
    events: workloads.reduce((sum, { rows }) => sum + rows, 0),
    rows: count(({ rows }) => rows),
    ddl: workloads.flatMap(({ ddl }) => ddl),
    lost: count(({ differences }) => differences.reduce((sum, { lost }) => sum + lost.length, 0)),
    doubled: count(({ doubled }) => doubled),
    phantom:
      figures.phantoms.length +
      count(({ differences }) => differences.reduce((sum, { phantom }) => sum + phantom.length, 0)),
    wrongGreenSeconds,
    unexpectedIncidents,
    openIncidents: told
      .filter(({ state }) => state === 'open')
      .map(({ pair, condition }) => `${pair}: ${condition}`),
    held,
    settleMs: settled.tookMs,
    problems: [
      ...settled.problems,
      ...figures.wrongGreen.map(
        ({ pair, seconds, what }) => `${pair} was healthy for ${seconds} s while ${what}`,
      ),
      ...figures.backwards.map((one) => `a row became older: ${one}`),
      ...figures.mixed.map((one) => `rows were read by another shape than they were written with: ${one}`),
      ...figures.phantoms.map((phantom) => `a row that was rolled back was at the target: ${phantom}`),
      ...unexpectedIncidents.map((one) => `an incident that no fault explains: ${one}`),
      ...untoldLosses.map(({ fault, pairName }) => `no incident told of ${fault} of ${pairName}`),
      ...notHeld.map(({ fault, pairName, table }) => `${pairName}: ${table} was not held by ${fault}`),
      ...heldWrongly.map(({ pair, table, message }) => `${pair}: ${table} was held: ${message}`),
      ...injected
        .filter(({ outcome }) => outcome === 'failed')
        .map(({ fault, pairName }) => `the harness could not carry out ${fault} of ${pairName}`),
    ],
  };
};
