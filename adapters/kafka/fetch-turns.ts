import type { Clock } from '#core/ports/clock-and-log.ts';

/** A partition as far as it takes part in fetching. */
export interface FetchMember {
  /** What has arrived and was not taken yet. */
  readonly bufferedBytes: number;
  /** Whether the next fetch asks for it. */
  readonly isFetched: boolean;
  resume(): void;
  pause(): void;
}

/** What one fetch brings for a partition with a backlog, at least: a record batch as the Connect worker writes them. */
const expectedBytes = 2 * 1024 * 1024;
/** A fetch that finds nothing takes as long (`maxWaitMs` of the feed). */
const turnMs = 100;

/**
 * Bounds what all partitions together have in memory. A fetch asks for all that have room, and the broker answers in the
 * order of their names; so once the limit is passed, all are paused, and get their turns again in the order in which they
 * were served last. While the limit is not passed, everyone is fetched at once.
 */
export class FetchTurns {
  readonly #limitBytes: number;
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #signal: AbortSignal;
  readonly #members: readonly FetchMember[];
  #queue: FetchMember[] = [];
  readonly #served = new Set<FetchMember>();
  #isTurnDue = false;
  /** Those who got nothing when they had their turn. */
  #unserved: FetchMember[] = [];
  /** How many are let in at a time; more each time that the last ones brought nothing. */
  #perTurn = 1;

  constructor(options: {
    readonly limitBytes: number;
    readonly clock: Pick<Clock, 'sleep'>;
    /** Ends the turns. */
    readonly signal: AbortSignal;
    readonly members: readonly FetchMember[];
  }) {
    this.#limitBytes = options.limitBytes;
    this.#clock = options.clock;
    this.#signal = options.signal;
    this.#members = options.members;
    this.#perTurn = this.#firstTurn;
  }

  /** The member has room for more. */
  want(member: FetchMember): void {
    if (member.isFetched || this.#queue.includes(member) || this.#unserved.includes(member)) return;
    this.#queue.push(member);
    this.#grant();
  }

  /** Something has arrived for the member. */
  received(member: FetchMember): void {
    this.#served.add(member);
    this.#perTurn = this.#firstTurn;
    // A fetch that was under way when all were paused has served it after all; it asks again when it has room.
    if (!member.isFetched) {
      this.#queue = this.#queue.filter((queued) => queued !== member);
      this.#unserved = this.#unserved.filter((queued) => queued !== member);
    }
    if (this.#bufferedBytes <= this.#limitBytes) return;
    const paused = this.#members.filter(({ isFetched }) => isFetched);
    for (const active of paused) active.pause();
    // Those that got nothing were unlucky, or idle. They have waited longest, and get a turn without anyone else, since the
    // broker would serve the others first again.
    this.#unserved = [...this.#unserved, ...paused.filter((active) => !this.#served.has(active))];
    this.#queue = [
      ...this.#queue,
      ...paused.filter(
        (active) => this.#served.has(active) && active !== member && active.bufferedBytes === 0,
      ),
    ];
    this.#served.clear();
  }

  /** Something of a buffer was taken. */
  taken(): void {
    this.#grant();
  }

  get #firstTurn(): number {
    return Math.max(1, Math.floor(this.#limitBytes / expectedBytes));
  }

  get #bufferedBytes(): number {
    return this.#members.reduce((total, { bufferedBytes }) => total + bufferedBytes, 0);
  }

  #grant(): void {
    if (this.#isTurnDue || this.#queue.length + this.#unserved.length === 0) return;
    const room = this.#limitBytes - this.#bufferedBytes;
    if (room <= 0) return;
    const share = Math.max(1, Math.floor((room / this.#limitBytes) * this.#perTurn));
    const next = this.#unserved.length > 0 ? this.#unserved.splice(0) : this.#queue.splice(0, share);
    for (const member of next) member.resume();
    if (this.#queue.length === 0) return;
    this.#perTurn *= 2;
    this.#isTurnDue = true;
    this.#clock.sleep(turnMs, this.#signal).then(
      () => {
        this.#isTurnDue = false;
        this.#grant();
      },
      () => undefined,
    );
  }
}
