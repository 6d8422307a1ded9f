import type { DeadLetterAction, DeadLetterState, DeadLetterVerdict } from '../contracts/dead-letter.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import type { MillraceError } from '../errors/millrace-error.ts';
import type { RowEvent } from './row-event.ts';

/**
 * The mark of a key at the target: an event of the key was refused, or waits behind one that was. It is written in the
 * transaction that moves the checkpoint past the event. An event that changes a key has a mark for each of the two.
 */
export interface DeadLetterMark {
  readonly topic: string;
  readonly partition: number;
  /** Of the event in its topic. */
  readonly offset: bigint;
  /** The source table. */
  readonly table: TableRef;
  /** Identifies table and key, see `keyHashOf`. */
  readonly keyHash: string;
  /** Canonical texts in key order. */
  readonly keyValues: readonly string[];
  readonly state: DeadLetterState;
  readonly operation: Exclude<RowEvent['kind'], 'truncate'>;
  /** The event's position in the source's log, as ChangeEvent has it. */
  readonly position: number | undefined;
  readonly errorCode: string;
  /** What dead letters of the same fault have in common, see `causeOf`. */
  readonly cause: string;
  readonly message: string;
  readonly atMs: number;
  /** Where the event stands in the replication's dead-letter topic. */
  readonly deadLetterOffset: bigint | undefined;
}

/** A mark as the target has it. */
export interface StoredDeadLetter extends DeadLetterMark {
  /** A positive integer. */
  readonly id: string;
  /** How often the row was tried. */
  readonly attempts: number;
  readonly lastAtMs: number;
  readonly request:
    | {
        readonly action: DeadLetterAction;
        readonly by: string;
        readonly atMs: number;
        readonly reason: string | undefined;
      }
    | undefined;
  readonly verdict:
    | { readonly result: DeadLetterVerdict; readonly message: string; readonly atMs: number }
    | undefined;
}

/** What a batch does to the marks of its partition: first it removes, then it adds. */
export interface DeadLetterChange {
  readonly added: readonly DeadLetterMark[];
  /** Hashes of keys whose marks go, because the row is right again or was given up. */
  readonly cleared: readonly string[];
  /** Source tables all of whose marks go, because they were truncated. */
  readonly emptied: readonly TableRef[];
}

/** An event that the target refuses, with why. */
export interface RefusedEvent {
  readonly event: RowEvent;
  readonly error: MillraceError;
  /** Whether another row has a unique value of it. */
  readonly isUniqueViolation: boolean;
}

/** How a try of some marks ended. */
export interface DeadLetterAnswer {
  readonly ids: readonly string[];
  readonly result: DeadLetterVerdict;
  readonly message: string;
  readonly atMs: number;
  /** Counts as an attempt to apply the row. */
  readonly isAttempt: boolean;
}

/** Marks of one fault. */
export interface DeadLetterGroup {
  readonly cause: string;
  readonly errorCode: string;
  readonly table: TableRef;
  readonly events: number;
  readonly rows: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** One of them. */
  readonly sampleId: string;
  readonly sampleMessage: string;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Which marks of a replication the consumer reads. */
export type DeadLetterRange = 'all' | 'requested' | TopicPartition;

/** What someone asks for. */
export interface DeadLetterRequest {
  readonly action: DeadLetterAction;
  readonly by: string;
  readonly atMs: number;
  readonly reason?: string | undefined;
}

/** Which marks are meant; all conditions that are set hold. */
export interface DeadLetterSelection {
  readonly ids?: readonly string[] | undefined;
  readonly cause?: string | undefined;
  readonly table?: TableRef | undefined;
}

/** The marks of a replication, as the API works with them. Where there is no bookkeeping yet there are none. */
export interface DeadLetterStore {
  /** In the order of their ids, those above `after`, `limit` at most. */
  listDeadLetters(
    owner: TargetOwner,
    options: DeadLetterSelection & { readonly after?: string | undefined; readonly limit: number },
  ): Promise<readonly StoredDeadLetter[]>;
  groupDeadLetters(owner: TargetOwner): Promise<readonly DeadLetterGroup[]>;
  /**
   * Asks the consumer to do something with the marks, and with all others of the same keys and of the same events. A later request replaces an earlier one. Returns
   * how many marks it is about.
   */
  requestDeadLetters(
    owner: TargetOwner,
    selection: DeadLetterSelection,
    request: DeadLetterRequest,
  ): Promise<number>;
}

/** A record of the replication's dead-letter topic. */
export interface DeadLetterRecord {
  /** The key's values as JSON. */
  readonly key: string;
  /** Of the event, as it came. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The replication's dead-letter topic. Records are written before the transaction that passes over their events, so a crash in between
 * leaves one twice: those of one event have the same `millrace.topic`, `millrace.partition` and `millrace.offset`.
 */
export interface DeadLetterTopic {
  /** Creates the topic where it is missing. Returns the offset of each record once all replicas have it. Throws `KafkaUnavailable`. */
  write(records: readonly DeadLetterRecord[]): Promise<readonly bigint[]>;
  close(): Promise<void>;
}
