import { describe, expect, test } from '@jest/globals';
import { uuids } from '#core/databases/postgresql/types/uuids.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: uuidDecoders } = uuids;

describe('uuid', () => {
  const decode = (raw: unknown) => uuidDecoders.uuid?.(raw, columnOf('uuid', 'uuid'));

  test.each(['00000000-0000-0000-0000-0000000000ff'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['000000000000000000000000000000ff', '00000000-0000-0000-0000-0000000000FF', ''])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});
