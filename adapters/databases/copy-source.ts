import { randomUUID } from 'node:crypto';
import type { Keep } from '#core/concurrency/with-opened.ts';
import type { Database } from '#core/contracts/database.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import { copiesThroughKafka, type Replication } from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { OwnedRun } from '#core/contracts/target-owner.ts';
import { relayTopics } from '#core/copy/row-relay.ts';
import { consumerGroupPrefix } from '#core/naming/names.ts';
import type { ChunkCopier, SourceDatabase } from '#core/ports/databases.ts';
import type { ShapeStore } from '#core/ports/state-store.ts';
import { openRowRelay, type RowRelayOptions } from '../kafka/row-relay.ts';
import type { DatabaseAccess } from './open-database.ts';

export interface CopySourceRequest {
  readonly replication: Replication;
  readonly sourceDatabase: Database;
  readonly targetDatabase: Database;
  readonly owned: OwnedRun;
  readonly parallelChunks: number;
  /** Kafka, for a replication that copies through it; not asked for otherwise. */
  readonly relay: () => Omit<RowRelayOptions, 'topics' | 'groupId'>;
}

export interface CopySourcePorts {
  readonly databases: Pick<DatabaseAccess, 'openSource' | 'openCopier' | 'openRelayedCopier'>;
  readonly store: Pick<ShapeStore, 'listTableShapes'>;
  /** Everything that is opened is kept with it. */
  readonly keep: Keep;
}

/** What a copy reads: the source itself, or what comes of it through Kafka. Then tables are as they were described when the copy was planned. */
export interface CopySource {
  readonly source: Pick<SourceDatabase, 'describeTable' | 'nextChunkBound' | 'lookAtPartitions'>;
  readonly copier: ChunkCopier;
}

export const openCopySource = async (
  { replication, sourceDatabase, targetDatabase, owned, parallelChunks, ...request }: CopySourceRequest,
  { databases, store, keep }: CopySourcePorts,
): Promise<CopySource> => {
  if (!copiesThroughKafka(replication)) {
    const source = keep(await databases.openSource(sourceDatabase));
    const copier = keep(await databases.openCopier(sourceDatabase, targetDatabase, owned, parallelChunks));
    return { source, copier };
  }
  const relay = keep(
    openRowRelay({
      ...request.relay(),
      topics: relayTopics(replication.topicPrefix),
      groupId: `${consumerGroupPrefix(replication.connectorName)}copy-${randomUUID()}`,
    }),
  );
  const relayed = await databases.openRelayedCopier(
    sourceDatabase,
    targetDatabase,
    owned,
    relay,
    parallelChunks,
  );
  return {
    copier: keep(relayed.copier),
    source: {
      ...relayed.source,
      describeTable: (ref) => describePlanned(replication, ref, store),
    },
  };
};

const describePlanned = async (
  { replicationId, copyGeneration }: Replication,
  ref: TableRef,
  store: CopySourcePorts['store'],
): Promise<TableDescription | undefined> => {
  const shapes = await store.listTableShapes(replicationId);
  return shapes.find(
    ({ copied, generation }) => generation === copyGeneration && tableKey(copied.ref) === tableKey(ref),
  )?.copied;
};
