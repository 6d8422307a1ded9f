import { describe, expect, test } from '@jest/globals';
import { systemValues } from '#core/databases/postgresql/types/system-values.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: systemValueDecoders } = systemValues;

describe('oid', () => {
  const decode = (raw: unknown) => systemValueDecoders.oid?.(raw, columnOf('oid', 'oid'));

  test.each(['0', '4294967295'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['-1', 'public.t', 1])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('xid', () => {
  const decode = (raw: unknown) => systemValueDecoders.xid?.(raw, columnOf('xid', 'xid'));

  test.each(['4294967295'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each([''])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('cid', () => {
  const decode = (raw: unknown) => systemValueDecoders.cid?.(raw, columnOf('cid', 'cid'));

  test.each(['0'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['x'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('xid8', () => {
  const decode = (raw: unknown) => systemValueDecoders.xid8?.(raw, columnOf('xid8', 'xid8'));

  test.each(['18446744073709551615'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['1.5'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('tid', () => {
  const decode = (raw: unknown) => systemValueDecoders.tid?.(raw, columnOf('tid', 'tid'));

  test.each(['(0,1)'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['0,1'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('pg_lsn', () => {
  const decode = (raw: unknown) => systemValueDecoders.pg_lsn?.(raw, columnOf('pg_lsn', 'pg_lsn'));

  test.each(['16/B374D848', '0/0'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['16B374D848', '16/b3'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('int2vector', () => {
  const decode = (raw: unknown) =>
    systemValueDecoders.int2vector?.(raw, columnOf('int2vector', 'int2vector'));

  test.each(['1 -2 3', ''])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['{1,2}', ' '])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('oidvector', () => {
  const decode = (raw: unknown) => systemValueDecoders.oidvector?.(raw, columnOf('oidvector', 'oidvector'));

  test.each(['1 2', ''])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['1,2'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('txid_snapshot', () => {
  const decode = (raw: unknown) =>
    systemValueDecoders.txid_snapshot?.(raw, columnOf('txid_snapshot', 'txid_snapshot'));

  test.each(['10:20:10,14', '10:10:'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['10:20'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('pg_snapshot', () => {
  const decode = (raw: unknown) =>
    systemValueDecoders.pg_snapshot?.(raw, columnOf('pg_snapshot', 'pg_snapshot'));

  test.each(['10:20:10,14'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['10:20:14,'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});
