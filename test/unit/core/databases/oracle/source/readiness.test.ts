import { expect, test } from '@jest/globals';
import { neededViews } from '#core/databases/oracle/source/capture-statements.ts';
import {
  type CaptureReadiness,
  findServerProblems,
  findTableReadinessProblems,
  findUnminableColumns,
} from '#core/databases/oracle/source/readiness.ts';
import { columnOf } from '../column-samples.ts';

const ready: CaptureReadiness = {
  serverVersion: '19.22.0.0.0',
  logMode: 'ARCHIVELOG',
  supplementalMin: 'YES',
  forceLogging: 'YES',
  openMode: 'READ WRITE',
  isContainerDatabase: true,
  container: 'ORCLPDB1',
  isCluster: false,
  username: 'C##MILLRACE',
  privileges: ['CREATE SESSION', 'SET CONTAINER', 'LOGMINING', 'CREATE TABLE'],
  roles: ['SELECT_CATALOG_ROLE'],
  hasQuota: true,
  packages: ['DBMS_LOGMNR', 'DBMS_LOGMNR_D'],
  readableViews: neededViews,
};
const service = { serviceName: 'ORCLCDB', pluggableDatabase: 'ORCLPDB1' };

const problemsOf = (change: Partial<CaptureReadiness>, at = service) =>
  findServerProblems({ ...ready, ...change }, at);

test('a ready server has no problem, also with implicit supplemental logging', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ supplementalMin: 'IMPLICIT', serverVersion: '23.6.0.24.10' })).toEqual([]);
});

test.each<[Partial<CaptureReadiness>, RegExp, RegExp]>([
  [{ serverVersion: '12.2.0.1.0' }, /Oracle 12\.2\.0\.1\.0; 19 or newer/, /Upgrade/],
  [{ isCluster: true }, /cluster \(RAC\)/, /single instance/],
  [{ logMode: 'NOARCHIVELOG' }, /NOARCHIVELOG mode/, /ALTER DATABASE ARCHIVELOG/],
  [
    { supplementalMin: 'NO' },
    /supplemental logging is off/,
    /ALTER DATABASE ADD SUPPLEMENTAL LOG DATA; \(in CDB\$ROOT\)/,
  ],
  [{ forceLogging: 'NO' }, /direct loads/, /ALTER DATABASE FORCE LOGGING; \(in CDB\$ROOT\)/],
  [
    { forceLogging: 'STANDBY NOLOGGING FOR LOAD PERFORMANCE' },
    /direct loads/,
    /ALTER DATABASE FORCE LOGGING/,
  ],
  [{ openMode: 'READ ONLY WITH APPLY' }, /READ ONLY WITH APPLY/, /primary/],
  [
    { privileges: ready.privileges.filter((name) => name !== 'LOGMINING') },
    /lacks the privilege LOGMINING/,
    /^GRANT LOGMINING TO "C##MILLRACE" CONTAINER=ALL;$/,
  ],
  [
    { privileges: ready.privileges.filter((name) => name !== 'SET CONTAINER') },
    /SET CONTAINER/,
    /^GRANT SET CONTAINER TO/,
  ],
  [{ roles: [] }, /SELECT_CATALOG_ROLE/, /^GRANT SELECT_CATALOG_ROLE TO/],
  [{ hasQuota: false }, /no space/, /QUOTA 10M/],
  [
    { packages: ['DBMS_LOGMNR_D'] },
    /may not execute DBMS_LOGMNR\./,
    /^GRANT EXECUTE ON SYS\.DBMS_LOGMNR TO "C##MILLRACE" CONTAINER=ALL;$/,
  ],
  [
    { readableViews: neededViews.filter((view) => view !== 'V$LOG') },
    /may not read V\$LOG\./,
    /GRANT SELECT ON SYS\.V_\$LOG TO "C##MILLRACE" CONTAINER=ALL;/,
  ],
])('%j is a problem with a remedy', (change, problem, remedy) => {
  const [found, ...others] = problemsOf(change);
  expect(others).toEqual([]);
  expect(found?.problem).toMatch(problem);
  expect(found?.remedy).toMatch(remedy);
});

test('a pluggable database that was registered by its own service is named as it has to be', () => {
  const problems = findServerProblems(ready, { serviceName: 'orclpdb1' });
  expect(problems.map(({ remedy }) => remedy)).toEqual([
    'Register it with the database name <service of the root>/ORCLPDB1.',
  ]);
});

test('without pluggable databases grants are for the one database', () => {
  const alone = {
    isContainerDatabase: false,
    container: 'ORCL',
    username: 'MILLRACE',
    privileges: ['CREATE SESSION', 'CREATE TABLE'],
  };
  expect(findServerProblems({ ...ready, ...alone }, { serviceName: 'ORCL' })).toEqual([
    {
      subject: 'source server',
      problem: 'User MILLRACE lacks the privilege LOGMINING.',
      remedy: 'GRANT LOGMINING TO "MILLRACE";',
    },
  ]);
});

test('a table has to be readable, and logged as a whole', () => {
  const ref = { schema: 'SHOP', table: 'ORDERS' };
  expect(
    findTableReadinessProblems({ ref, isReadable: true, isFullyLogged: true, unminableColumns: [] }, 'M'),
  ).toEqual([]);
  expect(
    findTableReadinessProblems(
      { ref, isReadable: false, isFullyLogged: false, unminableColumns: ['SCAN'] },
      'M',
    ).map(({ remedy }) => remedy),
  ).toEqual([
    'GRANT SELECT ON "SHOP"."ORDERS" TO "M";',
    'Change their types, or move these columns to a table of their own.',
    'ALTER TABLE "SHOP"."ORDERS" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS;',
  ]);
});

test('columns for whose sake the changes of a table are skipped are found', () => {
  const columns = [
    columnOf('BFILE', {}, { name: 'SCAN' }),
    columnOf('ADDRESS_T', { dataTypeOwner: 'SHOP' }, { name: 'ADDRESS' }),
    columnOf('XMLTYPE', { dataTypeOwner: 'PUBLIC' }, { name: 'DOC' }),
    columnOf('NUMBER', {}, { name: 'ID', hasDefault: true, isIdentityAlways: true }),
    columnOf('NUMBER', {}, { name: 'TWICE', isGenerated: true }),
    ...['BOOLEAN', 'LONG', 'LONG RAW', 'UROWID', 'VECTOR'].map((type) => columnOf(type, {}, { name: type })),
  ];
  expect(findUnminableColumns({ columns })).toEqual([
    'SCAN',
    'ADDRESS',
    'BOOLEAN',
    'LONG',
    'LONG RAW',
    'UROWID',
    'VECTOR',
  ]);
});
