import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import { createStorm, type LastWord, whatRuns } from '../../unit/lambdas/api/lifecycle-storm.ts';
import { createStateTable, type EmulatedAws, startEmulatedAws } from './state-table.ts';

let aws: EmulatedAws;
let client: DynamoDBClient;

beforeAll(async () => {
  aws = await startEmulatedAws();
  client = new DynamoDBClient(aws.config);
  await createStateTable(client, 'storms');
}, 120_000);
afterAll(async () => {
  client.destroy();
  await aws.stop();
});

test.each<[LastWord, number]>([
  ['start', 101],
  ['pause', 102],
  ['stop', 103],
])(
  'a storm on DynamoDB ends as the last word, %s (seed %i)',
  async (word, seed) => {
    const storm = await createStorm({
      seed,
      openStore: (clock) => {
        const store = createStateStore({ tableName: 'storms', client, clock });
        // Time stands while DynamoDB answers, so that leases do not end because the machine is slow.
        return Object.fromEntries(
          Object.entries(store).map(([name, call]) => [name, clock.track(call as () => Promise<unknown>)]),
        ) as unknown as StateStore;
      },
    });
    try {
      expect(await storm.blow(word)).toEqual(whatRuns[word]);
    } finally {
      await storm.end();
    }
  },
  180_000,
);
