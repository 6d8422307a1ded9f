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
}

export const growthScenarios = ['big-transaction', 'long-run', 'large-rows'] as const;
export type GrowthScenario = (typeof growthScenarios)[number];

export interface GrowthOptions {
  readonly scenario: GrowthScenario;
  /** Rows of the transaction, events of the long run, or rows of 5 MB. */
  readonly rows: number;
  readonly folder: StateFolder;
  readonly say: (line: string) => void;
}

const filler = 'x'.repeat(100);
const pollMs = 1_000;
/** Nothing has come for so long. */
const stallMs = 300_000;
const largeRowBytes = 5_000_000;

/** Writes much to one PostgreSQL table and watches the memory of what carries it to another PostgreSQL. */
export const runGrowth = async ({ scenario, rows, folder, say }: GrowthOptions): Promise<GrowthFigures> => {
  const reporter = createProgressReporter();
  await resetStack(folder, reporter);
  const { state: stack } = await startStack({ folder, reporter });
  try {
    const name = `growth_${Date.now().toString(36)}`;
    const control = await openControlPlane(stack, name);
    const source = await openPostgresEnd('source', stack.source, `${name}_s`);
    const target = await openPostgresEnd('target', stack.target, `${name}_t`);
    await source.session((session) =>
      session.run('CREATE TABLE grown (id bigint PRIMARY KEY, version bigint NOT NULL, filler text)'),
    );
    const sourceId = await control.registerDatabase(source, source);
    const targetId = await control.registerDatabase(target, target);
    const replication = await control.createReplication({ sourceId, targetId }, [
      { schema: 'public', table: 'grown' },
    ]);
    const id = replication.replication_id;
    const targetTable = replication.tables[0]?.target.table ?? '';
    await control.act(id, 'start');
    for (;;) {
      const { config, tables } = await control.status(id);
      if (config.status === 'error') throw new Error(config.last_error_message ?? 'The start failed.');
      if (tables.every(({ state }) => state === 'live')) break;
      await sleep(pollMs);
    }
    await sleep(5_000);
    const [consumer] = taskProcessesOf(folder, 'consumer', id);
    const connect = runningPart(folder, 'connect')?.pid;
    if (consumer === undefined || connect === undefined) throw new Error('No consumer or no worker runs.');
    const idleMib = resident(consumer);
    for (const pid of [consumer, connect]) forgetPeak(pid);
    say(`${scenario}: ${rows} rows, the consumer has ${idleMib} MiB.`);

    const samples: number[] = [];
    const startedMs = performance.now();
    const write = writers[scenario](source, rows);
    let isWritten = false;
    const writing = write.finally(() => {
      isWritten = true;
    });
    writing.catch(() => undefined);
    const query = (table: string): string =>
      `SELECT count(*), coalesce(sum(id), 0), coalesce(sum(version), 0), coalesce(sum(length(filler)), 0) FROM ${table}`;
    let last = '';
    let changedMs = performance.now();
    let toldMs = 0;
    let isEqual = false;
    while (!isEqual) {
      samples.push(resident(consumer));
      const seen = JSON.stringify(await target.session((session) => session.rows(query(`"${targetTable}"`))));
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
        const wanted = JSON.stringify(await source.session((session) => session.rows(query('grown'))));
        isEqual = wanted === seen;
      }
      if (nowMs - changedMs > stallMs && isWritten) break;
      await sleep(pollMs);
    }
    await writing;
    return {
      ...{ rows, idleMib, isEqual, seconds: Math.round((performance.now() - startedMs) / 1_000) },
      ...{ peakMib: peak(consumer), connectPeakMib: peak(connect), course: courseOf(samples) },
    };
  } finally {
    await stopStack(folder);
  }
};

const writers: Readonly<Record<GrowthScenario, (source: DatabaseEnd, rows: number) => Promise<void>>> = {
  'big-transaction': (source, rows) =>
    source.session((session) =>
      session.run(`INSERT INTO grown SELECT id, 1, '${filler}' FROM generate_series(1, ${rows}) AS id`),
    ),
  'long-run': (source, rows) =>
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
