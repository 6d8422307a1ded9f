import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Container, type ContainerHost, createBodySchema, createContainer } from './container.ts';
import { findImage, type LocalImages, repositoryOf, unknownImageMessage } from './images.ts';

/** Docker's default of `docker stop`. */
const defaultStopSeconds = 10;
const apiVersion = '1.44';

const filtersSchema = z.object({ label: z.array(z.string()).default([]) });

/** The part of the Docker Engine API that the emulator's ECS uses, with local processes for containers. */
export interface EngineApi {
  readonly server: Server;
  /** SIGTERM to every container, SIGKILL after `graceMs`. */
  stopAll(graceMs: number): Promise<void>;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What the parentheses of the route's pattern matched. */
  readonly argument: string;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  handle(call: Call): void | Promise<void>;
}

export const createEngineApi = (images: LocalImages, host: ContainerHost): EngineApi => {
  const containers = new Map<string, Container>();

  const withContainer =
    (action: (container: Container, call: Call) => void | Promise<void>) =>
    (call: Call): void | Promise<void> => {
      const container =
        containers.get(call.argument) ??
        [...containers.values()].find(
          ({ id, name }) => name === call.argument || id.startsWith(call.argument),
        );
      return container === undefined
        ? sendError(call, 404, `No such container: ${call.argument}`)
        : action(container, call);
    };

  const withImage =
    (answer: (image: string, call: Call) => void) =>
    (call: Call): void =>
      findImage(images, call.argument) === undefined
        ? sendError(call, 404, unknownImageMessage(images, call.argument))
        : answer(call.argument, call);

  const routes: readonly Route[] = [
    { method: 'GET', path: /^\/_ping()$/, handle: ({ response }) => void response.end('OK') },
    {
      method: 'GET',
      path: /^\/version()$/,
      handle: (call) =>
        sendJson(call, 200, {
          Version: '24.0.0',
          ApiVersion: apiVersion,
          MinAPIVersion: '1.24',
          Os: 'linux',
          Arch: 'amd64',
        }),
    },
    {
      method: 'GET',
      path: /^\/info()$/,
      handle: (call) =>
        sendJson(call, 200, { Name: 'millrace-ecs-shim', OSType: 'linux', Containers: containers.size }),
    },
    {
      method: 'POST',
      path: /^\/containers\/create()$/,
      handle: async (call) => {
        const body = createBodySchema.parse(JSON.parse(await readBody(call.request)));
        const image = findImage(images, body.Image);
        if (image === undefined) return sendError(call, 404, unknownImageMessage(images, body.Image));
        const container = createContainer(host, image, body, call.query.get('name') ?? undefined);
        containers.set(container.id, container);
        sendJson(call, 201, { Id: container.id, Warnings: [] });
      },
    },
    {
      method: 'GET',
      path: /^\/containers\/json()$/,
      handle: (call) => {
        const { label } = filtersSchema.parse(JSON.parse(call.query.get('filters') ?? '{}'));
        const wanted = [...containers.values()].filter(
          (container) =>
            (isTrue(call.query.get('all')) || container.status === 'running') &&
            label.every((filter) => hasLabel(container, filter)),
        );
        sendJson(call, 200, wanted.map(summarize));
      },
    },
    {
      method: 'GET',
      path: /^\/containers\/([^/]+)\/json$/,
      handle: withContainer((container, call) => sendJson(call, 200, describe(container))),
    },
    {
      method: 'POST',
      path: /^\/containers\/([^/]+)\/start$/,
      handle: withContainer((container, call) => {
        container.start();
        sendNothing(call);
      }),
    },
    {
      method: 'POST',
      path: /^\/containers\/([^/]+)\/stop$/,
      handle: withContainer(async (container, call) => {
        await container.stop(Number(call.query.get('t') ?? defaultStopSeconds) * 1000);
        sendNothing(call);
      }),
    },
    {
      method: 'POST',
      path: /^\/containers\/([^/]+)\/kill$/,
      handle: withContainer((container, call) => {
        container.signal((call.query.get('signal') ?? 'SIGKILL') as NodeJS.Signals);
        sendNothing(call);
      }),
    },
    {
      method: 'POST',
      path: /^\/containers\/([^/]+)\/wait$/,
      handle: withContainer(async (container, call) =>
        sendJson(call, 200, { StatusCode: await container.ended() }),
      ),
    },
    { method: 'GET', path: /^\/containers\/([^/]+)\/logs$/, handle: withContainer(sendLogs) },
    {
      method: 'DELETE',
      path: /^\/containers\/([^/]+)$/,
      handle: withContainer(async (container, call) => {
        if (container.status === 'running' && !isTrue(call.query.get('force'))) {
          return sendError(call, 409, `The container ${container.name} is running. Stop it first.`);
        }
        await container.stop(0);
        containers.delete(container.id);
        sendNothing(call);
      }),
    },
    {
      method: 'POST',
      path: /^\/images\/create()$/,
      handle: (call) =>
        withImage((_image, { response }) => {
          sendJson({ response }, 200, { status: 'Pull complete' });
        })({ ...call, argument: call.query.get('fromImage') ?? '' }),
    },
    {
      method: 'GET',
      path: /^\/images\/(.+)\/json$/,
      handle: withImage((image, call) =>
        sendJson(call, 200, {
          Id: digestOf(image),
          RepoTags: [image],
          RepoDigests: [],
          Os: 'linux',
          Config: {},
        }),
      ),
    },
    {
      method: 'GET',
      path: /^\/distribution\/(.+)\/json$/,
      handle: withImage((image, call) =>
        sendJson(call, 200, {
          Descriptor: {
            mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
            digest: digestOf(repositoryOf(image)),
            size: 1,
          },
          Platforms: [],
        }),
      ),
    },
    { method: 'POST', path: /^\/images\/(.+)\/tag$/, handle: (call) => sendNothing(call, 201) },
  ];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://shim');
    const path = decodeURIComponent(url.pathname).replace(/^\/v\d+\.\d+/, '');
    for (const route of routes) {
      const match = request.method === route.method ? route.path.exec(path) : null;
      if (match !== null) {
        return route.handle({ request, response, query: url.searchParams, argument: match[1] ?? '' });
      }
    }
    sendError({ response }, 404, `The local stack's Docker engine has no ${request.method} ${path}.`);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError({ response }, 500, error instanceof Error ? error.message : String(error));
    });
  });
  return {
    server,
    stopAll: async (graceMs) => {
      await Promise.all([...containers.values()].map((container) => container.stop(graceMs)));
    },
  };
};

const sendLogs = (container: Container, { request, response, query }: Call): void => {
  const tail = query.get('tail');
  const count = tail === null || tail === 'all' ? Number.POSITIVE_INFINITY : Number(tail);
  response.writeHead(200, {
    'content-type': 'application/vnd.docker.multiplexed-stream',
    'api-version': apiVersion,
  });
  if (!isTrue(query.get('follow'))) {
    for (const frame of container.logs.recent(count)) response.write(frame);
    response.end();
    return;
  }
  // Headers at once: a follower of a silent container must not wait for its first line.
  response.flushHeaders();
  const leave = container.logs.follow(count, (frame) => {
    if (frame === undefined) response.end();
    else response.write(frame);
  });
  request.once('close', leave);
};

const summarize = (container: Container): object => ({
  Id: container.id,
  Names: [`/${container.name}`],
  Image: container.body.Image,
  ImageID: digestOf(container.body.Image),
  Command: container.command.join(' '),
  Created: Math.floor(Date.parse(container.createdAt) / 1000),
  State: container.status,
  Status: container.status,
  Labels: container.body.Labels ?? {},
  Ports: [],
  Mounts: [],
  NetworkSettings: { Networks: {} },
});

/** Docker's "never", for a time that has not come. */
const never = '0001-01-01T00:00:00Z';

const describe = (container: Container): object => ({
  Id: container.id,
  Name: `/${container.name}`,
  Created: container.createdAt,
  Image: digestOf(container.body.Image),
  Path: container.command[0],
  Args: container.command.slice(1),
  State: {
    Status: container.status,
    Running: container.status === 'running',
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: container.pid,
    ExitCode: container.exitCode ?? 0,
    Error: '',
    StartedAt: container.startedAt ?? never,
    FinishedAt: container.finishedAt ?? never,
  },
  Config: { ...container.body, Tty: false },
  HostConfig: {},
  NetworkSettings: {
    IPAddress: '127.0.0.1',
    Ports: {},
    Networks: { bridge: { IPAddress: '127.0.0.1' } },
  },
  Mounts: [],
});

const hasLabel = (container: Container, filter: string): boolean => {
  const [name = '', value] = filter.split('=', 2);
  const label = container.body.Labels?.[name];
  return value === undefined ? label !== undefined : label === value;
};

const isTrue = (value: string | null): boolean => ['1', 'true', 'True'].includes(value ?? '');

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const sendJson = ({ response }: Pick<Call, 'response'>, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'api-version': apiVersion });
  response.end(JSON.stringify(body));
};

const sendError = (call: Pick<Call, 'response'>, status: number, message: string): void =>
  sendJson(call, status, { message });

const sendNothing = ({ response }: Pick<Call, 'response'>, status = 204): void => {
  response.writeHead(status, { 'api-version': apiVersion });
  response.end();
};
