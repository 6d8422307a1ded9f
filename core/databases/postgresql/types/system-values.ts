import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const digits = matching(/^\d+$/);
const list = matching(/^(?:-?\d+(?: -?\d+)*)?$/);
const snapshot = matching(/^\d+:\d+:(?:\d+(?:,\d+)*)?$/);

/** Numbers and positions of the server's own; they mean something only at the source, and stay what they are. */
const decoders: ValueDecoders = {
  oid: digits,
  xid: digits,
  cid: digits,
  xid8: digits,
  tid: matching(/^\(\d+,\d+\)$/),
  pg_lsn: matching(/^[0-9A-F]+\/[0-9A-F]+$/),
  int2vector: list,
  oidvector: list,
  txid_snapshot: snapshot,
  pg_snapshot: snapshot,
};

export const systemValues: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('oid', 'oid'),
    documentedColumn('pg_lsn', 'pg_lsn'),
    documentedColumn('xid8', 'xid8'),
  ],
};
