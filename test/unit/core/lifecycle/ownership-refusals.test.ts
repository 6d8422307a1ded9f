import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { refuseForeignTables } from '#core/lifecycle/ownership-refusals.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';

const owner = sampleOwner({ replicationId: 7 });
const [a, b, c] = ['a', 'b', 'c'].map((table) => ({ schema: 's', table })) as [
  { schema: string; table: string },
  { schema: string; table: string },
  { schema: string; table: string },
];

const messageOf = (rows: Parameters<typeof refuseForeignTables>[2]): string => {
  try {
    refuseForeignTables(owner, [a, b, c], rows);
  } catch (error) {
    return error instanceof MillraceError ? error.message : String(error);
  }
  return 'none';
};

test.each([
  ['none', {}, {}, {}],
  ['Target table s.b is written by replication 8.', {}, { replicationId: 8 }, {}],
  ['Target table s.b is written by another replication.', {}, { replicationId: 8, clientId: 2 }, {}],
  ['Target table s.c is written by another replication.', {}, {}, undefined],
  [
    'Target tables s.b, s.c are written by replication 8, another replication.',
    {},
    { replicationId: 8 },
    undefined,
  ],
  [
    'Target tables s.a, s.b are written by replication 8, replication 9.',
    { replicationId: 9 },
    { replicationId: 8 },
    {},
  ],
  [
    'Target table s.b is written by another replication.',
    {},
    { installationId: '00000000-0000-4000-8000-000000000000' },
    {},
  ],
])('%s', (message, ofA, ofB, ofC) => {
  const rows = [
    [a, ofA],
    [b, ofB],
    [c, ofC],
  ] as const;
  expect(
    messageOf(
      rows.flatMap(([table, change]) => (change === undefined ? [] : [{ ...owner, ...change, table }])),
    ),
  ).toBe(message);
});

test('tables whose names differ only in where the dot is are told apart', () => {
  const [one, other] = [
    { schema: 'x.y', table: 'z' },
    { schema: 'x', table: 'y.z' },
  ] as const;
  expect(() => refuseForeignTables(owner, [one, other], [{ ...owner, table: one }])).toThrow(
    'x.y.z is written',
  );
});
