/**
 * What a statement's rows come as: bytes of one stream, cut anywhere, and one end that says how many rows there were. What the
 * bytes are depends on the kind of source: PostgreSQL: the lines of COPY; MySQL and MariaDB: packets of rows, each behind its
 * length; Oracle: values by their kind (connect-container, JdbcRow.java), each row behind its length.
 */
export type RelayedStep =
  | { readonly kind: 'rows'; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly rows: number };

export interface RelayedStatement {
  /** Begins the transaction in which the rows are read, which is committed behind them. Absent: none is begun. */
  readonly begin?: string;
  readonly text: string;
  /** Of its bind variables, in their order. `national`: a text in the national character set. Only for Oracle. */
  readonly values?: readonly (string | number | { readonly national: string })[];
}

/** Reads a source through Kafka Connect and Kafka, for a copy that may not query the source itself. */
export interface RowRelay {
  /**
   * The rows of one statement, whole and once: the end comes only when all bytes before it have come, in order. Leaving the
   * iteration or aborting the signal tells Connect that nobody waits any more. Further calls wait when as many statements are
   * read as the relay was opened for.
   *
   * Throws `RelayedFailure` for what the source's server said, and `ConnectUnavailable` or `KafkaUnavailable`, both transient, when
   * the rows do not come, or when Connect has begun again with a statement of which rows were given already.
   */
  read(statement: RelayedStatement, signal: AbortSignal): AsyncIterable<RelayedStep>;
  close(): Promise<void>;
}

/** What the source's server said to a statement, in the terms of its protocol. */
export class RelayedFailure extends Error {
  override readonly name = 'RelayedFailure';
  /** SQLSTATE; empty when the driver gave none. */
  readonly state: string;
  /** The server's own number of the error; 0 when it has none. */
  readonly number: number;

  constructor(state: string, number: number, message: string) {
    super(message);
    this.state = state;
    this.number = number;
  }
}
