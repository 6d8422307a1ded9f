import { expect, test } from '@jest/globals';
import { ShapeGate } from '#core/apply/shape-gate.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const header = (fingerprint: string, definition?: string) => ({
  offset: 0n,
  value: null,
  headers: {
    'millrace.shape': Buffer.from(fingerprint),
    ...(definition !== undefined && { 'millrace.shape.definition': Buffer.from(definition) }),
  },
});

const setUp = () => {
  const asked: string[] = [];
  const gate = new ShapeGate({
    judgeEvent: (fingerprint, definition) => {
      asked.push(`${fingerprint} ${definition}`);
      if (fingerprint === 'bad') throw new MillraceError('SchemaChanged', 'no');
    },
    judgeStatement: () => undefined,
    refused: undefined,
    acceptStatement: () => undefined,
  });
  return { gate, asked };
};

test('each shape is judged once', () => {
  const { gate, asked } = setUp();
  for (const record of [header('one', 'a'), header('one'), header('two', 'b'), header('one')])
    gate.pass(record);
  expect(asked).toEqual(['one a', 'two b']);
});

test('one that is refused is refused again', () => {
  const { gate, asked } = setUp();
  const bad = header('bad', 'x');
  expect(() => gate.pass(bad)).toThrow('no');
  expect(() => gate.pass(bad)).toThrow('no');
  expect(asked.length).toBe(2);
});

test('records without a shape pass', () => {
  const { gate, asked } = setUp();
  gate.pass({ offset: 0n, value: null });
  gate.pass({ offset: 1n, value: null, headers: { other: 1 } });
  new ShapeGate(undefined).pass(header('bad'));
  expect(asked).toEqual([]);
});
