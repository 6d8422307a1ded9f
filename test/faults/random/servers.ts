import { setTimeout as sleep } from 'node:timers/promises';
import { killPart, startPart } from '../../../local/parts.ts';
import { type PartName, runningPart } from '../../../local/stack-state.ts';
import type { StateFolder } from '../../../local/state-folder.ts';

/** The servers that faults may end. */
const serverNames = [
  'kafka',
  'connect',
  'source',
  'target',
  'mariadb',
] as const satisfies readonly PartName[];

const lookPauseMs = 3_000;
/** Longer than any fault lasts: whatever keeps a server from starting is over by then. */
const startTimeoutMs = 900_000;

/**
 * What ECS and a database service do with their servers: one that has ended is started again, and again when the start fails, as with
 * a full disk or without its Kafka.
 */
export class Servers {
  readonly #folder: StateFolder;
  readonly #say: (line: string) => void;
  readonly #killed = new Set<PartName>();
  readonly #starting = new Map<PartName, Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #watching: Promise<void>;

  constructor(folder: StateFolder, say: (line: string) => void) {
    this.#folder = folder;
    this.#say = say;
    // A run that is interrupted stops everything, and nothing may come back then.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, this.#abort);
    this.#watching = this.#watch();
  }

  /** Whether one of them is away now, or starts. */
  get isOneAway(): boolean {
    return serverNames.some(
      (server) =>
        this.#killed.has(server) ||
        this.#starting.has(server) ||
        runningPart(this.#folder, server) === undefined,
    );
  }

  /** SIGKILL; it stays away until `start`. */
  async kill(server: PartName): Promise<void> {
    this.#killed.add(server);
    await killPart(server, this.#folder);
  }

  /** Returns when it answers. */
  start(server: PartName): Promise<void> {
    this.#killed.delete(server);
    return this.#startOnce(server);
  }

  /** From now on nothing is started; a start under way ends first. */
  async close(): Promise<void> {
    this.#abort();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, this.#abort);
    await this.#watching;
    await Promise.allSettled(this.#starting.values());
  }

  readonly #abort = (): void => this.#stopped.abort();

  async #watch(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      for (const server of serverNames) {
        if (this.#killed.has(server) || this.#starting.has(server)) continue;
        if (runningPart(this.#folder, server) !== undefined) continue;
        this.#say(`        ${server} has ended by itself and is started again.`);
        void this.#startOnce(server).catch((error: unknown) => this.#say(`        ${String(error)}`));
      }
      await sleep(lookPauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #startOnce(server: PartName): Promise<void> {
    const underWay = this.#starting.get(server);
    if (underWay !== undefined) return underWay;
    const start = this.#startAgainAndAgain(server).finally(() => this.#starting.delete(server));
    this.#starting.set(server, start);
    return start;
  }

  async #startAgainAndAgain(server: PartName): Promise<void> {
    const endsAtMs = performance.now() + startTimeoutMs;
    while (!this.#stopped.signal.aborted) {
      try {
        await startPart(server, this.#folder);
        return;
      } catch (error) {
        if (performance.now() > endsAtMs) throw error;
      }
      await sleep(lookPauseMs);
    }
  }
}
