import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { bytes, column } from '../columns.ts';

const wkb = '0101000000000000000000f03f0000000000000040';
const base64 = Buffer.from(wkb, 'hex').toString('base64');

test.each([
  ['00000000', null, `\\x${wkb}`],
  ['00000000', 0, `\\x${wkb}`],
  ['e6100000', 4326, '\\x0101000020e6100000000000000000f03f0000000000000040'],
])('a point of reference system %s (%p) is EWKB', (prefix, srid, text) => {
  for (const type of ['geometry', 'point']) {
    expect(selectDecoderFor(column(type))(bytes(prefix + wkb))).toBe(text);
    expect(decoderFor(column(type))({ wkb: base64, srid, x: 1, y: 2 })).toBe(text);
  }
});

test.each([{ wkb: 7 }, 'AQ==', {}, { wkb: 'AQ==', srid: 0 }])('%p is no geometry', (raw) => {
  expect(() => decoderFor(column('point'))(raw)).toThrow(
    expect.objectContaining({ code: 'UndecodableEvent' }),
  );
});
