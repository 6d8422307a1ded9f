import type { Hop } from '#core/contracts/hop.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import { type DatabaseLabels, hopOfError } from '#core/health/hop-of-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';

export interface Trouble {
  readonly error: MillraceError;
  readonly since: Date;
  readonly hop: Hop;
}

/** What is retried at the moment, each by its name: a partition (`topic/partition`), Kafka, the source's catalog, the start. */
export class Troubles {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #labels: DatabaseLabels;
  readonly #onRetry: (hop: Hop) => void;
  readonly #byName = new Map<string, Trouble>();

  /** `onRetry` is called for each failure that is tried again. */
  constructor(
    clock: Pick<Clock, 'now'>,
    labels: DatabaseLabels,
    onRetry: (hop: Hop) => void = () => undefined,
  ) {
    this.#clock = clock;
    this.#labels = labels;
    this.#onRetry = onRetry;
  }

  /** A trouble that is known already keeps its beginning; the error may be another one. */
  set(name: string, error: MillraceError): void {
    const since = this.#byName.get(name)?.since ?? this.#clock.now();
    this.#add(name, error, since);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Whether there was such a trouble. */
  delete(name: string): boolean {
    return this.#byName.delete(name);
  }

  /** What was retried until now has ended in this error; it has lasted since the oldest of them began. */
  replaceAll(name: string, error: MillraceError): void {
    const since = this.oldest?.since ?? this.#clock.now();
    this.#byName.clear();
    this.#add(name, error, since);
  }

  #add(name: string, error: MillraceError, since: Date): void {
    const hop = hopOfError(error, this.#labels);
    this.#byName.set(name, { error, since, hop });
    this.#onRetry(hop);
  }

  clear(): void {
    this.#byName.clear();
  }

  get size(): number {
    return this.#byName.size;
  }

  /** The one that has lasted longest, which is most likely the cause of the others. */
  get oldest(): Trouble | undefined {
    return [...this.#byName.values()].toSorted((a, b) => a.since.getTime() - b.since.getTime())[0];
  }
}
