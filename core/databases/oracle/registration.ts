import type { Database } from '../../contracts/database.ts';
import { MillraceError } from '../../errors/millrace-error.ts';
import { checkHost, parseServiceName } from './service-name.ts';

export const refuseUncheckedTls = (): MillraceError =>
  new MillraceError(
    'InvalidRequest',
    "Oracle's drivers always check the server's certificate, so TLS mode require does not exist for them: use verify-ca " +
      'or verify-full, with the CA bundle where the certificate is not signed by a public authority.',
  );

/** Throws `InvalidRequest` for what no connection to an Oracle database could be made with. */
export const checkRegistration = (database: Pick<Database, 'host' | 'databaseName' | 'tlsMode'>): void => {
  checkHost(database.host);
  parseServiceName(database.databaseName);
  if (database.tlsMode === 'require') throw refuseUncheckedTls();
};
