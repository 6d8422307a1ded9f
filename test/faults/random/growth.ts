import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { taskProcessesOf } from '#test/kit/task-processes.ts';
import { createProgressReporter } from '../../../local/progress.ts';
import { resetStack, startStack, stopStack } from '../../../local/stack.ts';
import { runningPart } from '../../../local/stack-state.ts';
import type { StateFolder } from '../../../local/state-folder.ts';
import { openControlPlane } from './control-plane.ts';
import type { DatabaseEnd } from './database-end.ts';
import { openPostgresEnd } from './postgres-end.ts';

export interface GrowthFigures {
  readonly scenario: GrowthScenario;
  readonly rows: number;
  readonly seconds: number;
  /** Resident memory of the consumer before, in MiB. */
  readonly idleMib: number;
  /** The most that it had, in MiB. */
  readonly peakMib: number;
  /** The same of the Connect worker. */
  readonly connectPeakMib: number;
  /** The consumer's memory over time, in MiB; ten parts of the run, the most of each. */
  readonly course: readonly number[];
  readonly isEqual: boolean;
  /** Equal, within what the consumer may take, and without a rise in the second half of a run that goes on and on. */
  readonly hasPassed: boolean;
}

export const growthScenarios = [
  'big-transaction',
  'long-run',
  'large-rows',
  'dead-keys',
  'many-tables',
] as const;
export type GrowthScenario = (typeof growthScenarios)[number];

export interface GrowthOptions {
  readonly scenario: GrowthScenario;
  /** Rows of the transaction, events of the long run, rows of 5 MB, keys that come and go, or tables. */
  readonly rows: number;
  readonly folder: StateFolder;
  readonly say: (line: string) => void;
}

const filler = 'x'.repeat(100);
const pollMs = 1_000;
/** Nothing has come for so long. */
const stallMs = 300_000;
const largeRowBytes = 5_000_000;
/** What the consumer may have above its idle memory. A row of 5 MB is decoded by itself, and takes ten times its size for a moment. */
const mostGrowthMib = 256;
/** What the second half of a long run may have above the first, each by its median. */
const mostRiseMib = 48;
/**
 * How many changes of the long run may wait: a day has as many events for the consumer in its first hour as in its last. Otherwise the
 * writer runs ahead until it ends, and the second half is one large backlog, of which a consumer holds more at once.
 */
const mostBehind = 50_000;
const goesOn: readonly GrowthScenario[] = ['long-run', 'dead-keys'];
/** Of `many-tables`, before and after the start. */
const rowsOfEach = 100;

const tableNames = (scenario: GrowthScenario, rows: number): readonly string[] =>
  scenario === 'many-tables' ? Array.from({ length: rows }, (_, index) => `grown_${index + 1}`) : ['grown'];

const createTables = async (
  source: DatabaseEnd,
  scenario: GrowthScenario,
  tables: readonly string[],
): Promise<void> => {
  await source.session(async (session) => {
    for (const table of tables) {
      await session.run(
        `CREATE TABLE ${table} (id bigint PRIMARY KEY, version bigint NOT NULL, filler text)`,
      );
      if (scenario === 'many-tables')
        await session.run(
          `INSERT INTO ${table} SELECT id, 0, '' FROM generate_series(1, ${rowsOfEach}) AS id`,
        );
    }
  });
};

/** Writes much to PostgreSQL and watches the memory of what carries it to another PostgreSQL. */
export const runGrowth = async ({ scenario, rows, folder, say }: GrowthOptions): Promise<GrowthFigures> => {
  const reporter = createProgressReporter();
  await resetStack(folder, reporter);
  const { state: stack } = await startStack({ folder, reporter });
  try {
    const name = `growth_${Date.now().toString(36)}`;
    const control = await openControlPlane(stack, name);
    const source = await openPostgresEnd('source', stack.source, { database: `${name}_s` });
    const target = await openPostgresEnd('target', stack.target, { database: `${name}_t` });
    const tables = tableNames(scenario, rows);
    await createTables(source, scenario, tables);
    const sourceId = await control.registerDatabase(source, source);
    const targetId = await control.registerDatabase(target, target);
    const replication = await control.createReplication(
      { sourceId, targetId },
      tables.map((table) => ({ schema: 'public', table })),
    );
    const id = replication.replication_id;
    const beganMs = performance.now();
    await control.act(id, 'start');
    for (;;) {
      const { config, tables: seen } = await control.status(id);
      if (config.status === 'error') throw new Error(config.last_error_message ?? 'The start failed.');
      if (seen.every(({ state }) => state === 'live')) break;
      await sleep(pollMs);
    }
    const startSeconds = Math.round((performance.now() - beganMs) / 1_000);
    await sleep(5_000);
    const [consumer] = taskProcessesOf(folder, 'consumer', id);
    const connect = runningPart(folder, 'connect')?.pid;
    if (consumer === undefined || connect === undefined) throw new Error('No consumer or no worker runs.');
    const idleMib = resident(consumer);
    for (const pid of [consumer, connect]) forgetPeak(pid);
    say(`${scenario}: live after ${startSeconds} s, the consumer has ${idleMib} MiB.`);

    const samples: number[] = [];
    const startedMs = performance.now();
    /** The sum of the versions at the target, at the last look. */
    let applied = 0;
    const keepPace: KeepPace = async (written) => {
      while (written - applied > mostBehind && performance.now() - changedMs < stallMs) await sleep(100);
    };
    let isWritten = false;
    let changedMs = performance.now();
    const writing = writers[scenario](source, rows, keepPace).finally(() => {
      isWritten = true;
    });
    writing.catch(() => undefined);
    const query = (names: readonly string[]): string =>
      `SELECT count(*), coalesce(sum(id), 0), coalesce(sum(version), 0), coalesce(sum(length(filler)), 0)
       FROM (${names.map((table) => `SELECT id, version, filler FROM "${table}"`).join(' UNION ALL ')}) AS grown`;
    const targets = replication.tables.map(({ target: { table } }) => table);
    let last = '';
    let toldMs = 0;
    let isEqual = false;
    while (!isEqual) {
      samples.push(resident(consumer));
      const found = await target.session((session) => session.rows(query(targets)));
      const seen = JSON.stringify(found);
      applied = Number(found[0]?.[2]);
      const nowMs = performance.now();
      if (seen !== last) changedMs = nowMs;
      last = seen;
      if (nowMs - toldMs > 15_000) {
        toldMs = nowMs;
        say(
          `  ${((nowMs - startedMs) / 1_000).toFixed(0)} s: the target has ${seen}, the consumer ${samples.at(-1)} MiB`,
        );
      }
      if (isWritten) {
        const wanted = JSON.stringify(await source.session((session) => session.rows(query(tables))));
        isEqual = wanted === seen;
      }
      if (nowMs - changedMs > stallMs && isWritten) break;
      await sleep(pollMs);
    }
    await writing;
    const peakMib = peak(consumer);
    const course = courseOf(samples);
    const isFlat = !goesOn.includes(scenario) || riseOf(samples) <= mostRiseMib;
    return {
      ...{ scenario, rows, idleMib, peakMib, connectPeakMib: peak(connect), course, isEqual },
      seconds: Math.round((performance.now() - startedMs) / 1_000),
      hasPassed: isEqual && peakMib - idleMib <= mostGrowthMib && isFlat,
    };
  } finally {
    await stopStack(folder);
  }
};

/** Returns when the target has all but the last changes of so many. */
type KeepPace = (written: number) => Promise<void>;

type Writer = (source: DatabaseEnd, rows: number, keepPace: KeepPace) => Promise<void>;

const writers: Readonly<Record<GrowthScenario, Writer>> = {
  'big-transaction': (source, rows) =>
    source.session((session) =>
      session.run(`INSERT INTO grown SELECT id, 1, '${filler}' FROM generate_series(1, ${rows}) AS id`),
    ),
  'long-run': (source, rows, keepPace) =>
    source.session(async (session) => {
      // The same rows over and over: what the target has does not grow.
      const distinct = 10_000;
      await session.run(
        `INSERT INTO grown SELECT id, 0, '${filler}' FROM generate_series(1, ${distinct}) AS id`,
      );
      const statement = 500;
      for (let done = 0; done < rows; done += statement) {
        const from = (done % distinct) + 1;
        await session.run(
          `UPDATE grown SET version = version + 1 WHERE id BETWEEN ${from} AND ${from + statement - 1}`,
        );
        await keepPace(done + statement);
      }
    }),
  'dead-keys': (source, rows) =>
    source.session(async (session) => {
      const statement = 500;
      for (let from = 1; from <= rows; from += statement) {
        const to = Math.min(rows, from + statement - 1);
        await session.run(
          `INSERT INTO grown SELECT id, 1, '${filler}' FROM generate_series(${from}, ${to}) AS id`,
        );
        await session.run(`DELETE FROM grown WHERE id BETWEEN ${from} AND ${to}`);
      }
      // Both ends would be equal at any time without it.
      await session.run(`INSERT INTO grown VALUES (0, ${rows}, 'the last one')`);
    }),
  'many-tables': (source, rows) =>
    source.session(async (session) => {
      for (const table of tableNames('many-tables', rows)) {
        await session.run(
          `INSERT INTO ${table} SELECT id, 1, '${filler}' FROM generate_series(${rowsOfEach + 1}, ${2 * rowsOfEach}) AS id`,
        );
        await session.run(`UPDATE ${table} SET version = version + 1 WHERE id <= ${rowsOfEach}`);
      }
    }),
  'large-rows': (source, rows) =>
    source.session(async (session) => {
      for (let id = 1; id <= rows; id += 1)
        await session.run(
          `INSERT INTO grown SELECT ${id}, 1, string_agg(md5(n::text), '') FROM generate_series(1, ${largeRowBytes / 32}) AS n`,
        );
    }),
};

/**
 * In MiB. The collector of garbage runs when it likes, so that single peaks say nothing, and what the beginning takes more and more of is
 * code. A leak raises the whole second half.
 */
export const riseOf = (samples: readonly number[]): number => {
  const warm = samples.slice(Math.floor(samples.length / 10));
  const half = Math.floor(warm.length / 2);
  return medianOf(warm.slice(half)) - medianOf(warm.slice(0, half));
};

const medianOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const fieldOf = (pid: number, field: 'VmRSS' | 'VmHWM'): number =>
  Math.round(
    Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) /
      1_024,
  );
const resident = (pid: number): number => fieldOf(pid, 'VmRSS');
const peak = (pid: number): number => fieldOf(pid, 'VmHWM');
/** proc(5): 5 sets the highest resident size back to the current one. */
const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

const courseOf = (samples: readonly number[]): readonly number[] => {
  const parts = Math.min(10, samples.length);
  return Array.from({ length: parts }, (_, part) =>
    Math.max(
      ...samples.slice(
        Math.floor((part * samples.length) / parts),
        Math.floor(((part + 1) * samples.length) / parts),
      ),
    ),
  );
};
