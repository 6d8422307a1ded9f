import { quoteIdentifier, quoteLiteral } from './identifiers.ts';

/**
 * Settings under which Oracle's conversions to and from text mean the same in each of our sessions, whatever the
 * database and the client are set to. Comparison and order are binary, as those of the primary key's index.
 */
const sessionParameters = {
  NLS_LANGUAGE: 'AMERICAN',
  NLS_TERRITORY: 'AMERICA',
  NLS_NUMERIC_CHARACTERS: '.,',
  NLS_CALENDAR: 'GREGORIAN',
  NLS_DATE_FORMAT: 'SYYYY-MM-DD HH24:MI:SS',
  NLS_TIMESTAMP_FORMAT: 'SYYYY-MM-DD HH24:MI:SS.FF9',
  NLS_TIMESTAMP_TZ_FORMAT: 'SYYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM',
  NLS_SORT: 'BINARY',
  NLS_COMP: 'BINARY',
  TIME_ZONE: 'UTC',
} as const;

/** Statements for a new session, in order: parameters belong to the session and survive the change of the container. */
export const sessionStatements = (pluggableDatabase: string | undefined): readonly string[] => [
  ...(pluggableDatabase === undefined
    ? []
    : [`ALTER SESSION SET CONTAINER = ${quoteIdentifier(pluggableDatabase)}`]),
  `ALTER SESSION SET ${Object.entries(sessionParameters)
    .map(([name, value]) => `${name} = ${quoteLiteral(value)}`)
    .join(' ')}`,
];
