import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { inOwnRegion } from './own-region.ts';
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
      text = (await client.send(new GetSecretValueCommand({ SecretId: inOwnRegion(secretArn) })))
        .SecretString;
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException))
        throw toServiceError(error, 'Secrets Manager', `read secret ${secretArn}`);
    }
    if (text !== undefined && text !== '') return text;
    throw new MillraceError('SecretMissing', `There is no text in secret ${secretArn}.`, {
      facts: { secretArn },
    });
  };

/** A region that has a copy of each secret, by Secrets Manager's own replication. */
export interface SecretReplica {
  readonly region: string;
  /** What encrypts the copies, a key of that region. */
  readonly keyArn: string;
}

export interface SecretPlace {
  readonly keyArn?: string | undefined;
  readonly replica?: SecretReplica | undefined;
}

/**
 * Creates or replaces a secret, encrypted with the key, and returns its ARN. One that was encrypted with another key gets this one. Throws
 * `PermissionDenied` and `ServiceUnavailable`.
 */
export const writeSecretText = async (
  client: SecretsManagerClient,
  secretName: string,
  text: string,
  { keyArn, replica }: SecretPlace = {},
): Promise<string> => {
  let arn: string | undefined;
  try {
    arn = await createOrReplace(client, secretName, text, keyArn);
    if (replica !== undefined) await ensureReplica(client, secretName, replica);
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

/** One that has a copy there keeps it in step by itself. */
const ensureReplica = async (
  client: SecretsManagerClient,
  secretName: string,
  { region, keyArn }: SecretReplica,
): Promise<void> => {
  const { ReplicationStatus = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretName }));
  if (ReplicationStatus.some(({ Region, Status }) => Region === region && Status !== 'Failed')) return;
  await client.send(
    new ReplicateSecretToRegionsCommand({
      SecretId: secretName,
      AddReplicaRegions: [{ Region: region, KmsKeyId: keyArn }],
      // What an earlier secret of the name has left there.
      ForceOverwriteReplicaSecret: true,
    }),
  );
};

/** Deletes a secret at once, without a recovery window; does nothing when there is no such secret. */
export const removeSecret = async (
  client: SecretsManagerClient,
  secretArn: string,
  replica?: SecretReplica,
): Promise<void> => {
  const SecretId = inOwnRegion(secretArn);
  try {
    if (replica !== undefined) await removeReplica(client, SecretId, replica.region);
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return;
    throw toServiceError(error, 'Secrets Manager', `delete secret ${secretArn}`);
  }
};

/** Secrets Manager deletes no secret that has copies. */
const removeReplica = async (
  client: SecretsManagerClient,
  secretId: string,
  region: string,
): Promise<void> => {
  const { ReplicationStatus = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
  if (!ReplicationStatus.some(({ Region }) => Region === region)) return;
  await client.send(
    new RemoveRegionsFromReplicationCommand({ SecretId: secretId, RemoveReplicaRegions: [region] }),
  );
};
