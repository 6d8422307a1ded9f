import type { Database, DatabaseKind } from '../contracts/database.ts';
import { productNames } from '../naming/product-names.ts';
import type { DocumentedSourceDialect } from '../ports/source-dialect.ts';
import type { DocumentedTargetDialect } from '../ports/target-dialect.ts';
import { mysqlSourceDialect } from './mysql/source/dialect.ts';
import { mysqlTargetDialect } from './mysql/target/dialect.ts';
import { checkRegistration as checkOracleRegistration } from './oracle/registration.ts';
import { oracleSourceDialect } from './oracle/source/dialect.ts';
import { checkRegistration as checkPostgresRegistration } from './postgresql/registration.ts';
import { postgresSourceDialect } from './postgresql/source/dialect.ts';
import { postgresTargetDialect } from './postgresql/target/dialect.ts';

/** Names a folder of core/databases and of adapters/. MySQL and MariaDB are two kinds of one engine. */
export type EngineName = 'postgresql' | 'mysql' | 'oracle';

/** Everything without I/O that is particular to one kind of database. */
export interface DatabaseEngine {
  readonly engine: EngineName;
  /** As people write it. */
  readonly displayName: string;
  readonly source: DocumentedSourceDialect;
  /** Absent where Millrace does not write to databases of the kind. */
  readonly target?: DocumentedTargetDialect;
  /**
   * Throws `InvalidRequest` for settings that no connection could be made with. Absent where the driver's own error says
   * enough.
   */
  checkRegistration?(database: Pick<Database, 'host' | 'databaseName' | 'tlsMode'>): void;
}

/** The only place that tells the kinds of databases apart: docs/guide/adding-a-database.md. */
const engines: Readonly<Record<DatabaseKind, DatabaseEngine>> = {
  postgresql: {
    engine: 'postgresql',
    displayName: productNames.postgresql,
    source: postgresSourceDialect,
    target: postgresTargetDialect,
    checkRegistration: checkPostgresRegistration,
  },
  mysql: {
    engine: 'mysql',
    displayName: productNames.mysql,
    source: mysqlSourceDialect('mysql'),
    target: mysqlTargetDialect,
  },
  mariadb: {
    engine: 'mysql',
    displayName: productNames.mariadb,
    source: mysqlSourceDialect('mariadb'),
    target: mysqlTargetDialect,
  },
  oracle: {
    engine: 'oracle',
    displayName: productNames.oracle,
    source: oracleSourceDialect,
    checkRegistration: checkOracleRegistration,
  },
};

export const engineOf = (kind: DatabaseKind): DatabaseEngine => engines[kind];

/** Kinds that share an engine stand together, in the order of the registry. */
export const kindsByEngine = (): ReadonlyMap<EngineName, readonly DatabaseKind[]> =>
  Map.groupBy(Object.keys(engines) as DatabaseKind[], (kind) => engines[kind].engine);
