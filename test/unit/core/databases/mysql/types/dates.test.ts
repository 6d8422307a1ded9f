import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { column } from '../columns.ts';

test.each(['2020-02-29', '0001-01-01', '0099-12-31', '9999-12-31', '1970-01-01'])(
  '%s is the same in both',
  (date) => {
    expect(selectDecoderFor(column('date'))(date)).toBe(date);
    expect(decoderFor(column('date'))(date)).toBe(date);
  },
);

test.each(['0000-00-00', '2020-00-10', '2020-01-00', '0000-01-01'])(
  'the zero date %s keeps its own text, of which the target decides',
  (date) => {
    expect(selectDecoderFor(column('date'))(date)).toBe(date);
    expect(selectDecoderFor(column('date', { notNull: true }))(date)).toBe(date);
  },
);

test.each(['0000-00-00', '2020-00-01', '2020-01-00'])(
  'the zero date %s has the same text in an event',
  (date) => {
    expect(decoderFor(column('date'))(date)).toBe(date);
  },
);

test.each([18321, 'zero', '2020-2-9', '2020-02-29Z'])('%p is refused', (raw) => {
  expect(() => decoderFor(column('date'))(raw)).toThrow(
    expect.objectContaining({ code: 'UndecodableEvent' }),
  );
});
