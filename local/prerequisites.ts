import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { MillraceError } from '#core/errors/millrace-error.ts';

const run = promisify(execFile);

export interface Prerequisites {
  /** The command of a Python with venv. */
  readonly python: string;
}

/** Which package manager a line to install something is written for. */
export type PackageManager = 'apt' | 'dnf' | 'apk' | 'brew' | 'other';

/** Exit code and output of a command; code undefined when there is no such command. */
export type Probe = (
  command: string,
  args: readonly string[],
) => Promise<{ readonly ok: boolean; readonly found: boolean; readonly output: string }>;

/** The emulator needs Python 3.10. */
export const oldestPython = [3, 10] as const;
/** TypeScript files run as they are from this version on; npm scripts get it from the project's own packages. */
export const oldestNode = 24;

const installLines = {
  npm: {
    apt: 'sudo apt-get install -y nodejs npm',
    dnf: 'sudo dnf install -y nodejs npm',
    apk: 'apk add nodejs npm',
    brew: 'brew install node',
    other: 'install Node with npm from https://nodejs.org',
  },
  python: {
    apt: 'sudo apt-get install -y python3 python3-venv',
    dnf: 'sudo dnf install -y python3',
    apk: 'apk add python3',
    brew: 'brew install python',
    other: 'install Python 3 from https://www.python.org',
  },
  mariadb: {
    apt: 'sudo apt-get install -y mariadb-server',
    dnf: 'sudo dnf install -y mariadb-server',
    apk: 'apk add mariadb',
    brew: 'brew install mariadb',
    other: 'install MariaDB from https://mariadb.org/download',
  },
  prometheus: {
    apt: 'sudo apt-get update && sudo apt-get install -y --no-install-recommends prometheus',
    dnf: 'install Prometheus from https://prometheus.io/download',
    apk: 'apk add prometheus',
    brew: 'brew install prometheus',
    other: 'install Prometheus from https://prometheus.io/download',
  },
} as const satisfies Record<string, Record<PackageManager, string>>;

/**
 * Checks what the local stack cannot fetch for itself and lists everything that is missing at once, each with the
 * line that installs it. Throws `PrerequisiteMissing`.
 */
export const checkPrerequisites = async (
  probe: Probe = probeCommand,
  manager: PackageManager = findPackageManager(),
  nodeVersion: string = process.versions.node,
): Promise<Prerequisites> => {
  const [npm, python] = await Promise.all([probe('npm', ['--version']), findPython(probe)]);
  const missing: string[] = [];
  if (Number.parseInt(nodeVersion, 10) < oldestNode) {
    missing.push(
      `Node ${oldestNode} of this project's packages (this is ${nodeVersion}): npm ci && npm run local -- up`,
    );
  }
  if (!npm.ok) missing.push(`npm: ${installLines.npm[manager]}`);
  if (python.command === undefined) {
    missing.push(
      `Python ${oldestPython.join('.')} or newer with venv (${python.problem}): ${installLines.python[manager]}`,
    );
  }
  if (missing.length > 0 || python.command === undefined) {
    throw new MillraceError('PrerequisiteMissing', `Missing on this machine:\n  ${missing.join('\n  ')}`, {
      facts: { missing },
    });
  }
  return { python: python.command };
};

/** The line that installs what a part of the local stack needs on this machine. */
export const installLine = (name: keyof typeof installLines): string =>
  installLines[name][findPackageManager()];

/** Debian keeps ensurepip, without which venv makes no pip, in a package of its own. */
const pythonProbe = `import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (${oldestPython.join(', ')}) else 4)`;

type FoundPython = { readonly command: string } | { readonly command?: undefined; readonly problem: string };

const findPython = async (probe: Probe): Promise<FoundPython> => {
  let problem = 'there is none';
  for (const command of ['python3', 'python']) {
    const result = await probe(command, ['-c', pythonProbe]);
    if (result.ok) return { command };
    if (result.found) {
      problem = /No module named '(venv|ensurepip)'/.test(result.output)
        ? `${command} lacks its module ${/'(\w+)'/.exec(result.output)?.[1]}`
        : `${command} is too old`;
    }
  }
  return { problem };
};

const findPackageManager = (): PackageManager => {
  if (process.platform === 'darwin') return 'brew';
  if (existsSync('/usr/bin/apt-get')) return 'apt';
  if (existsSync('/usr/bin/dnf')) return 'dnf';
  return existsSync('/sbin/apk') ? 'apk' : 'other';
};

const probeCommand: Probe = async (command, args) => {
  try {
    const { stdout } = await run(command, [...args]);
    return { ok: true, found: true, output: stdout };
  } catch (error) {
    const failure = error as { code?: string | number; stderr?: string };
    return { ok: false, found: failure.code !== 'ENOENT', output: failure.stderr ?? '' };
  }
};
