import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { resourcesOf, synthesize } from './synthesize.ts';

/** Another logical name of these is another resource for CloudFormation: the data of the first one is left behind, or lost. */
const lasting =
  /^AWS::(DynamoDB::|EC2::(EIP|Subnet|VPC)$|KMS::Key|Logs::LogGroup|MSK::|S3::Bucket$|SecretsManager::Secret$|SNS::Topic$|SQS::Queue$)/;

const file = join(import.meta.dirname, 'lasting-names.txt');

/*
 * A new resource is written into lasting-names.txt when it is first deployed. A line that is changed or taken away needs a way for those
 * who have the resource already.
 */
test('what has data, or an address that others know, keeps its name in the templates of prod', () => {
  const names = resourcesOf(synthesize('prod'))
    .filter(({ Type }) => lasting.test(Type))
    .map(({ part, Type, logicalId }) => `${part} ${Type} ${logicalId}`);
  const known = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(known.length).toBeGreaterThan(20);
  expect(known.filter((line) => !names.includes(line))).toEqual([]);
});
