import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';

const run = promisify(execFile);

/** The certificates are made by the openssl command; undefined where there is none. */
export const opensslVersion = await run('openssl', ['version']).then(
  ({ stdout }) => stdout,
  () => undefined,
);

export interface TlsServer {
  readonly server: PostgresServer;
  /** PEM of the authority that signed the server's certificate, which is for the host name `localhost` only. */
  readonly ca: string;
  /** PEM of an authority that has nothing to do with it. */
  readonly otherCa: string;
  stop(): Promise<void>;
}

/** A server of PostgreSQL with a certificate of its own. */
export const startTlsServer = async (
  options: { readonly database?: string; readonly config?: Readonly<Record<string, string>> } = {},
): Promise<TlsServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
  chmodSync(folder, 0o755);
  try {
    for (const name of ['ca', 'other']) await makeAuthority(folder, name);
    await makeCertificate(folder);
    // PostgreSQL wants its key to be its own; as root it runs as another user.
    const dataDir = join(folder, 'data');
    const first = await startPostgres({ dataDir });
    await first.stop();
    const { uid, gid } = statSync(dataDir);
    for (const path of [folder, join(folder, 'server.key'), join(folder, 'server.pem')])
      chownSync(path, uid, gid);
    const server = await startPostgres({
      ...options,
      dataDir,
      config: {
        ...options.config,
        ssl: 'on',
        ssl_cert_file: join(folder, 'server.pem'),
        ssl_key_file: join(folder, 'server.key'),
      },
    });
    return {
      server,
      ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
      otherCa: readFileSync(join(folder, 'other.pem'), 'utf8'),
      stop: async () => {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
};

const newKey = ['-newkey', 'rsa:2048', '-nodes'] as const;
const validity = ['-days', '2'] as const;

const makeAuthority = (folder: string, name: string): Promise<unknown> =>
  run(
    'openssl',
    [
      'req',
      '-x509',
      ...newKey,
      ...validity,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    ],
    { cwd: folder },
  );

const makeCertificate = async (folder: string): Promise<void> => {
  const request = ['-subj', '/CN=db', '-addext', 'subjectAltName=DNS:localhost'];
  await run('openssl', ['req', ...newKey, ...request, '-keyout', 'server.key', '-out', 'server.csr'], {
    cwd: folder,
  });
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
  await run('openssl', ['x509', '-req', '-in', 'server.csr', ...signer, ...validity, '-out', 'server.pem'], {
    cwd: folder,
  });
};
