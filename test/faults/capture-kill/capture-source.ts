import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';

/** How a capture is broken off. The source's session is that through which the connector reads the log. */
export type Interruption = 'session' | 'worker' | 'source';

/** Writes rows of `ledger` (id, version, filler); the ids from `firstId` on are its own. */
export interface Load {
  readonly name: string;
  /** How many events it makes, about. */
  readonly events: number;
  run(firstId: number): Promise<void>;
}

/** One real source database with one table, which can be killed and started again. */
export interface CaptureSource {
  readonly name: string;
  readonly settings: ConnectionSettings;
  readonly table: TableRef;
  readonly loads: readonly Load[];
  /** Ends the sessions that read the log; how many there were. */
  endCaptureSessions(): Promise<number>;
  /** SIGKILL, and a start with the same data on the same port. */
  crash(): Promise<void>;
  /** One more row, committed: everything written before it precedes it in the log. */
  writeLast(id: number): Promise<void>;
  /** What the table holds: versions by id. */
  readRows(): Promise<ReadonlyMap<number, number>>;
  stop(): Promise<void>;
}

/** Long enough that a heap page or a packet holds few rows, short enough that a soak is quick. */
export const filler = 'x'.repeat(60);
