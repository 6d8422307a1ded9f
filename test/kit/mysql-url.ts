/**
 * An administrator's address, as `mysql://root:secret@host:3306`. Every test makes a database of its own and drops it. Several, with
 * spaces between them, are one for each of jest's workers: some suites change what concerns the whole server.
 */
const addresses = (process.env.MILLRACE_TEST_MYSQL_URL ?? '').split(' ').filter((address) => address !== '');

const worker = Number(process.env.JEST_WORKER_ID ?? '1');

/** Undefined where no server is given. */
export const mysqlUrl = addresses[(worker - 1) % Math.max(addresses.length, 1)];

/** Set by `npm run test:mysql`: MariaDB has had its turn in other runs. */
export const isMysqlOnly = process.env.MILLRACE_TEST_MYSQL_ONLY !== undefined;
