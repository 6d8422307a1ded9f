import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTopicMetadataReader, type TopicMetadataReader } from '#adapters/kafka/topic-metadata.ts';

const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)]);
const topicId = Buffer.alloc(16, 7);

/** The answer to a Metadata request of version 12: no brokers, and one topic with one partition. */
const answer = (): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 1, 0]), // correlation, no tags
    Buffer.alloc(4), // throttle time
    Buffer.from([1]), // brokers
    text('cluster'),
    Buffer.alloc(4), // controller
    Buffer.from([2]), // one topic
    Buffer.alloc(2), // no error
    text('orders'),
    topicId,
    Buffer.from([0, 2]), // not internal, one partition
    Buffer.alloc(2 + 4 + 4 + 4), // no error, partition 0, leader, epoch
    Buffer.from([1, 1, 1, 0]), // replicas, in sync, offline, no tags
    Buffer.alloc(4), // authorized operations
    Buffer.from([0, 0]),
  ]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

let server: Server;
let reader: TopicMetadataReader;
const connections: Socket[] = [];
let requests = 0;

beforeEach(async () => {
  requests = 0;
  server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      // In two pieces, as a network may deliver it.
      const whole = answer();
      socket.write(whole.subarray(0, 9), () => socket.write(whole.subarray(9)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  reader = createTopicMetadataReader({
    brokers: [`127.0.0.1:${port}`],
    security: 'plaintext',
    clientId: 'test',
  });
});

afterEach(async () => {
  reader.close();
  for (const socket of connections.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const described = [{ topic: 'orders', topicId: topicId.toString('hex'), partitions: [0] }];

test('reads again and again over one connection, also when calls overlap', async () => {
  expect(await reader.read(['orders'])).toEqual(described);
  expect(await Promise.all([reader.read(['orders']), reader.read(['orders'])])).toEqual([
    described,
    described,
  ]);
  expect({ requests, connections: connections.length }).toEqual({ requests: 3, connections: 1 });
});

test('opens a new connection after the broker has closed the old one', async () => {
  await reader.read(['orders']);
  const [first] = connections;
  await new Promise<void>((resolve) => {
    first?.once('close', () => resolve());
    first?.destroy();
  });
  expect(await reader.read(['orders'])).toEqual(described);
  expect(connections).toHaveLength(2);
});

test('says so when no broker answers, and works again when one does', async () => {
  const { port } = server.address() as AddressInfo;
  for (const socket of connections.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await expect(reader.read(['orders'])).rejects.toMatchObject({ code: 'KafkaUnavailable' });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(await reader.read(['orders'])).toEqual(described);
});

/** A broker that asks for OAUTHBEARER: each frame that it gets is answered by the next of `answers`. */
const saslBroker = (answers: readonly Buffer[]) => {
  const frames: Buffer[] = [];
  const frame = (body: Buffer): Buffer => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length);
    return Buffer.concat([size, body]);
  };
  const broker = createServer((socket) => {
    connections.push(socket);
    let left = [...answers];
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      frames.push(data);
      const [next, ...rest] = left;
      left = rest;
      socket.write(next === undefined ? answer() : frame(next));
    });
  });
  return { broker, frames };
};

/** Correlation, no error, and the mechanisms that the broker has. */
const handshakeAnswer = Buffer.concat([Buffer.alloc(4 + 2), Buffer.from([0, 0, 0, 0])]);
/** Correlation, error, its text, no bytes, and the life of the session. */
const authenticateAnswer = (error: number, reason: string): Buffer => {
  const head = Buffer.alloc(4 + 2 + 2);
  head.writeInt16BE(error, 4);
  head.writeInt16BE(reason.length, 6);
  return Buffer.concat([head, Buffer.from(reason), Buffer.alloc(4 + 8)]);
};

const readByIam = async (answers: readonly Buffer[], tokens: readonly string[]) => {
  const { broker, frames } = saslBroker(answers);
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  const left = [...tokens];
  const { port } = broker.address() as AddressInfo;
  const byIam = createTopicMetadataReader(
    { brokers: [`127.0.0.1:${port}`], security: 'iam', clientId: 'test' },
    // TLS is Node's; what is shown here is what goes through it.
    { token: async () => left.shift() ?? 'none left', open: () => connectTcp({ host: '127.0.0.1', port }) },
  );
  return {
    byIam,
    frames,
    close: async () => {
      byIam.close();
      for (const socket of connections.splice(0)) socket.destroy();
      await new Promise((resolve) => broker.close(resolve));
    },
  };
};

test('shows its token once for each connection, before it asks', async () => {
  const { byIam, frames, close } = await readByIam(
    [handshakeAnswer, authenticateAnswer(0, '')],
    ['first', 'second'],
  );
  try {
    expect(await byIam.read(['orders'])).toEqual(described);
    expect(await byIam.read(['orders'])).toEqual(described);
    expect(frames.map((sent) => sent.readInt16BE(4))).toEqual([17, 36, 3, 3]);
    expect(frames[1]?.toString()).toContain('n,,\u0001auth=Bearer first\u0001\u0001');
    connections[0]?.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await byIam.read(['orders'])).toEqual(described);
    expect(frames.at(-2)?.toString()).toContain('auth=Bearer second');
  } finally {
    await close();
  }
});

test('says what the broker says against its token, and does not ask', async () => {
  const { byIam, frames, close } = await readByIam(
    [handshakeAnswer, authenticateAnswer(58, 'Access denied')],
    ['x'],
  );
  try {
    await expect(byIam.read(['orders'])).rejects.toMatchObject({
      code: 'KafkaUnavailable',
      message: expect.stringContaining('the broker refused the authentication: Access denied'),
    });
    expect(frames).toHaveLength(2);
  } finally {
    await close();
  }
});

test('goes on to the next broker when the first one has refused the connection before the token was there', async () => {
  const { broker } = saslBroker([handshakeAnswer, authenticateAnswer(0, '')]);
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  const { port } = broker.address() as AddressInfo;
  const byIam = createTopicMetadataReader(
    { brokers: ['127.0.0.1:1', `127.0.0.1:${port}`], security: 'iam', clientId: 'test' },
    {
      token: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return 'token';
      },
      open: (_settings, address) =>
        connectTcp({ host: '127.0.0.1', port: Number(address.slice(address.indexOf(':') + 1)) }),
    },
  );
  try {
    expect(await byIam.read(['orders'])).toEqual(described);
  } finally {
    byIam.close();
    for (const socket of connections.splice(0)) socket.destroy();
    await new Promise((resolve) => broker.close(resolve));
  }
});
