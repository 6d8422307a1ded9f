import { statSync } from 'node:fs';
import path from 'node:path';

/**
 * The suites of a minute and more, the longest first as measured on two cores. Started last, one of them would run alone while the
 * other workers have ended.
 */
const longest = [
  'faults/capture-kill.test.ts',
  'faults/random.test.ts',
  'integration/consumer/consumer.test.ts',
  'chain/followed-changes.test.ts',
  'chain/outages.test.ts',
  'chain/large-values.test.ts',
  'chain/approved-changes.test.ts',
  'chain/change-tables.test.ts',
  'chain/snapshot-modes.test.ts',
  'chain/ddl-during-start.test.ts',
  'faults/idle-tables-mariadb.test.ts',
  'chain/partitions.test.ts',
  'chain/hostile-defaults.test.ts',
  'integration/mysql/resume.test.ts',
  'integration/mysql-target/round-trips.test.ts',
  'chain/delete.test.ts',
  'integration/capture/start-capture.test.ts',
  'integration/local/stack.test.ts',
  'chain/alerts.test.ts',
  'chain/monitoring.test.ts',
  'chain/dead-letters.test.ts',
  'faults/capture-kill-mariadb.test.ts',
  'integration/mysql-target/dead-letters.test.ts',
  'integration/consumer/dead-letters.test.ts',
  'integration/mysql/statements.test.ts',
  'integration/mysql/capture.test.ts',
  'faults/idle-tables.test.ts',
  'chain/foreign-keys.test.ts',
  'integration/mysql/generated-values.test.ts',
  'integration/mysql/codec.test.ts',
  'integration/mysql/names.test.ts',
  'integration/capture/connect-workers.test.ts',
  'integration/mysql/kills.test.ts',
  'infra/config-changes.test.ts',
];

const folder = path.resolve(import.meta.dirname, '..');

/** Smaller is sooner. */
const rankOf = ({ path: file }) => {
  const rank = longest.indexOf(path.relative(folder, file));
  return rank === -1 ? longest.length : rank;
};

/** The order in which jest starts the suites: the longest first, then the largest, as jest does by itself where it knows no times. */
// biome-ignore lint/style/noDefaultExport: jest's testSequencer has to be a default export.
export default class LongestFirst {
  sort(tests) {
    const sizes = new Map(tests.map((one) => [one.path, statSync(one.path).size]));
    return tests.toSorted(
      (one, other) => rankOf(one) - rankOf(other) || sizes.get(other.path) - sizes.get(one.path),
    );
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
