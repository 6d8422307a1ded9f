import { expect, test } from '@jest/globals';
import { decodeArray } from '#core/databases/postgresql/types/arrays.ts';
import { columnOf } from '../column-samples.ts';

const column = columnOf('integer[]', 'int4', { isArray: true });

test.each(['{}', '{1,NULL}', '{{1,2},{3,NULL}}', '[0:1]={1,2}', '[-1:0][2:3]={{1,2},{3,4}}', '{"a\nb"}'])(
  '%j is passed on as it is',
  (raw) => {
    expect(decodeArray(raw, column)).toBe(raw);
  },
);

test.each([[[1, null]], '[Ljava.lang.String;@6202ca1f', '1,2', '', '__debezium_unavailable_value'])(
  '%j is not the text of PostgreSQL',
  (raw) => {
    expect(decodeArray(raw, column)).toBeUndefined();
  },
);
