import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { findFreePorts, loopback } from '../../../local/ports.ts';

test('finds as many different ports as asked for', async () => {
  const ports = await findFreePorts(5);
  expect(new Set(ports).size).toBe(5);
});

test('keeps preferred ports, and replaces one on which someone listens', async () => {
  const preferred = await findFreePorts(3);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(preferred[1], loopback, resolve));
  try {
    const [first, second, third] = await findFreePorts(3, preferred);
    expect([first, third]).toEqual([preferred[0], preferred[2]]);
    expect(preferred).not.toContain(second);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
