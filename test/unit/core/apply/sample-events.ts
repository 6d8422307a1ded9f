import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';

/** Debezium's text for a value that the log did not contain. */
export const unavailable = '__debezium_unavailable_value';

/** `accounts (id, balance, note)`: values are texts or numbers in the event, and `note` may be unavailable. */
export const accounts: ApplyTable = {
  mapping: {
    source: { schema: 'public', table: 'accounts' },
    target: { schema: 'public', table: 'shop_accounts' },
  },
  columns: ['id', 'balance', 'note'].map((name) => ({
    name,
    decode: (raw: unknown) => String(raw),
    isUnavailable: (raw: unknown) => raw === unavailable,
  })),
  keyColumns: [0],
  ignoredColumns: new Set(['computed']),
};

export interface SampleEvent {
  readonly op: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly lsn?: number;
  readonly table?: string;
}

/** An event as Debezium 3.5 writes it with schemas disabled: same fields, same order. */
export const eventJson = ({
  op,
  before = null,
  after = null,
  lsn = 100,
  table = 'accounts',
}: SampleEvent): string => {
  const source =
    `{"version":"3.5.0.Final","connector":"postgresql","name":"client_1_db_1","ts_ms":1700000000000,` +
    `"snapshot":"false","db":"shop","sequence":"[\\"96\\",\\"${lsn}\\"]","ts_us":1700000000000000,` +
    `"ts_ns":1700000000000000000,"schema":"public","table":"${table}","txId":7,"lsn":${lsn},"xmin":null}`;
  const json = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return (
    `{"before":${json(before)},"after":${json(after)},"source":${source},"transaction":null,"op":"${op}",` +
    `"ts_ms":1700000000100,"ts_us":1700000000100123,"ts_ns":1700000000100123456}`
  );
};

export const record = (
  offset: number,
  event: SampleEvent | string | null,
  headers?: Readonly<Record<string, unknown>>,
): FeedRecord => {
  const text = event === null || typeof event === 'string' ? event : eventJson(event);
  const value = text === null ? null : Buffer.from(text);
  return { offset: BigInt(offset), value, ...(headers && { headers }) };
};

/** The two records of a key change. */
export const keyChange = (
  offset: number,
  oldKey: unknown,
  after: unknown,
  lsn: number,
): readonly FeedRecord[] => [
  record(offset, { op: 'd', before: oldKey, lsn }, { '__debezium.newkey': '' }),
  record(offset + 1, { op: 'c', after, lsn }, { '__debezium.oldkey': '' }),
];
