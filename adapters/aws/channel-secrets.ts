import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { channelSecretSchema } from '#core/contracts/alerting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ChannelSecrets } from '#core/ports/alerting.ts';
import { createSecretTextReader, removeSecret, type SecretReplica, writeSecretText } from './secret-text.ts';
import { awsClientDefaults } from './service-errors.ts';

export interface ChannelSecretsOptions {
  readonly client?: SecretsManagerClient;
  /** What encrypts the secrets that it writes; the account's key of Secrets Manager when absent. */
  readonly keyArn?: string | undefined;
  /** Where it keeps a copy of each secret that it writes. */
  readonly replica?: SecretReplica | undefined;
}

/** Secrets Manager, for the URLs and keys of channels, as JSON. */
export const createChannelSecrets = ({
  client = new SecretsManagerClient(awsClientDefaults),
  keyArn,
  replica,
}: ChannelSecretsOptions = {}): ChannelSecrets => {
  const read = createSecretTextReader(client);
  return {
    put: (secretName, secret) =>
      writeSecretText(client, secretName, JSON.stringify(secret), { keyArn, replica }),
    get: async (secretArn) => {
      const text = await read(secretArn);
      // The parser's own message would quote the secret, so it is neither thrown nor kept as a cause.
      try {
        return channelSecretSchema.parse(JSON.parse(text));
      } catch {
        throw new MillraceError('SecretMissing', `Secret ${secretArn} does not hold the URL of a channel.`, {
          facts: { secretArn },
        });
      }
    },
    delete: (secretArn) => removeSecret(client, secretArn, replica),
  };
};
