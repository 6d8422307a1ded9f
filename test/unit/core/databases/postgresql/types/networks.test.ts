import { describe, expect, test } from '@jest/globals';
import { networks } from '#core/databases/postgresql/types/networks.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: networkDecoders } = networks;

describe('inet', () => {
  const decode = (raw: unknown) => networkDecoders.inet?.(raw, columnOf('inet', 'inet'));

  test.each(['10.0.0.1/8', '10.0.0.1', '2001:db8::/32', '::ffff:1.2.3.4'])(
    '%j is passed on as it is',
    (raw) => {
      expect(decode(raw)).toBe(raw);
    },
  );

  test.each(['host', '10.0.0.1/', 1])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('cidr', () => {
  const decode = (raw: unknown) => networkDecoders.cidr?.(raw, columnOf('cidr', 'cidr'));

  test.each(['10.0.0.0/8'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each([''])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('macaddr', () => {
  const decode = (raw: unknown) => networkDecoders.macaddr?.(raw, columnOf('macaddr', 'macaddr'));

  test.each(['08:00:2b:01:02:03'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['08-00-2b-01-02-03', '08:00:2b:01:02:03:04:05'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('macaddr8', () => {
  const decode = (raw: unknown) => networkDecoders.macaddr8?.(raw, columnOf('macaddr8', 'macaddr8'));

  test.each(['08:00:2b:01:02:03:04:05'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['08:00:2b:01:02:03'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});
