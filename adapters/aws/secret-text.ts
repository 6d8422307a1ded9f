import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
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
