import { expect, test } from '@jest/globals';
import type { DatabaseKind } from '#core/contracts/database.ts';
import { engineOf } from '#core/databases/registry.ts';
import { findKindProblems } from '#core/validation/kind-problems.ts';

const registered = (kind: DatabaseKind) => ({
  kind,
  host: 'db',
  port: 3306,
});

const problemsOf = (kind: DatabaseKind, serverVersion: string) =>
  findKindProblems('source', registered(kind), { dialect: engineOf(kind).source, serverVersion });

test('a server that is not what was registered is told by its version', () => {
  expect(problemsOf('mysql', '10.11.6-MariaDB-log')).toEqual([
    {
      subject: 'source',
      problem: 'The server at db:3306 is MariaDB 10.11.6-MariaDB-log, but it is registered as MySQL.',
      remedy: 'Register it again with kind mariadb, or without a kind.',
    },
  ]);
  expect(problemsOf('mariadb', '8.4.0')).toHaveLength(1);
  expect(problemsOf('mariadb', '11.4.2-MariaDB')).toEqual([]);
  expect(problemsOf('postgresql', '18.4')).toEqual([]);
  expect(problemsOf('oracle', '19.0.0')).toEqual([]);
});
