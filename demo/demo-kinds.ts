import type { DemoDatabase, DemoKind, DemoKindName } from './demo-database.ts';
import { mariadbKind } from './mariadb/mariadb-kind.ts';
import { postgresqlKind } from './postgresql/postgresql-kind.ts';

const demoKinds: Readonly<Record<DemoKindName, DemoKind>> = {
  postgresql: postgresqlKind,
  mariadb: mariadbKind,
};

export const kindOf = ({ kind }: Pick<DemoDatabase, 'kind'>): DemoKind => demoKinds[kind];
