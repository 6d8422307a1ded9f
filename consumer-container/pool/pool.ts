import {
  isPoolTaskLost,
  type PoolSlot,
  type PoolTask,
  poolBeatMs,
  poolLeaseMs,
  slotAddress,
} from '#core/contracts/pool.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { isPoolTaskSpare } from '#core/lifecycle/ensure-pool.ts';
import { launchIdOf, parseLaunchId } from '#core/lifecycle/launch-consumer.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { HealStore, PoolStore } from '#core/ports/state-store.ts';

/** How often a pool task looks for slots that wait, and for the word to end one. A stop waits 8 s for its consumer. */
const lookEveryMs = 2_000;
/** Each opens connections to two databases and reads their catalogs. 200 have begun within 20 s. */
const mostClaimsAtOnce = 20;
/** A pool task that holds nothing ends: soon where another one has room, and after some time where the next start would have to wait. */
const spareAfterMs = 60_000;
const idleEndsAfterMs = 10 * 60_000;

export interface PoolPorts {
  readonly store: PoolStore & Pick<HealStore, 'addHealAttempt'>;
  /** Runs the consumer of a slot until it ends or `stop` is aborted, which drains it. */
  readonly runSlot: (slot: PoolSlot, stop: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * drained: it was told to end, and everything that it held waits for other pool tasks. idle: there was nothing to do. lost: its lease had
 * ended, and others have taken what it held.
 */
export type PoolEnd = 'drained' | 'idle' | 'lost';

interface Running {
  readonly slot: PoolSlot;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * The consumers that one pool task runs. Every look is the same: it reads what it holds, ends what is to end, claims what waits, and takes
 * over from pool tasks that have ended without a word. A lease keeps nothing right by itself: a pool task that takes a
 * slot over gives it another launch, so that the heartbeats of the former consumer are refused, and its transactions by the epoch.
 */
export class Pool {
  readonly #poolTaskId: string;
  readonly #ports: PoolPorts;
  /** By launch. */
  readonly #running = new Map<string, Running>();
  #own: PoolTask | undefined;
  #others: readonly PoolTask[] = [];
  #nextBeatMs = 0;
  #idleSinceMs: number;

  constructor(poolTaskId: string, ports: PoolPorts) {
    this.#poolTaskId = poolTaskId;
    this.#ports = ports;
    this.#idleSinceMs = ports.clock.now().getTime();
  }

  /** How many consumers run. */
  get size(): number {
    return this.#running.size;
  }

  async run(stop: AbortSignal): Promise<PoolEnd> {
    const { clock, log, store } = this.#ports;
    while (!stop.aborted) {
      try {
        const end = await this.#look();
        if (end === 'lost') return await this.#giveUp();
        if (end === 'idle') {
          await store.removePoolTask(this.#poolTaskId);
          return 'idle';
        }
        if (end === 'drain') break;
      } catch (cause) {
        const error = toMillraceError(cause);
        log.warn(`The pool task could not look at its slots; trying again in 2 s: ${error.message}`, {
          error,
        });
      }
      await clock.sleep(lookEveryMs, stop).catch(() => undefined);
    }
    await this.#release();
    return 'drained';
  }

  async #look(): Promise<'lost' | 'drain' | 'idle' | undefined> {
    const { clock } = this.#ports;
    const isBeatDue = clock.now().getTime() >= this.#nextBeatMs;
    if (isBeatDue && !(await this.#beat())) return 'lost';
    if (this.#own?.drain) return 'drain';
    await this.#followOwn();
    const claimed = await this.#claim();
    // What was claimed counts at once for those who look whether there is room.
    if (claimed > 0 && !(await this.#beat())) return 'lost';
    if (isBeatDue) await this.#takeOver();
    return this.#isIdle() ? 'idle' : undefined;
  }

  async #beat(): Promise<boolean> {
    const { clock, store } = this.#ports;
    const nowMs = clock.now().getTime();
    this.#own = await store.beatPoolTask(this.#poolTaskId, {
      held: this.#running.size,
      leasedUntil: new Date(nowMs + poolLeaseMs).toISOString(),
    });
    this.#nextBeatMs = nowMs + poolBeatMs;
    this.#others = (await store.listPoolTasks()).filter(({ poolTaskId }) => poolTaskId !== this.#poolTaskId);
    return this.#own !== undefined;
  }

  /** Makes what runs the same as what is stored to be held. */
  async #followOwn(): Promise<void> {
    const { store, log } = this.#ports;
    const before = new Set(this.#running.keys());
    const held = await store.listSlotsOf(this.#poolTaskId);
    for (const slot of held) {
      const running = this.#running.get(slot.launchId);
      // The answer to its claim was lost, or the end could not be stored.
      if (running === undefined) {
        if (slot.stop) await store.endSlot(slot, this.#poolTaskId);
        else this.#start(slot);
      } else if (slot.stop) running.stop.abort();
    }
    const wanted = new Set(held.map(({ launchId }) => launchId));
    for (const launchId of before) {
      if (wanted.has(launchId) || !this.#running.has(launchId)) continue;
      log.warn(`Launch ${launchId} is not held by this pool task any more; its consumer ends`, { launchId });
      this.#running.get(launchId)?.stop.abort();
    }
  }

  async #claim(): Promise<number> {
    const { store } = this.#ports;
    const own = this.#own;
    const room = own === undefined ? 0 : own.capacity - this.#running.size;
    if (own === undefined || room <= 0 || this.#isOutdated(own)) return 0;
    const waiting = await store.listWaitingSlots(Math.min(room, mostClaimsAtOnce));
    let claimed = 0;
    for (const slot of waiting) {
      if (slot.revision !== undefined && own.revision !== undefined && slot.revision > own.revision) continue;
      if (!(await store.claimSlot(slot, this.#poolTaskId))) continue;
      this.#start({ ...slot, holder: this.#poolTaskId });
      claimed += 1;
    }
    return claimed;
  }

  /** A pool task of a newer image takes what comes. */
  #isOutdated({ revision = 0 }: PoolTask): boolean {
    const now = this.#ports.clock.now();
    return this.#others.some(
      (other) =>
        (other.revision ?? 0) > revision &&
        other.leasedUntil !== undefined &&
        other.drain === undefined &&
        !isPoolTaskLost(other, now),
    );
  }

  #start(slot: PoolSlot): void {
    const { log, runSlot, store } = this.#ports;
    const { launchId } = slot;
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      try {
        await runSlot(slot, stop.signal);
      } catch (cause) {
        const error = toMillraceError(cause);
        log.error(`The consumer of launch ${launchId} crashed; the others go on: ${error.message}`, {
          error,
        });
      }
      if (this.#isReleasing) return;
      // What cannot be stored now is found by the next look.
      await store.endSlot(slot, this.#poolTaskId).catch(() => undefined);
      this.#running.delete(launchId);
    };
    this.#running.set(launchId, { slot, stop, ended: run() });
  }

  #isReleasing = false;

  /** Ends every consumer; what nobody has told to end waits for other pool tasks then. */
  async #release(): Promise<void> {
    const { log, store } = this.#ports;
    this.#isReleasing = true;
    log.info(`The pool task gives back ${this.#running.size} replications`);
    for (const { stop } of this.#running.values()) stop.abort();
    const stopped = new Set(
      (await store.listSlotsOf(this.#poolTaskId).catch(() => []))
        .filter((slot) => slot.stop)
        .map(({ launchId }) => launchId),
    );
    await Promise.all(
      [...this.#running.values()].map(async ({ slot, ended }) => {
        await ended;
        try {
          await this.#giveBack(
            { ...slot, ...(stopped.has(slot.launchId) && { stop: true }) },
            this.#poolTaskId,
          );
        } catch (error) {
          log.warn(`Could not give launch ${slot.launchId} back; the health check launches it again`, {
            error,
          });
        }
      }),
    );
    this.#running.clear();
    await store.removePoolTask(this.#poolTaskId);
  }

  /** Others hold what runs here. */
  async #giveUp(): Promise<'lost'> {
    this.#isReleasing = true;
    this.#ports.log.error('The lease of this pool task had ended, and others have what it held; it ends');
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    return 'lost';
  }

  /** What pool tasks held that have ended without a word waits again. */
  async #takeOver(): Promise<void> {
    const { clock, log, store } = this.#ports;
    for (const lost of this.#others.filter((task) => isPoolTaskLost(task, clock.now()))) {
      const slots = await store.listSlotsOf(lost.poolTaskId);
      log.warn(
        `Pool task ${lost.poolTaskId} has ended without a word; taking over ${slots.length} replications`,
      );
      for (const slot of slots) {
        await this.#giveBack(slot, lost.poolTaskId);
        // As the health check would, which moves one that ends often to a task of its own.
        if (slot.stop === undefined) await this.#recordTakeOver(slot);
      }
      await store.removePoolTask(lost.poolTaskId);
    }
  }

  async #recordTakeOver({ replicationId }: PoolSlot): Promise<void> {
    const { clock, store } = this.#ports;
    await store.addHealAttempt(replicationId, {
      action: 'restart-consumer',
      at: clock.now().toISOString(),
    });
  }

  async #giveBack(slot: PoolSlot, from: string): Promise<void> {
    const { clock, store } = this.#ports;
    const parsed = parseLaunchId(slot.launchId);
    if (slot.stop || parsed === undefined) return store.endSlot(slot, from);
    const { generation, launchNumber } = parsed;
    const launchId = launchIdOf(slot.replicationId, generation, launchNumber + 1);
    await store.passSlot(slot, from, {
      launchId,
      taskArn: slotAddress(launchId),
      launchedAt: clock.now().toISOString(),
      generation,
    });
  }

  #isIdle(): boolean {
    const now = this.#ports.clock.now();
    if (this.#running.size > 0) this.#idleSinceMs = now.getTime();
    const idleMs = now.getTime() - this.#idleSinceMs;
    if (this.#own === undefined || idleMs < spareAfterMs) return false;
    return idleMs >= idleEndsAfterMs || isPoolTaskSpare(this.#own, this.#others, now);
  }
}
