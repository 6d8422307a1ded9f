import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { prepareEmulator } from '../local/downloads.ts';
import { startEmulator } from '../local/emulator.ts';

export interface EmulatedAws {
  /** For any client of the SDK. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  stop(): Promise<void>;
}

/** The AWS emulator of the local stack alone; it forgets everything when it stops. */
export const startEmulatedAws = async (): Promise<EmulatedAws> => {
  const emulator = await startEmulator({ python: await prepareEmulator() });
  return {
    config: {
      endpoint: emulator.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    stop: () => emulator.stop(),
  };
};

/** A table of the shape that infra/stacks/state-stack.ts deploys. */
export const createStateTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsiPk', 'gsiSk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: (
        [
          ['byKind', 'ALL'],
          ['keysByKind', 'KEYS_ONLY'],
        ] as const
      ).map(([IndexName, ProjectionType]) => ({
        IndexName,
        KeySchema: [
          { AttributeName: 'gsiPk', KeyType: 'HASH' },
          { AttributeName: 'gsiSk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType },
      })),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: tableName });
};
