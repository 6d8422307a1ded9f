import type { TargetOwner } from '../contracts/target-owner.ts';

/** Of the installation's UUID. Two installations with the same 48 bits at one target are not to be expected. */
const installationDigits = 12;

/**
 * What the names of a client's own tables in a target's bookkeeping end with: `3f2a9c1db0e7_4`. Each client has tables of
 * its own, so that the rights of a database keep clients apart.
 */
export const bookkeepingSuffix = ({
  installationId,
  clientId,
}: Pick<TargetOwner, 'installationId' | 'clientId'>): string =>
  `${installationId.replaceAll('-', '').slice(0, installationDigits)}_${clientId}`;
