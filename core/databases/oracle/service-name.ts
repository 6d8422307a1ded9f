import { MillraceError } from '../../errors/millrace-error.ts';

/** Where a registered Oracle database is: the service to connect to, and the pluggable database in which its tables are. */
export interface OracleService {
  readonly serviceName: string;
  /** In upper case, as the catalog has it; absent for a database without pluggable ones. */
  readonly pluggableDatabase?: string;
}

/** Service names go into connect descriptors, which have no quoting: only characters without a meaning there. */
const form = /^([A-Za-z0-9_$#.-]+)(?:\/([A-Za-z][A-Za-z0-9_$#]{0,29}))?$/;

/**
 * The database name of an Oracle database: `ORCL` is a service; `ORCLCDB/ORCLPDB1` is the pluggable database ORCLPDB1,
 * reached by the service of its root. LogMiner reads the log of the whole container database and so has to run in the
 * root; one user, common to all containers, both captures there and reads the tables in the pluggable database.
 * Throws `InvalidRequest`.
 */
export const parseServiceName = (databaseName: string): OracleService => {
  const [, serviceName, pluggableDatabase] = form.exec(databaseName) ?? [];
  if (serviceName === undefined) {
    throw new MillraceError(
      'InvalidRequest',
      'The database name of an Oracle database is a service name (ORCL), or for a pluggable database the service ' +
        'name of its root and its own name (ORCLCDB/ORCLPDB1).',
    );
  }
  return {
    serviceName,
    ...(pluggableDatabase === undefined ? {} : { pluggableDatabase: pluggableDatabase.toUpperCase() }),
  };
};

/** Names and addresses, IPv6 without brackets too; nothing that a connect descriptor would read as its own. */
const hostForm = /^[A-Za-z0-9._:-]+$/;

/** Throws `InvalidRequest` for a host that cannot stand in a connect descriptor. */
export const checkHost = (host: string): string => {
  if (hostForm.test(host)) return host;
  throw new MillraceError('InvalidRequest', `The host ${host} is not a host name or an IP address.`);
};
