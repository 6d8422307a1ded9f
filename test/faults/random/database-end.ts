import type { TextRow } from '#test/kit/text-rows.ts';
import type { PartName } from '../../../local/stack-state.ts';
import type { SmallDisk, SmallDisks } from './small-disks.ts';

/** One connection. Every value that a statement has is the harness's own: a number, or a word of letters and digits. */
export interface Session {
  run(statement: string): Promise<void>;
  rows(query: string): Promise<readonly TextRow[]>;
  /** Rows in bulk: COPY or LOAD DATA. */
  load(table: string, lines: readonly TextRow[]): Promise<void>;
}

export type EndKind = 'postgresql' | 'mariadb';

export interface EndOptions {
  readonly database: string;
  /** Where the files of the database go to a disk of their own. */
  readonly disks?: SmallDisks;
}

/** A database of its own at one of the stack's servers, which may be killed and come back. */
export interface DatabaseEnd {
  readonly kind: EndKind;
  /** The process that it lives in. */
  readonly part: PartName;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Where its tables are. */
  readonly schema: string;
  /** The role that the product signs in with, and nobody else. */
  readonly username: string;
  readonly password: string;
  /** What its files are on; undefined where they are with those of all others. */
  readonly disk: SmallDisk | undefined;
  /** A connection for this call alone. */
  session<T>(use: (session: Session) => Promise<T>): Promise<T>;
  /** Gives the product's role another password, and ends its sessions. */
  changePassword(password: string): Promise<void>;
  /** Ends the sessions of the product's role: those that read the log, or all the others. */
  endSessions(which: 'log' | 'others'): Promise<number>;
  /** Removes the log that capture has yet to read. Its session has ended before. */
  removeLog(): Promise<void>;
  /** The columns of a table in their order. */
  columns(table: string): Promise<readonly string[]>;
}

/** A line of COPY and of LOAD DATA, whose defaults are the same. */
export const toLine = (row: TextRow): string => `${row.map((value) => value ?? '\\N').join('\t')}\n`;
