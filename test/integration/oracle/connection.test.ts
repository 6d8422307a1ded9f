import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import { openSourceDatabase } from '#adapters/oracle/source/source-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { localNetwork } from '../../kit/local-network.ts';

jest.setTimeout(60_000);

const run = promisify(execFile);

const settings = (port: number, over: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  kind: 'oracle',
  host: 'localhost',
  port,
  databaseName: 'ORCL',
  username: 'millrace',
  password: 'secret',
  network: localNetwork,
  tlsMode: 'disable',
  ...over,
});

const ping = async (over: ConnectionSettings): Promise<unknown> => {
  const source = openSourceDatabase(over);
  try {
    return await source.ping();
  } finally {
    await source.close();
  }
};

/** A port on which nothing listens. */
const freePort = async (): Promise<number> => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

test('a server that is not there is unreachable, and the error names it', async () => {
  const port = await freePort();
  await expect(ping(settings(port))).rejects.toMatchObject({
    code: 'DatabaseUnreachable',
    message: expect.stringContaining(`Cannot connect at localhost:${port}/ORCL`),
  });
});

test('TLS without a check is refused before anything is sent', () => {
  expect(() => openSourceDatabase(settings(1521, { tlsMode: 'require' }))).toThrow(
    expect.objectContaining({ code: 'InvalidRequest' }),
  );
});

test('the driver works from a bundle, as Lambdas and the consumer are bundled', async () => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
  try {
    const outfile = join(folder, 'bundle.mjs');
    await build({
      stdin: {
        contents: `
          import { openSourceDatabase } from './adapters/oracle/source/source-database.ts';
          const source = openSourceDatabase(${JSON.stringify(settings(port))});
          await source.ping().catch((error) => console.log(error.code + ': ' + error.message));
          await source.close();`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      mainFields: ['module', 'main'],
      minify: true,
      banner: {
        js: "import { createRequire as millraceCreateRequire } from 'node:module';const require = millraceCreateRequire(import.meta.url);",
      },
      external: ['pg-native'],
      logLevel: 'error',
    });
    const { stdout } = await run(process.execPath, [outfile], { cwd: folder });
    expect(stdout).toContain('DatabaseUnreachable: Cannot connect');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The certificates are made by the openssl command; undefined where there is none. */
const opensslVersion = await run('openssl', ['version']).then(
  ({ stdout }) => stdout,
  () => undefined,
);

(opensslVersion === undefined ? describe.skip : describe)('TLS (needs the openssl command)', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let handshakes = 0;
  const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');

  /** It completes the handshake and then hangs up: what is under test is whether the client trusts it. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    const openssl = (...args: readonly string[]) => run('openssl', [...args], { cwd: folder });
    const key = ['-newkey', 'rsa:2048', '-nodes'];
    for (const name of ['ca', 'other']) {
      await openssl(
        'req',
        '-x509',
        ...key,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
      );
    }
    await openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=db.example');
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost');
    await openssl(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'server.pem',
      '-days',
      '2',
      '-extfile',
      'names',
    );
    server = createServer({ key: pem('server.key'), cert: pem('server.pem') }, (socket) => {
      handshakes += 1;
      socket.on('error', () => undefined);
      socket.once('data', () => socket.destroy());
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['verify-full', 'localhost'],
    ['verify-ca', '127.0.0.1'],
  ] as const)('%s trusts a server at %s whose certificate the bundle signed', async (tlsMode, host) => {
    const before = handshakes;
    await expect(ping(settings(port, { tlsMode, host, caPem: pem('ca.pem') }))).rejects.toMatchObject({
      code: 'DatabaseUnreachable',
    });
    expect(handshakes).toBe(before + 1);
  });

  test.each([
    ['verify-full', '127.0.0.1', 'ca.pem'],
    ['verify-full', 'localhost', 'other.pem'],
    ['verify-ca', 'localhost', 'other.pem'],
  ] as const)('%s does not trust a server at %s by %s', async (tlsMode, host, bundle) => {
    await expect(ping(settings(port, { tlsMode, host, caPem: pem(bundle) }))).rejects.toMatchObject({
      code: 'DatabaseTlsFailed',
    });
  });

  test('without a bundle a private authority is not trusted', async () => {
    await expect(ping(settings(port, { tlsMode: 'verify-ca' }))).rejects.toMatchObject({
      code: 'DatabaseTlsFailed',
    });
  });
});
