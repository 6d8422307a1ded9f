import { join } from 'node:path';
import { stackMarker } from './processes.ts';
import { projectRoot } from './state-folder.ts';

export const localRegion = 'us-east-1';
export const localAccountId = '000000000000';

/**
 * Variables for programs that speak to the emulator by the AWS SDK or CLI. They also keep the user's own account out:
 * no profile, no configuration file and no credentials but these are seen.
 */
export const awsEnvironment = (emulatorUrl: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: emulatorUrl,
  // CDK's assets need it: https://github.com/aws/aws-cdk-cli reads the general one for every service but S3.
  AWS_ENDPOINT_URL_S3: emulatorUrl,
  AWS_REGION: localRegion,
  AWS_DEFAULT_REGION: localRegion,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/**
 * The environment of the stack's own processes: the user's, without what would lead them to a real account or change
 * how Node runs, with the project's Node first in the path and the marker by which they are found again.
 */
export const partEnvironment = (stateRoot: string, emulatorUrl: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && name !== 'NODE_OPTIONS'),
  ),
  ...awsEnvironment(emulatorUrl),
  PATH: `${join(projectRoot, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
  [stackMarker]: stateRoot,
});
