import { z } from 'zod';
import { MillraceError } from '#core/errors/millrace-error.ts';

/** Task metadata endpoint version 4 (Amazon ECS developer guide). */
const metadataSchema = z.object({
  Networks: z.array(z.object({ IPv4Addresses: z.array(z.string()).optional() })).optional(),
});

const metadataTimeoutMs = 5_000;

/** The address of this task in its network. Throws `Internal` where there is none. */
export const readTaskAddress = async (variables: NodeJS.ProcessEnv): Promise<string> => {
  const uri = variables.ECS_CONTAINER_METADATA_URI_V4;
  if (uri === undefined)
    throw new MillraceError(
      'Internal',
      'ECS_CONTAINER_METADATA_URI_V4 is not set, so the address of this task is not known.',
    );
  const response = await fetch(uri, { signal: AbortSignal.timeout(metadataTimeoutMs) });
  const metadata = metadataSchema.parse(await response.json());
  const address = metadata.Networks?.flatMap((network) => network.IPv4Addresses ?? [])[0];
  if (address === undefined)
    throw new MillraceError('Internal', `The metadata of this task (${uri}) has no IPv4 address.`);
  return address;
};
