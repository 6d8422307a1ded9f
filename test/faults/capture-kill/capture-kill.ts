import { setTimeout as sleep } from 'node:timers/promises';
import { classifyTrace, failureTrace } from '#core/capture/connector-failures.ts';
import type { CaptureSource, Interruption, Load } from './capture-source.ts';
import { openCaptureStack } from './capture-stack.ts';
import type { EventLedger } from './event-ledger.ts';

export interface CaptureKillFigures {
  readonly kills: number;
  /** Rows of the source at the end. */
  readonly rows: number;
  /** Rows that the events do not have, or have in an older version. */
  readonly lost: number;
  /** Rows that the events have and the source has not. */
  readonly extra: number;
  /** Events that came again after a restart; a row's key makes them harmless at the target. */
  readonly doubled: number;
  /** How often the task had failed and was restarted, as the health check does it each minute. */
  readonly restarts: number;
}

export interface CaptureKillOptions {
  readonly interruptions: readonly Interruption[];
  /** How often capture is broken off, in the order of `interruptions`, over and over. */
  readonly times: number;
  /** Names of the loads that run; all when left out. */
  readonly loads?: readonly string[];
  readonly say?: (line: string) => void;
}

/** A worker that was killed has to start, and Debezium waits 10 s before it connects again; a busy machine takes longer. */
const stallTimeoutMs = 180_000;
/** The health check looks each minute; here a shorter wait saves time and is as good. */
const healAfterMs = 5_000;
const pollMs = 200;
/** Ids of one load; the small transactions that run next to the big one have those of the second half. */
const idsPerLoad = 10_000_000;

/**
 * Writes to a source and breaks its capture off, `times` times, then compares what the events say with what the source has.
 * The source, Kafka, Connect and Debezium are real, and capture is set up as a start does it.
 */
export const runCaptureKill = async (
  openTestSource: () => Promise<CaptureSource>,
  options: CaptureKillOptions,
): Promise<CaptureKillFigures> => {
  const say = options.say ?? (() => undefined);
  const stops: (() => Promise<void>)[] = [];
  try {
    const stack = await openCaptureStack(openTestSource, stops);
    const { source, replication, connect, ledger } = stack;
    let restarts = 0;
    const waitFor = (what: string, holds: () => Promise<boolean>): Promise<void> =>
      waitWhileEventsCome({
        ...{ what, ledger, holds },
        heal: async () => {
          const status = await connect.getStatus(replication.connectorName);
          const trace = status && failureTrace(status);
          if (trace === undefined || !['restart', 'retry'].includes(classifyTrace(trace).cure)) return;
          restarts += 1;
          await connect.restartFailed(replication.connectorName);
        },
        describeCapture: async () => JSON.stringify(await connect.getStatus(replication.connectorName)),
      });

    const interrupt: Record<Interruption, () => Promise<void>> = {
      session: async () => {
        // Between two sessions there is none to end.
        await waitFor('a session reads the log', async () => (await source.endCaptureSessions()) > 0);
      },
      worker: () => stack.replaceWorker(),
      source: () => source.crash(),
    };
    const loads = source.loads.filter(({ name }) => options.loads?.includes(name) ?? true);
    if (loads.length === 0)
      throw new Error(`${source.name} has none of the loads ${options.loads?.join(', ')}.`);
    const events = loads.reduce((sum, load) => sum + load.events, 0);
    let nextId = idsPerLoad;
    for (let kill = 1; kill <= options.times; kill += 1) {
      const kind = options.interruptions[(kill - 1) % options.interruptions.length] as Interruption;
      const before = ledger.eventCount;
      const ids = nextId;
      nextId += loads.length * idsPerLoad;
      let isOver = false;
      const writing = runLoads(loads, ids, kind === 'source').finally(() => {
        isOver = true;
      });
      writing.catch(() => undefined);
      const wanted = before + Math.floor(Math.random() * events * 0.8);
      await waitFor(`${wanted} events`, async () => isOver || ledger.eventCount >= wanted);
      await interrupt[kind]();
      await writing;
      say(
        `${source.name}: ${kill}/${options.times} (${kind}), ${ledger.eventCount} events, ${ledger.doubledCount} of them again`,
      );
    }
    const lastId = nextId;
    await source.writeLast(lastId);
    await waitFor('the last row arrives', async () => ledger.has(lastId));
    return { ...compare(await source.readRows(), ledger, options.times), restarts };
  } finally {
    for (const end of stops.toReversed()) await end();
  }
};

/** One after the other. Where the source is killed meanwhile, what was not committed counts for nothing. */
const runLoads = async (loads: readonly Load[], firstId: number, mayFail: boolean): Promise<void> => {
  for (const [index, load] of loads.entries()) {
    try {
      await load.run(firstId + index * idsPerLoad);
    } catch (error) {
      if (!mayFail) throw error;
    }
  }
};

const compare = (
  rows: ReadonlyMap<number, number>,
  ledger: EventLedger,
  kills: number,
): Omit<CaptureKillFigures, 'restarts'> => ({
  kills,
  rows: rows.size,
  lost: [...rows].filter(([id, version]) => ledger.rows.get(id) !== version).length,
  extra: [...ledger.rows.keys()].filter((id) => !rows.has(id)).length,
  doubled: ledger.doubledCount,
});

/** Waits as long as events come; the error names what it was about, and what Connect says of the connector. */
const waitWhileEventsCome = async ({
  what,
  ledger,
  holds,
  heal,
  describeCapture,
}: {
  readonly what: string;
  readonly ledger: EventLedger;
  readonly holds: () => Promise<boolean>;
  readonly heal: () => Promise<void>;
  readonly describeCapture: () => Promise<string>;
}): Promise<void> => {
  let seen = -1;
  let deadline = 0;
  let healAt = 0;
  for (;;) {
    if (await holds()) return;
    if (ledger.eventCount !== seen) {
      seen = ledger.eventCount;
      deadline = Date.now() + stallTimeoutMs;
      healAt = Date.now() + healAfterMs;
    } else if (Date.now() > healAt) {
      healAt = Date.now() + healAfterMs;
      // Connect does not answer while it starts.
      await heal().catch(() => undefined);
    } else if (Date.now() > deadline) {
      const status = await describeCapture().catch((error: unknown) => String(error));
      throw new Error(
        `No event came within ${stallTimeoutMs / 1_000} s, while waiting until ${what}. The connector: ${status}`,
      );
    }
    await sleep(pollMs);
  }
};
