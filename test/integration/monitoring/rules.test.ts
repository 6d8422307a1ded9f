import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { preparePrometheus } from '../../../local/downloads.ts';
import { monitoringFolder } from '../../../local/prometheus.ts';

const run = promisify(execFile);
const rulesFolder = join(monitoringFolder, 'rules');
const filesOf = (ending: string): readonly string[] =>
  readdirSync(rulesFolder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(rulesFolder, name));

interface RulesFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}
interface TestsFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

const promtool = await preparePrometheus().then(
  ({ promtool: command }) => command,
  (error: unknown) => {
    if (error instanceof MillraceError && error.code === 'PrerequisiteMissing') return undefined;
    throw error;
  },
);
/** Skipped where neither this machine nor its Debian packages have a Prometheus. */
const describeWithPrometheus = promtool === undefined ? describe.skip : describe;

describeWithPrometheus('the files for a Prometheus', () => {
  const check = (...args: readonly string[]) => run(promtool ?? '', [...args]);

  test('the rules and the settings are ones that Prometheus loads', async () => {
    expect((await check('check', 'rules', ...filesOf('.rules.yml'))).stdout).toContain('SUCCESS');
    const settings = join(monitoringFolder, 'prometheus.yml');
    expect((await check('check', 'config', '--syntax-only', settings)).stdout).toContain('SUCCESS');
  });

  test('every alert comes when it should, and not before', async () => {
    const { stdout } = await check('test', 'rules', ...filesOf('.tests.yml'));
    expect(stdout).toContain('SUCCESS');
  });
});

test('every alert is seen to come by a test of the rules', () => {
  const alerts = filesOf('.rules.yml').flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as RulesFile).groups.flatMap(({ rules }) =>
      rules.map(({ alert }) => alert),
    ),
  );
  const seen = filesOf('.tests.yml').flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as TestsFile).tests.flatMap(({ alert_rule_test: tests }) =>
      tests.filter(({ exp_alerts: expected }) => expected.length > 0).map(({ alertname }) => alertname),
    ),
  );
  expect(alerts.length).toBeGreaterThan(10);
  expect([...new Set(seen)].toSorted()).toEqual([...alerts].toSorted());
});
