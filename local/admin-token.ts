import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { StackState } from './stack-state.ts';

/**
 * The admin token that the deployment generated, read from Secrets Manager as an operator does. Throws `LocalStackFailed` when
 * the app is not deployed.
 */
export const readAdminToken = async ({ api, emulator }: StackState): Promise<string> => {
  if (api === undefined) throw new MillraceError('LocalStackFailed', 'The app is not deployed on the stack.');
  const secrets = new SecretsManagerClient({
    endpoint: emulator.url,
    region: emulator.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const found = await secrets.send(new GetSecretValueCommand({ SecretId: api.adminTokenSecretArn }));
    return found.SecretString ?? '';
  } finally {
    secrets.destroy();
  }
};
