import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:1:secret:millrace/test/databases/client-1/database-1-AbCdEf';
const credentials = { username: 'millrace', password: 'correct horse' };

const create = (keyArn?: string) => {
  const mock = mockClient(SecretsManagerClient);
  const clock = createManualClock();
  const store = createSecretStore({
    client: new SecretsManagerClient({ region: 'eu-west-1' }),
    clock,
    keyArn,
  });
  return {
    mock,
    store,
    advance: clock.advance,
  };
};

test('credentials are stored as JSON under their name', async () => {
  const { mock, store } = create();
  mock.on(CreateSecretCommand).resolves({ ARN: arn });
  expect(await store.putCredentials('millrace/x', credentials)).toBe(arn);
  expect(mock.commandCalls(CreateSecretCommand)[0]?.args[0].input).toEqual({
    Name: 'millrace/x',
    SecretString: JSON.stringify(credentials),
  });
});

test('an existing secret gets a new value', async () => {
  const { mock, store } = create();
  mock.on(CreateSecretCommand).rejects(new ResourceExistsException({ message: 'there', $metadata: {} }));
  mock.on(UpdateSecretCommand).resolves({ ARN: arn });
  expect(await store.putCredentials('millrace/x', credentials)).toBe(arn);
});

test('what is stored is encrypted with the key of the environment, also what had another', async () => {
  const { mock, store } = create('arn:key');
  const content = { SecretString: JSON.stringify(credentials), KmsKeyId: 'arn:key' };
  mock.on(CreateSecretCommand).resolvesOnce({ ARN: arn });
  await store.putCredentials('millrace/x', credentials);
  mock.on(CreateSecretCommand).rejects(new ResourceExistsException({ message: 'there', $metadata: {} }));
  mock.on(UpdateSecretCommand).resolves({ ARN: arn });
  await store.putCredentials('millrace/x', credentials);
  expect(mock.commandCalls(CreateSecretCommand)[0]?.args[0].input).toEqual({
    Name: 'millrace/x',
    ...content,
  });
  expect(mock.commandCalls(UpdateSecretCommand)[0]?.args[0].input).toEqual({
    SecretId: 'millrace/x',
    ...content,
  });
});

test('credentials are read again after five minutes, when asked for, and after they were replaced', async () => {
  const { mock, store, advance } = create();
  mock.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(credentials) });
  mock.on(CreateSecretCommand).resolves({ ARN: arn });
  const reads = (): number => mock.commandCalls(GetSecretValueCommand).length;
  expect(await store.getCredentials(arn)).toEqual(credentials);
  advance(299_999);
  await store.getCredentials(arn);
  expect(reads()).toBe(1);
  advance(1);
  await store.getCredentials(arn);
  expect(reads()).toBe(2);
  await store.getCredentials(arn, { fresh: true });
  expect(reads()).toBe(3);
  await store.putCredentials('millrace/x', credentials);
  await store.getCredentials(arn);
  expect(reads()).toBe(4);
});

test('a missing or malformed secret is named, and its text is not', async () => {
  const { mock, store } = create();
  mock
    .on(GetSecretValueCommand)
    .rejectsOnce(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
  await expect(store.getCredentials(arn)).rejects.toMatchObject({
    code: 'SecretMissing',
    facts: { secretArn: arn },
  });
  mock.on(GetSecretValueCommand).resolves({ SecretString: '{"username": "u", "passwort": "hunter2"' });
  const error = await store.getCredentials(arn).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(MillraceError);
  expect(error).toMatchObject({ code: 'SecretMissing' });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
});

test('a secret that is deleted already is deleted', async () => {
  const { mock, store } = create();
  mock.on(DeleteSecretCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
  await expect(store.deleteCredentials(arn)).resolves.toBeUndefined();
  expect(mock.commandCalls(DeleteSecretCommand)[0]?.args[0].input).toEqual({
    SecretId: arn,
    ForceDeleteWithoutRecovery: true,
  });
});

test.each([
  ['AccessDeniedException', 400, 'PermissionDenied'],
  ['InternalServiceError', 500, 'ServiceUnavailable'],
  ['ThrottlingException', 400, 'ServiceUnavailable'],
  ['TimeoutError', undefined, 'ServiceUnavailable'],
  ['InvalidParameterException', 400, 'Internal'],
])('%s (HTTP %s) becomes %s', async (name, httpStatusCode, code) => {
  const { mock, store } = create();
  mock
    .on(GetSecretValueCommand)
    .rejects(
      Object.assign(new Error('no'), { name, ...(httpStatusCode && { $metadata: { httpStatusCode } }) }),
    );
  await expect(store.getCredentials(arn)).rejects.toMatchObject({ code });
});
