import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mariadbSourceSettings, startMariadb } from '../../../local/mariadb.ts';
import { database, openBinlogSource } from './binlog-source.ts';
import type { CaptureSource } from './capture-source.ts';

export const startMariadbSource = async (): Promise<CaptureSource> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'));
  return openBinlogSource({
    ...{ name: 'MariaDB', kind: 'mariadb', mixesEngines: true },
    start: (port) =>
      startMariadb({
        ...{ database, dataDir: join(folder, 'data') },
        config: { ...mariadbSourceSettings, local_infile: 'ON' },
        ...(port !== undefined && { port }),
      }),
    removeData: () => rm(folder, { recursive: true, force: true }),
  });
};
