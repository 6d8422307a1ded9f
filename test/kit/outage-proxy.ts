import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A moment of a target's transaction. `before-commit`: the COMMIT is about to be sent, and never arrives. `in-commit`: it
 * arrives, and its answer does not. `after-commit`: its answer has been passed on.
 */
export type CommitMoment = 'before-commit' | 'in-commit' | 'after-commit';

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
  /** Ends the connections that are open; new ones are accepted. */
  cut(): void;
  /** Each piece waits for so long before it is passed on; 0 for not at all. */
  delay(delayMs: number): void;
  /** Calls `act` once, at this moment of the next transaction, and ends that transaction's connection. */
  atCommit(moment: CommitMoment, act: () => void): void;
  /** Takes back what `atCommit` has asked for, if it has not happened. */
  forgetCommit(): void;
  close(): Promise<void>;
}

interface Trap {
  readonly moment: CommitMoment;
  readonly act: () => void;
}

/** The drivers send it as a text of its own, in one piece. */
const commit = Buffer.from('COMMIT');

export const openOutageProxy = async (to: {
  readonly host: string;
  readonly port: number;
}): Promise<OutageProxy> => {
  const host = '127.0.0.1';
  const sockets = new Set<Socket>();
  let isSilent = false;
  let pieceDelayMs = 0;
  let trap: Trap | undefined;

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
    const endBoth = (): void => {
      client.destroy();
      server.destroy();
    };
    let isAnswerAwaited: Trap | undefined;
    passOn(client, server, (piece) => {
      if (trap === undefined || !piece.includes(commit)) return true;
      const sprung = trap;
      trap = undefined;
      if (sprung.moment === 'before-commit') {
        sprung.act();
        endBoth();
        return false;
      }
      isAnswerAwaited = sprung;
      return true;
    });
    passOn(server, client, (piece) => {
      const sprung = isAnswerAwaited;
      if (sprung === undefined) return true;
      isAnswerAwaited = undefined;
      if (sprung.moment === 'after-commit') client.write(piece);
      sprung.act();
      endBoth();
      return false;
    });
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
  };
  /** With the other side's pace, so that a slow reader is not drowned. */
  const passOn = (from: Socket, target: Socket, lookAt: (piece: Buffer) => boolean): void => {
    from.on('data', (piece: Buffer) => {
      if (isSilent || !lookAt(piece)) return;
      const waitMs = pieceDelayMs;
      const isFull = !(waitMs === 0 && target.write(piece));
      if (!isFull) return;
      from.pause();
      const goOn = (): void => {
        if (!isSilent) from.resume();
      };
      if (waitMs === 0) {
        target.once('drain', goOn);
        return;
      }
      void sleep(waitMs).then(() => {
        target.write(piece);
        goOn();
      });
    });
    from.once('end', () => target.end());
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
      for (const socket of sockets) socket.pause();
    },
    restore: async () => {
      isSilent = false;
      destroyAll();
      server ??= await listen(port);
    },
    cut: destroyAll,
    delay: (delayMs) => {
      pieceDelayMs = delayMs;
    },
    atCommit: (moment, act) => {
      trap = { moment, act };
    },
    forgetCommit: () => {
      trap = undefined;
    },
    close: refuse,
  };
};
