import { expect, test } from '@jest/globals';
import { type CopySourceRequest, openCopySource } from '#adapters/databases/copy-source.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { ChunkCopier, SourceDatabase } from '#core/ports/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const described = { ref: { schema: 'public', table: 'item' }, columns: [] } as unknown as TableDescription;

const createWorld = () => {
  const opened: string[] = [];
  const copier: ChunkCopier = {
    copyChunk: async () => ({ rows: 0, bytes: 0 }),
    close: async () => void opened.push('close copier'),
  };
  const databases = {
    openSource: async () => {
      opened.push('source');
      return { close: async () => {} } as SourceDatabase;
    },
    openCopier: async () => {
      opened.push('copier');
      return copier;
    },
    openRelayedCopier: async () => {
      opened.push('relayed copier');
      return { copier, source: { nextChunkBound: async () => ['1'] } };
    },
  };
  const store = {
    listTableShapes: async () => [
      {
        generation: 1,
        copied: { ...described, ref: { schema: 'public', table: 'item' }, columns: ['old'] } as never,
        seen: described,
      },
      { generation: 2, copied: described, seen: described },
    ],
  };
  const request = (snapshotMode?: 'initial') =>
    ({
      replication: {
        ...{ replicationId: 1, copyGeneration: 2, topicPrefix: 'p', connectorName: 'c' },
        ...(snapshotMode && { snapshotMode }),
      },
      parallelChunks: 2,
      relay: () => {
        opened.push('kafka');
        return {
          settings: { brokers: ['b:1'], security: 'plaintext', clientId: 'x' },
          partitions: [0],
          admin: { topicOffsets: async () => [] },
          clock: createManualClock(),
          log: createRecordingLog(),
        };
      },
    }) as unknown as CopySourceRequest;
  return { opened, databases, store, request };
};

test('a direct copy opens the source, and nothing of Kafka', async () => {
  const { opened, databases, store, request } = createWorld();
  await withOpened((keep) => openCopySource(request(), { databases, store, keep }));
  expect(opened).toEqual(['source', 'copier', 'close copier']);
});

test('a copy through Kafka opens no source: tables are as they were when the copy was planned', async () => {
  const { opened, databases, store, request } = createWorld();
  await withOpened(async (keep) => {
    const { source } = await openCopySource(request('initial'), { databases, store, keep });
    expect(await source.describeTable({ schema: 'public', table: 'item' })).toBe(described);
    expect(await source.describeTable({ schema: 'public', table: 'other' })).toBeUndefined();
    expect(await source.nextChunkBound(described, undefined, 1)).toEqual(['1']);
  });
  expect(opened).toEqual(['kafka', 'relayed copier', 'close copier']);
});
