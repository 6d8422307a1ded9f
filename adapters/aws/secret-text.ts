import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { awsClientDefaults, toServiceError } from './service-errors.ts';

/**
 * Reads the current text of a secret that is not a database's credentials. Throws `SecretMissing`, `PermissionDenied`
 * and `ServiceUnavailable`.
 */
export const createSecretTextReader =
  (client: SecretsManagerClient = new SecretsManagerClient(awsClientDefaults)) =>
  async (secretArn: string): Promise<string> => {
    let text: string | undefined;
    try {
      text = (await client.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException))
        throw toServiceError(error, 'Secrets Manager', `read secret ${secretArn}`);
    }
    if (text !== undefined && text !== '') return text;
    throw new MillraceError('SecretMissing', `There is no text in secret ${secretArn}.`, {
      facts: { secretArn },
    });
  };

/**
 * Creates or replaces a secret, encrypted with the key, and returns its ARN. One that was encrypted with another key gets this one. Throws
 * `PermissionDenied` and `ServiceUnavailable`.
 */
export const writeSecretText = async (
  client: SecretsManagerClient,
  secretName: string,
  text: string,
  keyArn?: string,
): Promise<string> => {
  let arn: string | undefined;
  try {
    arn = await createOrReplace(client, secretName, text, keyArn);
  } catch (error) {
    throw toServiceError(error, 'Secrets Manager', `store secret ${secretName}`);
  }
  if (arn !== undefined) return arn;
  throw new MillraceError('Internal', `Secrets Manager returned no ARN for secret ${secretName}.`);
};

const createOrReplace = async (
  client: SecretsManagerClient,
  secretName: string,
  text: string,
  keyArn: string | undefined,
): Promise<string | undefined> => {
  const content = { SecretString: text, ...(keyArn !== undefined && { KmsKeyId: keyArn }) };
  try {
    return (await client.send(new CreateSecretCommand({ Name: secretName, ...content }))).ARN;
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    return (await client.send(new UpdateSecretCommand({ SecretId: secretName, ...content }))).ARN;
  }
};

/** Deletes a secret at once, without a recovery window; does nothing when there is no such secret. */
export const removeSecret = async (client: SecretsManagerClient, secretArn: string): Promise<void> => {
  try {
    await client.send(new DeleteSecretCommand({ SecretId: secretArn, ForceDeleteWithoutRecovery: true }));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return;
    throw toServiceError(error, 'Secrets Manager', `delete secret ${secretArn}`);
  }
};
