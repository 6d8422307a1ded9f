import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import { isServiceSilent } from '../aws/service-errors.ts';
import { byKindIndex, type Key, keysByKindIndex } from './store-keys.ts';

export type Item = Readonly<Record<string, unknown>>;

/** An expression over attributes; `#name` stands for the attribute `name`, since many of our attributes are reserved words. */
export interface Condition {
  readonly expression: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

export const absent: Condition = { expression: 'attribute_not_exists(#pk)' };
export const present: Condition = { expression: 'attribute_exists(#pk)' };

/** The item is there and each given attribute has this value. */
export const matching = (attributes: Readonly<Record<string, unknown>>): Condition => {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return {
    expression: [present.expression, ...given.map(([name]) => `#${name} = :expected_${name}`)].join(' AND '),
    values: Object.fromEntries(given.map(([name, value]) => [`:expected_${name}`, value])),
  };
};

/** As `matching`, and none of `optional` is there that is not given. */
export const unchanged = (
  attributes: Readonly<Record<string, unknown>>,
  optional: readonly string[],
): Condition => {
  const { expression, ...condition } = matching(attributes);
  const missing = optional.filter((name) => attributes[name] === undefined);
  return {
    ...condition,
    expression: [expression, ...missing.map((name) => `attribute_not_exists(#${name})`)].join(' AND '),
  };
};

/** `set`: an undefined value removes the attribute. `add`: counters. */
export interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly add?: Readonly<Record<string, number>>;
}

export type Write =
  | { readonly put: Item; readonly condition?: Condition }
  | { readonly update: Key; readonly change: Change; readonly condition?: Condition }
  | { readonly remove: Key; readonly condition?: Condition }
  | { readonly check: Key; readonly condition: Condition };

export interface RangeQuery {
  readonly pk: string;
  /** Sort keys that begin with it, */
  readonly prefix?: string;
  /** or lie between these two, inclusive. */
  readonly between?: readonly [string, string];
  readonly filter?: Condition;
  readonly newestFirst?: boolean;
  readonly limit?: number;
}

export interface KindRange {
  /** Up to this sort key of the index, */
  readonly upTo?: string;
  /** or between these two, inclusive. */
  readonly between?: readonly [string, string];
  readonly newestFirst?: boolean;
  readonly limit?: number;
}

/** Reads are strongly consistent but for `queryKind` and `queryKeys`. Throws `StoreUnavailable` when DynamoDB does not answer. */
export interface DynamoTable {
  get(key: Key): Promise<Item | undefined>;
  /** Each item in the place of its key; undefined where there is none. A key may be there twice. */
  getAll(keys: readonly Key[]): Promise<readonly (Item | undefined)[]>;
  /** False when the condition did not hold. */
  put(item: Item & Key, condition?: Condition): Promise<boolean>;
  /** The new item, or undefined when the condition did not hold. */
  update(key: Key, change: Change, condition?: Condition): Promise<Item | undefined>;
  /** False when the condition did not hold. */
  remove(key: Key, condition: Condition): Promise<boolean>;
  query(range: RangeQuery): Promise<readonly Item[]>;
  /** All items of a kind, from the index; eventually consistent. */
  queryKind(kind: string, range?: KindRange): Promise<readonly Item[]>;
  /** The keys of all items of a kind, in their order, from an index of keys alone; eventually consistent. */
  queryKeys(kind: string): Promise<readonly Key[]>;
  /** All or nothing. Returns the indexes of the writes whose conditions did not hold; empty means written. */
  transact(writes: readonly Write[]): Promise<readonly number[]>;
  /** Every item on its own and without conditions; when it throws, some may be written. */
  putAll(items: readonly (Item & Key)[]): Promise<void>;
  removeAll(keys: readonly Key[]): Promise<void>;
}

/** Items as they are stored, without the store's own attributes. Throws `Internal` for an item of another shape. */
export const parseItem = <S extends z.ZodType>(schema: S, item: Item): z.output<S> => {
  const { pk, sk, gsiPk: _gsiPk, gsiSk: _gsiSk, expiresAt: _expiresAt, ...attributes } = item;
  const parsed = schema.safeParse(attributes);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new MillraceError('Internal', `Stored item ${String(pk)} / ${String(sk)} is malformed: ${where}`);
};

/** Whether a write failed since its item would have more than 400 KB. DynamoDB has no code for it, only these words. */
export const isItemTooLarge = (error: unknown): boolean =>
  error instanceof MillraceError &&
  error.cause instanceof Error &&
  /item size.* has exceeded/i.test(
    [
      error.cause.message,
      ...(error.cause instanceof TransactionCanceledException
        ? (error.cause.CancellationReasons ?? []).map(({ Message }) => Message)
        : []),
    ].join(' '),
  );

/** DynamoDB's limits for one BatchWriteItem and one BatchGetItem. */
const batchSize = 25;
const getBatchSize = 100;
/** What is read of a fleet of 1,000 comes in ten batches; one after the other they would take ten times as long as one. */
const parallelBatches = 4;

/**
 * Waits before repeating a transaction that met another one on the same item, or a batch of which DynamoDB left a part
 * out: eight attempts, 2.5 s at most with full jitter, so that ten workers that finish chunks of one table at the same
 * moment all get through.
 */
const contentionDelaysMs = [20, 40, 80, 160, 320, 640, 1_280] as const;

const referenced = (expressions: readonly (string | undefined)[]): Record<string, string> =>
  Object.fromEntries(
    expressions
      .flatMap((expression) => expression?.match(/#[A-Za-z]+/g) ?? [])
      .map((name) => [name, name.slice(1)]),
  );

const orUndefined = <T extends object>(record: T): T | undefined =>
  Object.keys(record).length === 0 ? undefined : record;

const conditionInput = (condition: Condition | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: referenced([condition.expression]),
        ExpressionAttributeValues: orUndefined({ ...condition.values }),
      };

const updateInput = (change: Change, condition: Condition | undefined) => {
  const set = Object.entries(change.set ?? {});
  const assigned = set.filter(([, value]) => value !== undefined);
  const removed = set.filter(([, value]) => value === undefined);
  const added = Object.entries(change.add ?? {});
  const clauses = [
    assigned.length > 0 ? `SET ${assigned.map(([name]) => `#${name} = :${name}`).join(', ')}` : '',
    removed.length > 0 ? `REMOVE ${removed.map(([name]) => `#${name}`).join(', ')}` : '',
    added.length > 0 ? `ADD ${added.map(([name]) => `#${name} :${name}`).join(', ')}` : '',
  ];
  const expression = clauses.filter((clause) => clause !== '').join(' ');
  return {
    UpdateExpression: expression,
    ...(condition === undefined ? {} : { ConditionExpression: condition.expression }),
    ExpressionAttributeNames: referenced([expression, condition?.expression]),
    ExpressionAttributeValues: orUndefined({
      ...Object.fromEntries([...assigned, ...added].map(([name, value]) => [`:${name}`, value])),
      ...condition?.values,
    }),
  };
};

const keySchema = z.object({ pk: z.string(), sk: z.string() });

const keyText = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

const chunksOf = <T>(list: readonly T[], size: number): readonly T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );

export const openDynamoTable = (tableName: string, client: DynamoDBClient, clock: Clock): DynamoTable => {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  const guarded = async <T>(action: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof MillraceError) throw error;
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new MillraceError(
        isServiceSilent(error) ? 'StoreUnavailable' : 'Internal',
        `DynamoDB could not ${action} in table ${tableName}: ${reason}`,
        { cause: error },
      );
    }
  };

  /** Undefined when the condition of a single write did not hold. */
  const conditional = async <T>(action: string, call: () => Promise<T>): Promise<T | undefined> =>
    guarded(action, async () => {
      try {
        return await call();
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    });

  /** Repeats `attempt` while it returns undefined. */
  const untilUncontended = async <T>(action: string, attempt: () => Promise<T | undefined>): Promise<T> => {
    for (const delayMs of [...contentionDelaysMs, undefined]) {
      const result = await attempt();
      if (result !== undefined) return result;
      if (delayMs !== undefined) await clock.sleep(Math.random() * delayMs);
    }
    throw new MillraceError(
      'StoreUnavailable',
      `DynamoDB could not ${action} in table ${tableName}: other writers held the same items.`,
    );
  };

  const query = async (input: Omit<QueryCommandInput, 'TableName'>, limit = Infinity): Promise<Item[]> => {
    const items: Item[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await documents.send(
        new QueryCommand({ ...input, TableName: tableName, ExclusiveStartKey: from }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined && items.length < limit);
    return items.slice(0, limit);
  };

  const readBatch = async (keys: readonly Key[]): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let open: readonly Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
    await untilUncontended('read a batch', async () => {
      const { Responses, UnprocessedKeys } = await documents.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys: [...open], ConsistentRead: true } } }),
      );
      items.push(...(Responses?.[tableName] ?? []));
      open = UnprocessedKeys?.[tableName]?.Keys ?? [];
      return open.length === 0 ? true : undefined;
    });
    return items;
  };

  type BatchRequest = { readonly PutRequest: { Item: Item } } | { readonly DeleteRequest: { Key: Key } };
  const writeBatches = async (requests: readonly BatchRequest[]): Promise<void> => {
    for (const batch of chunksOf(requests, batchSize)) {
      let open: unknown[] = batch;
      await untilUncontended('write a batch', async () => {
        const { UnprocessedItems } = await documents.send(
          new BatchWriteCommand({ RequestItems: { [tableName]: open as never } }),
        );
        open = UnprocessedItems?.[tableName] ?? [];
        return open.length === 0 ? true : undefined;
      });
    }
  };

  const transactItem = (write: Write): NonNullable<TransactWriteCommandInput['TransactItems']>[number] => {
    if ('put' in write)
      return { Put: { TableName: tableName, Item: { ...write.put }, ...conditionInput(write.condition) } };
    if ('update' in write)
      return {
        Update: {
          TableName: tableName,
          Key: { ...write.update },
          ...updateInput(write.change, write.condition),
        },
      };
    if ('remove' in write)
      return {
        Delete: { TableName: tableName, Key: { ...write.remove }, ...conditionInput(write.condition) },
      };
    return {
      ConditionCheck: {
        TableName: tableName,
        Key: { ...write.check },
        ConditionExpression: write.condition.expression,
        ...conditionInput(write.condition),
      },
    };
  };

  /** Undefined when another transaction was in the way, otherwise the indexes of conditions that did not hold. */
  const attemptTransaction = async (writes: readonly Write[]): Promise<readonly number[] | undefined> => {
    try {
      await documents.send(new TransactWriteCommand({ TransactItems: writes.map(transactItem) }));
      return [];
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code);
      const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
      if (failed.length > 0) return failed;
      const contended = codes.some(
        (code) =>
          code === 'TransactionConflict' ||
          code === 'ThrottlingError' ||
          code === 'ProvisionedThroughputExceeded',
      );
      if (contended) return undefined;
      throw error;
    }
  };

  return {
    get: (key) =>
      guarded('read an item', async () => {
        const { Item } = await documents.send(
          new GetCommand({ TableName: tableName, Key: { ...key }, ConsistentRead: true }),
        );
        return Item;
      }),

    getAll: (keys) =>
      guarded('read items', async () => {
        const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
        const found = new Map<string, Item>();
        const batches = await forEachBounded(chunksOf(distinct, getBatchSize), parallelBatches, readBatch);
        for (const item of batches.flat()) found.set(keyText(item as Item & Key), item);
        return keys.map((key) => found.get(keyText(key)));
      }),

    put: async (item, condition) => {
      const written = await conditional('write an item', () =>
        documents.send(
          new PutCommand({ TableName: tableName, Item: { ...item }, ...conditionInput(condition) }),
        ),
      );
      return written !== undefined;
    },

    update: async (key, change, condition) => {
      const written = await conditional('update an item', () =>
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { ...key },
            ...updateInput(change, condition),
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
      return written?.Attributes;
    },

    remove: async (key, condition) => {
      const removed = await conditional('delete an item', () =>
        documents.send(
          new DeleteCommand({ TableName: tableName, Key: { ...key }, ...conditionInput(condition) }),
        ),
      );
      return removed !== undefined;
    },

    query: ({ pk, prefix, between, filter, newestFirst = false, limit }) =>
      guarded('query items', () => {
        const range =
          between !== undefined
            ? {
                expression: ' AND #sk BETWEEN :from AND :to',
                values: { ':from': between[0], ':to': between[1] },
              }
            : prefix !== undefined
              ? { expression: ' AND begins_with(#sk, :prefix)', values: { ':prefix': prefix } }
              : { expression: '', values: {} };
        const expression = `#pk = :pk${range.expression}`;
        return query(
          {
            KeyConditionExpression: expression,
            ...(filter === undefined ? {} : { FilterExpression: filter.expression }),
            ExpressionAttributeNames: referenced([expression, filter?.expression]),
            ExpressionAttributeValues: { ':pk': pk, ...range.values, ...filter?.values },
            ScanIndexForward: !newestFirst,
            ConsistentRead: true,
            // With a filter, DynamoDB's own limit would count what the filter drops.
            ...(limit === undefined || filter !== undefined ? {} : { Limit: limit }),
          },
          limit,
        );
      }),

    queryKind: (kind, { newestFirst = false, upTo, between, limit } = {}) =>
      guarded('query the index', () => {
        const range =
          between !== undefined
            ? {
                expression: ' AND #gsiSk BETWEEN :from AND :to',
                values: { ':from': between[0], ':to': between[1] },
              }
            : upTo !== undefined
              ? { expression: ' AND #gsiSk <= :upTo', values: { ':upTo': upTo } }
              : { expression: '', values: {} };
        const expression = `#gsiPk = :kind${range.expression}`;
        return query(
          {
            IndexName: byKindIndex,
            KeyConditionExpression: expression,
            ExpressionAttributeNames: referenced([expression]),
            ExpressionAttributeValues: { ':kind': kind, ...range.values },
            ScanIndexForward: !newestFirst,
            ...(limit === undefined ? {} : { Limit: limit }),
          },
          limit,
        );
      }),

    queryKeys: (kind) =>
      guarded('query the index of keys', async () => {
        const expression = '#gsiPk = :kind';
        const items = await query({
          IndexName: keysByKindIndex,
          KeyConditionExpression: expression,
          ExpressionAttributeNames: referenced([expression]),
          ExpressionAttributeValues: { ':kind': kind },
        });
        return items.map(({ pk, sk }) => keySchema.parse({ pk, sk }));
      }),

    transact: (writes) =>
      guarded('write a transaction', () =>
        untilUncontended('write a transaction', () => attemptTransaction(writes)),
      ),

    putAll: (items) =>
      guarded('write items', () =>
        writeBatches(items.map((item) => ({ PutRequest: { Item: { ...item } } }))),
      ),

    removeAll: (keys) =>
      guarded('delete items', () =>
        writeBatches(keys.map((key) => ({ DeleteRequest: { Key: { ...key } } }))),
      ),
  };
};
