import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OutageProxy, openOutageProxy } from '#test/kit/outage-proxy.ts';
import type { SeededRandom } from '../../../demo/seeded-random.ts';
import type { StackState } from '../../../local/stack-state.ts';
import type { StateFolder } from '../../../local/state-folder.ts';
import { type ControlPlane, openControlPlane, type Status } from './control-plane.ts';
import type { DatabaseEnd, EndKind, EndOptions } from './database-end.ts';
import { openMariadbEnd } from './mariadb-end.ts';
import { openPostgresEnd } from './postgres-end.ts';
import { Servers } from './servers.ts';
import type { SmallDisks } from './small-disks.ts';
import {
  createTables,
  startWorkload,
  type Workload,
  type WorkloadTable,
  workloadTables,
} from './workload.ts';

/** A source and a target, and the replication between them. */
export interface Pair {
  readonly name: string;
  readonly source: DatabaseEnd;
  readonly target: DatabaseEnd;
  /** The product's way to each of them. */
  readonly sourceWay: OutageProxy;
  readonly targetWay: OutageProxy;
  readonly sourceDatabaseId: number;
  readonly targetDatabaseId: number;
  readonly replicationId: number;
  readonly connectorName: string;
  readonly workload: Workload;
  targetName(table: WorkloadTable): string;
}

export interface World {
  readonly stack: StackState;
  readonly folder: StateFolder;
  readonly control: ControlPlane;
  readonly pairs: readonly Pair[];
  readonly servers: Servers;
  /** Ends the workload and the ways; the stack is left as it is. */
  close(): Promise<void>;
}

export const pairNames = [
  'postgresql-postgresql',
  'postgresql-mariadb',
  'mariadb-postgresql',
  'mariadb-mariadb',
] as const;
export type PairName = (typeof pairNames)[number];

export interface WorldOptions {
  readonly stack: StackState;
  readonly folder: StateFolder;
  readonly random: SeededRandom;
  readonly pairs: readonly PairName[];
  readonly pauseMs: number;
  readonly alters: boolean;
  /** Where the targets' databases are, so that each can be full by itself. */
  readonly disks: SmallDisks;
  readonly say: (line: string) => void;
}

/** A copy of 6,000 rows and what comes before it take seconds; a busy machine, on which capture falls behind the workload, takes much longer. */
const startTimeoutMs = 900_000;

/** Sets replications up under load and waits until they are live. */
export const openWorld = async (options: WorldOptions): Promise<World> => {
  const { stack, folder, say } = options;
  const name = `faults_${randomBytes(3).toString('hex')}`;
  const control = await openControlPlane(stack, name);
  const pairs = await Promise.all(
    options.pairs.map((pair, index) => openPair({ pair, name: `${name}_${index}`, index, control, options })),
  );
  say(`Started ${pairs.length} replications under load.`);
  await Promise.all(pairs.map((pair) => awaitLive(control, pair)));
  say('Every table is live.');
  if (options.alters) for (const { workload } of pairs) workload.startAltering();
  const servers = new Servers(folder, say);
  return {
    ...{ stack, folder, control, pairs, servers },
    close: async () => {
      await servers.close();
      await Promise.all(pairs.map((pair) => pair.workload.stop()));
      await Promise.all(pairs.flatMap(({ sourceWay, targetWay }) => [sourceWay.close(), targetWay.close()]));
    },
  };
};

interface PairPlan {
  readonly pair: PairName;
  readonly name: string;
  readonly index: number;
  readonly control: ControlPlane;
  readonly options: WorldOptions;
}

const openPair = async ({ pair, name, index, control, options }: PairPlan): Promise<Pair> => {
  const [sourceKind, targetKind] = pair.split('-') as [EndKind, EndKind];
  const source = await openEnd(options.stack, sourceKind, 'source', { database: `${name}_s` });
  const target = await openEnd(options.stack, targetKind, 'target', {
    ...{ database: `${name}_t`, disks: options.disks },
  });
  await createTables(source);
  const [sourceWay, targetWay] = await Promise.all([openOutageProxy(source), openOutageProxy(target)]);
  const sourceId = await control.registerDatabase(source, sourceWay);
  const targetId = await control.registerDatabase(target, targetWay);
  const replication = await control.createReplication(
    { sourceId, targetId },
    workloadTables.map((table) => ({ schema: source.schema, table })),
  );
  const workload = startWorkload({
    ...{ source, pauseMs: options.pauseMs },
    random: options.random.fork(index),
  });
  const started = await control.act(replication.replication_id, 'start');
  if (started !== 202) throw new Error(`The start of ${pair} answered ${started}.`);
  const targetNames = new Map(
    replication.tables.map((table) => [table.source.table, `${table.target.schema}.${table.target.table}`]),
  );
  return {
    ...{ name: pair, source, target, sourceWay, targetWay, workload },
    ...{ sourceDatabaseId: sourceId, targetDatabaseId: targetId },
    replicationId: replication.replication_id,
    connectorName: replication.connector_name,
    targetName: (table) => targetNames.get(table) ?? table,
  };
};

const openEnd = (
  stack: StackState,
  kind: EndKind,
  side: 'source' | 'target',
  options: EndOptions,
): Promise<DatabaseEnd> => {
  if (kind === 'postgresql') return openPostgresEnd(side, stack[side], options);
  if (stack.mariadb === undefined) throw new Error('The stack runs without MariaDB.');
  return openMariadbEnd(stack.mariadb, options);
};

const awaitLive = async (control: ControlPlane, { name, replicationId }: Pair): Promise<void> => {
  const deadline = performance.now() + startTimeoutMs;
  let last: Status | undefined;
  for (;;) {
    last = await control.status(replicationId).catch(() => last);
    if (last?.config.status === 'error')
      throw new Error(`The start of ${name} failed: ${last.config.last_error_message}`);
    if (last?.tables.every(({ state }) => state === 'live') === true) return;
    if (performance.now() > deadline)
      throw new Error(`${name} was not live within ${startTimeoutMs / 1_000} s: ${JSON.stringify(last)}`);
    await sleep(1_000);
  }
};
