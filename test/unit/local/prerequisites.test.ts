import { expect, test } from '@jest/globals';
import { checkPrerequisites, type PackageManager, type Probe } from '../../../local/prerequisites.ts';

const good = { ok: true, found: true, output: '' };
const absent = { ok: false, found: false, output: '' };

const probeOf =
  (answers: Record<string, { ok: boolean; found: boolean; output: string }>): Probe =>
  (command) =>
    Promise.resolve(answers[command] ?? absent);

const problemsOf = async (
  probe: Probe,
  manager: PackageManager = 'apt',
  node = '24.1.0',
): Promise<string> => {
  try {
    await checkPrerequisites(probe, manager, node);
    return '';
  } catch (error) {
    expect(error).toMatchObject({ code: 'PrerequisiteMissing' });
    return error instanceof Error ? error.message : '';
  }
};

test('takes python where there is no python3', async () => {
  const probe = probeOf({ npm: good, python: good });
  expect(await checkPrerequisites(probe, 'apt', '24.0.0')).toEqual({ python: 'python' });
});

test('names everything that is missing at once, each with the line that installs it', async () => {
  const message = await problemsOf(probeOf({}), 'apt', '20.9.0');
  expect(message.split('\n').slice(1)).toEqual([
    "  Node 24 of this project's packages (this is 20.9.0): npm ci && npm run local -- up",
    '  npm: sudo apt-get install -y nodejs npm',
    '  Python 3.10 or newer with venv (there is none): sudo apt-get install -y python3 python3-venv',
  ]);
});

test('tells a Python without its venv module from one that is too old', async () => {
  const withoutVenv = { ok: false, found: true, output: "ModuleNotFoundError: No module named 'ensurepip'" };
  expect(await problemsOf(probeOf({ npm: good, python3: withoutVenv }))).toContain(
    'python3 lacks its module ensurepip',
  );
  const old = { ok: false, found: true, output: '' };
  expect(await problemsOf(probeOf({ npm: good, python3: old }))).toContain('python3 is too old');
});

test.each(['dnf', 'apk', 'brew', 'other'] as const)('has a line for %s, too', async (manager) => {
  expect(await problemsOf(probeOf({ npm: good }), manager)).toMatch(/there is none\): .*[Pp]ython/);
});
