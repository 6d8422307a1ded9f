import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { Credentials, SecretStore } from '#core/ports/services.ts';
import { systemClock } from '../clock/system-clock.ts';
import { inOwnRegion } from './own-region.ts';
import { removeSecret, type SecretReplica, writeSecretText } from './secret-text.ts';
import { awsClientDefaults, toServiceError } from './service-errors.ts';

const credentialsSchema = z.object({ username: z.string(), password: z.string() });

/**
 * Long enough that a consumer's reconnects cost nothing, short enough that a rotated password is seen without help;
 * callers that were refused by the database ask for `fresh`.
 */
const cacheMs = 5 * 60 * 1000;

export interface SecretStoreOptions {
  readonly client?: SecretsManagerClient;
  readonly clock?: Clock;
  /** What encrypts the secrets that it writes; the account's key of Secrets Manager when absent. */
  readonly keyArn?: string | undefined;
  /** Where it keeps a copy of each secret that it writes. */
  readonly replica?: SecretReplica | undefined;
}

export const createSecretStore = (options: SecretStoreOptions = {}): SecretStore => {
  const client = options.client ?? new SecretsManagerClient(awsClientDefaults);
  const clock = options.clock ?? systemClock;
  const cache = new Map<string, { readonly credentials: Credentials; readonly readAt: number }>();

  const parse = (secretArn: string, text: string | undefined): Credentials => {
    // The parser's own message would quote the secret, so it is neither thrown nor kept as a cause.
    try {
      return credentialsSchema.parse(JSON.parse(text ?? ''));
    } catch {
      throw new MillraceError(
        'SecretMissing',
        `Secret ${secretArn} holds no JSON with username and password.`,
        {
          facts: { secretArn },
        },
      );
    }
  };

  return {
    putCredentials: async (secretName, { username, password }) => {
      const arn = await writeSecretText(client, secretName, JSON.stringify({ username, password }), options);
      cache.delete(arn);
      return arn;
    },

    getCredentials: async (secretArn, { fresh = false } = {}) => {
      const now = clock.now().getTime();
      const cached = cache.get(secretArn);
      if (!fresh && cached !== undefined && now - cached.readAt < cacheMs) return cached.credentials;
      let text: string | undefined;
      try {
        text = (await client.send(new GetSecretValueCommand({ SecretId: inOwnRegion(secretArn) })))
          .SecretString;
      } catch (error) {
        if (error instanceof ResourceNotFoundException)
          throw new MillraceError('SecretMissing', `There is no secret ${secretArn}.`, {
            cause: error,
            facts: { secretArn },
          });
        throw toServiceError(error, 'Secrets Manager', `read secret ${secretArn}`);
      }
      const credentials = parse(secretArn, text);
      cache.set(secretArn, { credentials, readAt: now });
      return credentials;
    },

    deleteCredentials: async (secretArn) => {
      cache.delete(secretArn);
      await removeSecret(client, secretArn, options.replica);
    },
  };
};
