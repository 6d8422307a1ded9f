import { tableChange } from '../../../capture/table-change.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import type { ReadEventSource } from '../../../ports/source-dialect.ts';

/** Oracle's system change number, a decimal number of up to 64 bits; text of that number in Debezium's offsets and events. */
export const parseScn = (text: string): bigint => {
  if (!/^\d{1,20}$/.test(text)) throw new TypeError(`Not a system change number: ${text}`);
  return BigInt(text);
};

export const formatScn = (position: bigint): string => position.toString();

const toScn = (value: unknown): bigint | undefined => {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
};

/**
 * `commit_scn` has an entry for each redo thread, `{scn}:{thread}:{transaction}-{transaction}`, separated by commas
 * (debezium-connector-oracle 3.5, CommitScn). Up to the lowest of them less one every commit was passed on: at that SCN
 * itself another transaction may have committed too.
 */
const committedUpTo = (commitScn: unknown): bigint | undefined => {
  if (typeof commitScn !== 'string') return undefined;
  const scns = commitScn
    .split(',')
    .map((entry) => toScn(entry.split(':')[0]))
    .filter((scn) => scn !== undefined);
  const lowest = scns.toSorted((a, b) => (a < b ? -1 : 1))[0];
  return lowest === undefined ? undefined : lowest - 1n;
};

/**
 * How far the connector has streamed: every transaction that committed at or before it is in Kafka. Undefined as long as
 * it has not begun to stream: there is no offset, or that of the (empty) snapshot phase, which is marked by `snapshot`
 * while it lasts and then stands at `snapshot_scn` until the first commit was read.
 *
 * `scn` is where mining would resume. It lies before the oldest transaction that is still open, and on the last commit
 * when none is (BufferedLogMinerStreamingChangeEventSource.calculateNewStartScn), so a long transaction holds it
 * back; `commit_scn` goes on meanwhile.
 */
export const streamedPosition = (offset: ConnectorOffset | undefined): bigint | undefined => {
  if (offset === undefined || (offset.snapshot !== undefined && offset.snapshot !== false)) {
    return undefined;
  }
  const resume = toScn(offset.scn);
  const committed = committedUpTo(offset.commit_scn);
  if (resume === undefined) return undefined;
  const hasStreamed = committed !== undefined || resume !== toScn(offset.snapshot_scn);
  if (!hasStreamed) return undefined;
  return committed !== undefined && committed > resume ? committed : resume;
};

/** From which SCN on the connector needs the log; undefined before it has one. */
export const resumePosition = (offset: ConnectorOffset | undefined): bigint | undefined => toScn(offset?.scn);

/** The SCN at which capture began: the changes of a transaction from before it are not all in the events. */
export const startPosition = (offset: ConnectorOffset | undefined): bigint | undefined =>
  toScn(offset?.snapshot_scn);

/**
 * Debezium's `source` of Oracle names the system change number `scn`. Several changes may share one: a later one is then
 * taken for a possible repetition, which costs a look at the source and nothing else.
 */
export const readEventSource: ReadEventSource = (source) => {
  const { scn } = source;
  const number = typeof scn === 'string' && /^\d+$/.test(scn) ? Number(scn) : undefined;
  return tableChange(source, source.schema, Number.isSafeInteger(number) ? number : undefined);
};
