import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createMetrics } from '#adapters/observability/metrics.ts';

const create = () => {
  const lines: Record<string, unknown>[] = [];
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { metrics: createMetrics({ environment: 'prod', output }), lines };
};
const description = (line: Record<string, unknown> | undefined) =>
  (line?._aws as { CloudWatchMetrics: unknown[] } | undefined)?.CloudWatchMetrics;

test('values are emitted for the connector and for the environment, in their units', () => {
  const { metrics, lines } = create();
  metrics.emit('acme_shop_connector', { LagMs: 12.5, RowsInserted: 3, CopyRowsPerSecond: 40_000 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    environment: 'prod',
    connector: 'acme_shop_connector',
    LagMs: 12.5,
    RowsInserted: 3,
    CopyRowsPerSecond: 40_000,
  });
  expect(description(lines[0])).toEqual([
    {
      Namespace: 'Millrace',
      Dimensions: [['environment'], ['environment', 'connector']],
      Metrics: [
        { Name: 'LagMs', Unit: 'Milliseconds' },
        { Name: 'RowsInserted', Unit: 'Count' },
        { Name: 'CopyRowsPerSecond', Unit: 'Count/Second' },
      ],
    },
  ]);
  expect(lines[0]).not.toHaveProperty('service');
});

test('an error counts for the connector, the environment and its code', () => {
  const { metrics, lines } = create();
  metrics.countError('acme_shop_connector', 'NeedsResync');
  expect(lines[0]).toMatchObject({ Errors: 1, code: 'NeedsResync' });
  expect(description(lines[0])).toEqual([
    expect.objectContaining({
      Dimensions: [['environment'], ['environment', 'connector'], ['environment', 'code']],
    }),
  ]);
});

test('one line keeps nothing of the line before it', () => {
  const { metrics, lines } = create();
  metrics.countError('first', 'Internal');
  metrics.emit('second', { LagEvents: 1 });
  expect(lines[1]).not.toHaveProperty('Errors');
  expect(lines[1]).not.toHaveProperty('code');
  expect(lines[1]).toMatchObject({ connector: 'second' });
});

test('what is no number is left out, and no value means no line', () => {
  const { metrics, lines } = create();
  metrics.emit('c', {});
  metrics.emit('c', { LagMs: Number.NaN });
  metrics.emit('c', { LagMs: Number.POSITIVE_INFINITY, LagEvents: 0 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ LagEvents: 0 });
  expect(lines[0]).not.toHaveProperty('LagMs');
});
