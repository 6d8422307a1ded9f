import type { Database, TlsMode } from '../contracts/database.ts';

/** How much each mode asks of the server before it gets the password. */
const checks: Readonly<Record<TlsMode, number>> = {
  disable: 0,
  require: 1,
  'verify-ca': 2,
  'verify-full': 3,
};

type Reached = Pick<Database, 'host' | 'port' | 'tlsMode' | 'caPem'>;

/**
 * Whether a change could bring the stored password to another server than the one that it is for: a server elsewhere, or one that is checked
 * less, or against other authorities. A token may use a password that it must not get to know, so such a change needs
 * the password again.
 */
export const leadsPasswordElsewhere = (before: Reached, after: Reached): boolean =>
  before.host.toLowerCase() !== after.host.toLowerCase() ||
  before.port !== after.port ||
  checks[after.tlsMode] < checks[before.tlsMode] ||
  (checks[after.tlsMode] >= checks['verify-ca'] &&
    checks[before.tlsMode] >= checks['verify-ca'] &&
    before.caPem !== after.caPem);
