import { describe, expect, test } from '@jest/globals';
import { geometrics } from '#core/databases/postgresql/types/geometrics.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: geometricDecoders } = geometrics;

describe('point', () => {
  const decode = (raw: unknown) => geometricDecoders.point?.(raw, columnOf('point', 'point'));

  test.each(['(1,2)', '(-0,0.1)', '(NaN,Infinity)', '(5e-324,-1.7976931348623157e+308)'])(
    '%j is passed on as it is',
    (raw) => {
      expect(decode(raw)).toBe(raw);
    },
  );

  test.each(['(1.0, 2.0)', '1,2', '(1,2,3)', '(a,b)', { x: 1, y: 2 }])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});

describe('line', () => {
  const decode = (raw: unknown) => geometricDecoders.line?.(raw, columnOf('line', 'line'));

  test.each(['{1,2,3}', '{0,-1,0.1}'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['{1,2}', '(1,2,3)'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('lseg', () => {
  const decode = (raw: unknown) => geometricDecoders.lseg?.(raw, columnOf('lseg', 'lseg'));

  test.each(['[(1,2),(3,4)]'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['[(1,2)]', '(1,2),(3,4)'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('box', () => {
  const decode = (raw: unknown) => geometricDecoders.box?.(raw, columnOf('box', 'box'));

  test.each(['(3,4),(1,2)'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['[(3,4),(1,2)]', '(3,4)'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('path', () => {
  const decode = (raw: unknown) => geometricDecoders.path?.(raw, columnOf('path', 'path'));

  test.each(['((1,2),(3,4))', '[(1,2),(3,4)]', '[(0,0)]'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['((1,2],(3,4))', '[1,2]', ''])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('polygon', () => {
  const decode = (raw: unknown) => geometricDecoders.polygon?.(raw, columnOf('polygon', 'polygon'));

  test.each(['((0,0),(0,1),(1.5,1e-07))', '((1,2))'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['[(1,2)]', '(1,2)', '((1,2);(3,4))'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('circle', () => {
  const decode = (raw: unknown) => geometricDecoders.circle?.(raw, columnOf('circle', 'circle'));

  test.each(['<(1,2),0.1>', '<(1,1),Infinity>'])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['((1,2),3)', '<(1,2)>'])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});
test('a polygon of a million points needs no deep stack', () => {
  const polygon = `(${new Array(1_000_000).fill('(1,2)').join(',')})`;
  expect(geometricDecoders.polygon?.(polygon, columnOf('polygon', 'polygon'))).toBe(polygon);
});
