import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { prepareEmulator } from '../../../local/downloads.ts';
import { engineSocketOf, haltPart, launchPart } from '../../../local/parts.ts';
import { findFreePort, loopback } from '../../../local/ports.ts';
import type { StackPlan } from '../../../local/stack-state.ts';
import { stateFolder } from '../../../local/state-folder.ts';

export interface EmulatedAws {
  /** For any client of the SDK. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  stop(): Promise<void>;
}

/** The local stack's AWS emulator alone, in a folder of its own. */
export const startEmulatedAws = async (): Promise<EmulatedAws> => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-aws-'));
  const folder = stateFolder(root);
  const port = await findFreePort();
  const plan: StackPlan = {
    ports: { source: 0, target: 0, kafka: 0, kafkaController: 0, connect: 0, emulator: port },
    java: { command: 'java', connectHome: '' },
    emulatorPython: await prepareEmulator(),
    engineSocket: engineSocketOf(folder),
    images: {},
  };
  await launchPart('emulator', folder, plan);
  return {
    config: {
      endpoint: `http://${loopback}:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    stop: async () => {
      await haltPart('emulator', folder);
      rmSync(root, { recursive: true, force: true });
    },
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
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byKind',
          KeySchema: [
            { AttributeName: 'gsiPk', KeyType: 'HASH' },
            { AttributeName: 'gsiSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: tableName });
};
