import { describe, expect, test } from '@jest/globals';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { TableChangeRun } from '#core/contracts/steps.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import { type ChangeTablesPorts, prepareTableChange } from '#core/lifecycle/change-tables.ts';
import { exactKey } from '#core/lifecycle/ownership-refusals.ts';
import type { ConnectorStatus } from '#core/ports/services.ts';
import type { TakeRequest } from '#core/ports/target-ownership.ts';
import {
  createFakeSource,
  createFakeTarget,
  readyServer,
  sampleDatabase,
  sampleTable,
} from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingAlerts } from '../../../kit/recording-alerts.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';

const change: TableChangeRun = {
  run: { clientId: 1, replicationId: 7, generation: 3, forceResync: false },
  version: 2,
};
const [flights, airports] = sampleReplication().tables;
const settings = {
  sourceDatabase: sampleDatabase(),
  targetDatabase: sampleDatabase({ databaseId: 2 }),
  topicRetentionHours: 168,
  captureKafka: { brokers: 'kafka:9092', security: 'plaintext' },
} as const;

/** What is changed, in order. */
const createWorld = (of: Partial<Replication>, progressed: Replication['tables']) => {
  const events: string[] = [];
  const note =
    (what: string) =>
    async (...given: readonly unknown[]): Promise<void> => {
      events.push([what, ...given.filter((one) => typeof one === 'string' || Array.isArray(one))].join(' '));
    };
  const { store, state } = createMemoryStore(
    sampleReplication({
      status: 'active',
      copyGeneration: 1,
      tablesVersion: 2,
      tableChange: { version: 2, state: 'running', resync: [], startedAt: '2026-03-01T12:00:00.000Z' },
      ...of,
    }),
  );
  for (const { source, target } of progressed) {
    const shape = sampleTable(source.table);
    state.shapes.set(tableKey(source), { generation: 1, copied: shape, seen: shape });
    state.progress.set(`${source.schema}.${source.table}`, {
      source,
      target,
      generation: 1,
      state: 'live',
      estimatedRows: 1,
      estimatedBytes: 1,
      chunks: 1,
      chunksDone: 1,
      rowsCopied: 1,
      bytesCopied: 1,
      runsOn: 'lambda',
    });
  }
  state.launch = {
    launchId: 'r7-g3-l1',
    taskArn: 'old',
    launchedAt: '2026-03-01T11:00:00.000Z',
    generation: 3,
  };
  const source = createFakeSource([]);
  source.state.readiness = { ...readyServer, slot: { active: true, walStatus: 'reserved' } };
  const target = createFakeTarget();
  let connector: ConnectorStatus = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] };
  const ports = {
    store: {
      ...store,
      getInstallationId: async () => sampleOwner().installationId,
      getDatabase: async () => settings.targetDatabase,
      listReplications: async () => [state.replication],
    },
    source: {
      ...source.database,
      prepareCapture: async (...given: readonly unknown[]) => {
        await note('publication')(...given);
        return { isReady: true };
      },
    },
    target: {
      ...target.database,
      describeTable: async () => undefined,
      takeTables: async (request: TakeRequest) => {
        events.push(`take ${request.generation} ${request.tables.map(({ table }) => table).join(' ')}`);
        await target.database.takeTables(request);
      },
      truncate: async (ref: TableRef, { generation }: OwnedRun) => {
        events.push(`truncate ${generation} ${ref.table}`);
      },
      forgetTopics: async (_owner: TargetOwner, topics: readonly string[]) => {
        events.push(`forget ${topics.join(' ')}`);
      },
      releaseTables: async (_owner: TargetOwner, tables: readonly TableRef[]) => {
        events.push(`release ${tables.map(({ table }) => table).join(' ')}`);
      },
    },
    alerts: createRecordingAlerts(),
    kafka: {
      ensureTopics: note('topics'),
      deleteTopics: note('delete topics'),
      topicOffsets: async (topics: readonly string[]) =>
        topics.map((topic) => ({ topic, partition: 0, firstOffset: 0n, endOffset: 9n })),
    },
    connect: {
      getOffset: async () => ({ lsn: 0x300 }),
      getStatus: async () => connector,
      getConfig: async () => ({ 'table.include.list': 'another' }),
      stop: async () => {
        events.push('stop connector');
        connector = { state: 'STOPPED', tasks: [] };
      },
      putConnector: note('put connector'),
      resume: async () => {
        events.push('resume connector');
        connector = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] };
      },
    },
    tasks: {
      runConsumer: async () => {
        events.push('launch consumer');
        return 'new';
      },
      stopTask: note('stop consumer'),
      describeTask: async () => ({ lastStatus: 'STOPPED' }),
    },
    placeCheckpoints: async (ends: readonly { topic: string }[]) => {
      events.push(`place ${ends.map(({ topic }) => topic).join(' ')}`);
    },
    clock: createManualClock(),
    log: createRecordingLog(),
  } as unknown as ChangeTablesPorts;
  return { ports, state, events, owners: target.owners };
};

describe('a change of the tables', () => {
  test('ends the consumer and the connector before a topic goes', async () => {
    if (flights === undefined || airports === undefined) throw new Error('The sample has two tables.');
    const { ports, state, events } = createWorld({ tables: [flights], leaving: [airports] }, [
      flights,
      airports,
    ]);
    expect(await prepareTableChange(change, settings, ports)).toEqual({ isActive: true });
    expect(events.map((event) => event.replace(/ acme_.*| Replaced.*| \[object.*/, ''))).toEqual([
      'stop consumer old',
      'launch consumer',
      'topics',
      'publication',
      'stop connector',
      'put connector',
      'resume connector',
      'delete topics client_1_db_1.public.airports',
      'forget client_1_db_1.public.airports',
      'release shop_airports',
    ]);
    expect(state.replication.leaving).toBeUndefined();
    expect([...state.progress.keys()]).toEqual(['public.flights']);
    expect([...state.shapes.keys()]).toEqual(['public.flights']);
  });

  test('waits for who holds the tables locked: it can be called again', async () => {
    const { ports, events } = createWorld({}, flights === undefined ? [] : [flights]);
    const locked: ChangeTablesPorts = {
      ...ports,
      source: {
        ...ports.source,
        prepareCapture: async () => ({ isReady: false, transactions: ['process 7'] }),
      },
    };
    await expect(prepareTableChange(change, settings, locked)).rejects.toMatchObject({
      code: 'CaptureNotStreaming',
      isTransient: true,
      message: expect.stringContaining('process 7'),
    });
    expect(events).toEqual(['take 3 shop_airports', expect.stringMatching(/^topics/)]);
  });

  test('of a table that another replication writes is refused before capture is changed', async () => {
    const { ports, events, owners } = createWorld({}, flights === undefined ? [] : [flights]);
    const table = { schema: 'public', table: 'shop_airports' };
    owners.set(exactKey(table), { ...sampleOwner({ clientId: 99, replicationId: 99 }), table });
    await expect(prepareTableChange(change, settings, ports)).rejects.toMatchObject({
      code: 'TargetTableClaimed',
    });
    expect(events).toEqual(['take 3 shop_airports']);
  });

  test('leaves out a table that is held, and gives its target table back last', async () => {
    if (flights === undefined || airports === undefined) throw new Error('The sample has two tables.');
    const { ports, state, events } = createWorld({ tables: [flights], leaving: [airports] }, [
      flights,
      airports,
    ]);
    const held = state.progress.get(tableKey(airports.source));
    if (held === undefined) throw new Error('The table has no progress.');
    state.progress.set(tableKey(airports.source), {
      ...held,
      state: 'held',
      heldSince: '2026-03-01T11:30:00.000Z',
    });
    await prepareTableChange(change, settings, ports);
    expect([...state.progress.keys(), ...state.shapes.keys()]).toEqual(['public.flights', 'public.flights']);
    expect(events.slice(-2)).toEqual(['forget client_1_db_1.public.airports', 'release shop_airports']);
  });

  test('of a new table leaves the consumer alone, and places its checkpoint only', async () => {
    const { ports, events } = createWorld({}, flights === undefined ? [] : [flights]);
    await prepareTableChange(change, settings, ports);
    expect(events).not.toContain('launch consumer');
    expect(events.at(-1)).toBe('place client_1_db_1.public.airports');
  });

  test('copies a table again: the consumer lets go of it before it is made ready', async () => {
    const { ports, state, events } = createWorld(
      {
        tableChange: {
          version: 2,
          state: 'running',
          resync: flights === undefined ? [] : [flights.source],
          startedAt: '2026-03-01T12:00:00.000Z',
        },
      },
      sampleReplication().tables,
    );
    await prepareTableChange(change, settings, ports);
    expect([...state.progress.keys()]).toEqual(['public.airports']);
    expect(events.indexOf('launch consumer')).toBeLessThan(events.indexOf('stop connector'));
    expect(events.at(-1)).toBe('place client_1_db_1.public.flights');
  });

  test('moves a table to another target table: the old one is given back, and the new one is not emptied', async () => {
    if (flights === undefined || airports === undefined) throw new Error('The sample has two tables.');
    const moved = { ...flights, target: { schema: 'public', table: 'moved' }, revision: 2 };
    const { ports, state, events } = createWorld({ tables: [moved, airports], leaving: [flights] }, [
      flights,
      airports,
    ]);
    await prepareTableChange(change, settings, ports);
    expect(events.map((event) => event.replace(/ acme_.*| Replaced.*| \[object.*/, ''))).toEqual([
      'stop consumer old',
      'launch consumer',
      'take 3 moved',
      'topics',
      'publication',
      'stop connector',
      'put connector',
      'resume connector',
      'place client_1_db_1.public.flights',
      'delete topics ',
      'forget ',
      'release shop_flights',
    ]);
    expect([...state.progress.keys()]).toEqual(['public.airports']);
  });

  test('of a replication that does not run ends its connector and asks nothing of the source', async () => {
    if (flights === undefined || airports === undefined) throw new Error('The sample has two tables.');
    const { ports, events } = createWorld(
      { status: 'stopped', desired: 'stopped', tables: [flights], leaving: [airports] },
      [flights, airports],
    );
    expect(await prepareTableChange(change, settings, ports)).toEqual({ isActive: false });
    expect(events).toEqual([
      'stop connector',
      'delete topics client_1_db_1.public.airports',
      'forget client_1_db_1.public.airports',
      'release shop_airports',
    ]);
  });

  test.each([
    ['a stop', { tableChange: undefined }],
    ['a start', { generation: 4 }],
    ['a deletion', { status: 'deleting' }],
  ] as const)('ends when %s has replaced it', async (_what, of) => {
    const { ports, state, events } = createWorld({}, []);
    state.replication = { ...state.replication, ...of } as Replication;
    await expect(prepareTableChange(change, settings, ports)).rejects.toMatchObject({ code: 'Superseded' });
    expect(events).toEqual([]);
  });
});
