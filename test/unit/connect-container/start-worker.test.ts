import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const run = promisify(execFile);
const script = path.resolve(import.meta.dirname, '..', '..', '..', 'connect-container', 'start-worker.sh');

/** The image has it; a machine may not. */
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const testWithCurl = hasCurl ? test : test.skip;

let folder: string;
let server: Server;
let metadata: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-start-worker-'));
  // In place of the Java program: says what it was started with.
  writeFileSync(path.join(folder, 'java'), '#!/bin/sh\necho "$CONNECT_ADVERTISED_HOST $*"\n');
  chmodSync(path.join(folder, 'java'), 0o755);
  server = createServer((_request, response) => response.end(metadata));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const start = (env: NodeJS.ProcessEnv = {}) =>
  run('./start-worker.sh', ['-Xmx1g'], {
    cwd: path.dirname(script),
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/c`,
      ...env,
    },
  });

/** As the developer guide of Amazon ECS shows it, shortened. */
const fargateMetadata = {
  DockerId: 'cd189a933e5849daa93386466019ab50-2495160603',
  Name: 'connect',
  Networks: [
    {
      NetworkMode: 'awsvpc',
      IPv4Addresses: ['10.60.2.106'],
      IPv4SubnetCIDRBlock: '10.60.2.0/24',
      PrivateDNSName: 'ip-10-60-2-106.eu-west-1.compute.internal',
    },
  ],
};

testWithCurl('a worker on Fargate advertises the address of its task', async () => {
  for (const space of [undefined, 2]) {
    metadata = JSON.stringify(fargateMetadata, undefined, space);
    const { stdout } = await start();
    expect(stdout).toBe('10.60.2.106 -Xmx1g worker.properties\n');
  }
});

test('an address that is given is taken', async () => {
  metadata = '';
  const { stdout } = await start({ CONNECT_ADVERTISED_HOST: 'worker-1' });
  expect(stdout).toBe('worker-1 -Xmx1g worker.properties\n');
});

testWithCurl('a worker without an address does not start', async () => {
  metadata = '{"Networks":[]}';
  await expect(start()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no IPv4 address'),
  });
});

/** What the worker gets besides worker.properties. */
const addedLines = (): readonly string[] => {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const original = read(path.join(path.dirname(script), 'worker.properties'));
  const written = read(path.join(folder, 'worker.properties'));
  expect(written.startsWith(original)).toBe(true);
  return written.slice(original.length).trim().split('\n');
};

test('a worker at Amazon MSK shows its role to the brokers with each of its clients', async () => {
  const { stdout } = await start({
    CONNECT_ADVERTISED_HOST: 'worker-1',
    CONNECT_SECURITY_PROTOCOL: 'SASL_SSL',
    TMPDIR: folder,
  });
  expect(stdout).toBe(`worker-1 -Xmx1g ${folder}/worker.properties\n`);
  expect(addedLines()).toEqual(
    ['', 'producer.', 'consumer.', 'admin.'].flatMap((client) => [
      `${client}sasl.mechanism=AWS_MSK_IAM`,
      `${client}sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;`,
      `${client}sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler`,
    ]),
  );
});

test('a worker with a user has the name of its secret, and trusts the authority that it is given', async () => {
  await start({
    CONNECT_ADVERTISED_HOST: 'worker-1',
    CONNECT_SECURITY_PROTOCOL: 'SASL_SSL',
    CONNECT_SASL_MECHANISM: 'SCRAM-SHA-512',
    CONNECT_KAFKA_SECRET: 'millrace/kafka',
    CONNECT_SSL_CA: 'PEM',
    TMPDIR: folder,
  });
  expect(addedLines()).toEqual(
    ['', 'producer.', 'consumer.', 'admin.'].flatMap((client) => [
      `${client}sasl.mechanism=SCRAM-SHA-512`,
      `${client}sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required ` +
        `username="\${secretsmanager:millrace/kafka:username}" password="\${secretsmanager:millrace/kafka:password}";`,
      `${client}ssl.truststore.type=PEM`,
      `${client}ssl.truststore.certificates=\${env:CONNECT_SSL_CA}`,
    ]),
  );
});

test('a mechanism that nobody has written down is refused', async () => {
  const env = { CONNECT_ADVERTISED_HOST: 'worker-1', CONNECT_SASL_MECHANISM: 'PLAIN', TMPDIR: folder };
  await expect(start(env)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('can be AWS_MSK_IAM or SCRAM-SHA-512'),
  });
});
