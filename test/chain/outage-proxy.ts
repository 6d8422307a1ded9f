import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';

/** A way to a server that a test can close. */
export interface OutageProxy {
  readonly host: string;
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Passes nothing on any more, in either direction, and accepts connections that stay silent. */
  silence(): void;
  /** Passes everything on again. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export const openOutageProxy = async (to: {
  readonly host: string;
  readonly port: number;
}): Promise<OutageProxy> => {
  const host = '127.0.0.1';
  const sockets = new Set<Socket>();
  let isSilent = false;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    if (isSilent) socket.pause();
  };
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const accept = (client: Socket): void => {
    keep(client);
    // It connects to the server only when it may, so that nobody there waits for a login.
    if (isSilent) return;
    const server = openSocket(to);
    keep(server);
    client.pipe(server);
    server.pipe(client);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
  };
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer(accept);
      server.once('error', reject);
      server.listen(port, host, () => resolve(server));
    });
  const end = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      destroyAll();
    });

  let server: Server | undefined = await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const refuse = async (): Promise<void> => {
    const open = server;
    server = undefined;
    if (open !== undefined) await end(open);
  };
  return {
    host,
    port,
    refuse,
    silence: () => {
      isSilent = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    restore: async () => {
      isSilent = false;
      destroyAll();
      server ??= await listen(port);
    },
    close: refuse,
  };
};
