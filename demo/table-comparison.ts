import type { Client } from 'pg';
import { compareSides, type TableComparison, type TablePair } from './comparison.ts';
import { exactSide } from './postgresql/compared-side.ts';
import { demoConnection } from './postgresql/connection.ts';

/** Compares tables of the schemas `public` of two PostgreSQL databases, value by value as PostgreSQL writes them. */
export const compareTables = (
  source: Client,
  target: Client,
  pairs: readonly TablePair[],
): Promise<readonly TableComparison[]> =>
  compareSides(exactSide(demoConnection(source)), exactSide(demoConnection(target)), pairs);
