import { z } from 'zod';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { redact } from '#core/logs/redact.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { ConnectorStatus, ConnectPort } from '#core/ports/services.ts';

/** Reads and state changes answer from the worker's memory, normally in milliseconds. */
const requestTimeoutMs = 10_000;
/** A configuration is validated by a connection to the database, whose own connect timeout is 30 s. */
const configTimeoutMs = 40_000;
/**
 * A rebalance of a small Connect cluster ends in 1 to 5 s, which 7 s of waits outlast. When nothing answers, four
 * attempts of 10 s and the waits make 47 s, so a Lambda of 60 s still has time to report it.
 */
const defaultRetryDelaysMs: readonly number[] = [1_000, 2_000, 4_000];
/** A worker reads what another one wrote within milliseconds; a machine that is busy needs longer. */
const unknownDelaysMs: readonly number[] = [100, 300, 600];

const connectorStateSchema = z.enum([
  'RUNNING',
  'PAUSED',
  'FAILED',
  'UNASSIGNED',
  'STOPPED',
  'RESTARTING',
  'DESTROYED',
]);

/** What others have written: a driver may quote what it was given. */
const foreignTextSchema = z.string().transform(redact);

const statusSchema = z.object({
  connector: z.object({ state: connectorStateSchema, trace: foreignTextSchema.optional() }),
  tasks: z.array(
    z.object({ id: z.number().int(), state: connectorStateSchema, trace: foreignTextSchema.optional() }),
  ),
});
const statusesSchema = z.record(z.string(), z.object({ status: statusSchema }));
/** As Connect writes the status of a connector that no worker runs. */
const unassigned: z.input<typeof statusSchema> = { connector: { state: 'UNASSIGNED' }, tasks: [] };
const offsetsSchema = z.object({ offsets: z.array(z.object({ offset: z.record(z.string(), z.unknown()) })) });
const namesSchema = z.array(z.string());
const configSchema = z.record(z.string(), z.string());
const validationSchema = z.object({
  configs: z.array(z.object({ value: z.object({ name: z.string(), errors: z.array(foreignTextSchema) }) })),
});
const errorBodySchema = z.object({ message: foreignTextSchema });
/** What Connect itself says of something that is not there. A server that is still starting answers 404 in other words. */
const notFoundSchema = z.object({ error_code: z.literal(404), message: z.string() });

/** Connect's offsets hold 64-bit integers; those that a double cannot hold become bigint. */
const parseExactJson = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    context?.source !== undefined &&
    /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value,
  );

const messageOf = (body: string): string => {
  try {
    return errorBodySchema.parse(JSON.parse(body)).message;
  } catch {
    return redact(body.slice(0, 500));
  }
};

const isNotFound = (body: string): boolean => {
  try {
    return notFoundSchema.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
};

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface ConnectClientOptions {
  /** `http://host:8083`, with or without a trailing slash. */
  readonly url: string;
  readonly clock: Clock;
  /** Waits between attempts; empty where someone waits for the answer, as in the API. */
  readonly retryDelaysMs?: readonly number[];
}

/**
 * Kafka Connect's REST API (KIP-26, KIP-745 for `restart?onlyFailed`, KIP-875 for `stop` and `offsets`). Every call is
 * idempotent and therefore repeated while Connect does not answer, rebalances (409) or fails on its side (5xx). Its address is in the
 * facts of an error and not in the message, which clients read.
 */
export const createConnectClient = ({
  url,
  clock,
  retryDelaysMs = defaultRetryDelaysMs,
}: ConnectClientOptions): ConnectPort => {
  const root = url.replace(/\/+$/, '');

  const requestOnce = async (
    method: string,
    path: string,
    body: unknown,
    timeoutMs: number,
  ): Promise<Answer> => {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${root}${path}`, {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.', {
        cause,
        facts: { url: root, method, path },
      });
    }
    if (status === 409 || status >= 500) {
      throw new MillraceError(
        'ConnectUnavailable',
        `Kafka Connect cannot do this now (HTTP ${status}): ${messageOf(text)}`,
        { facts: { url: root, method, path, status } },
      );
    }
    if (status >= 400 && status !== 404) {
      throw new MillraceError('ConnectRejected', `Kafka Connect refuses the request: ${messageOf(text)}`, {
        facts: { url: root, method, path, status },
      });
    }
    if (status === 404 && !isNotFound(text)) {
      // Seen with 4.3.1: until its resources are there, for up to 20 s, a worker answers 404 to every path.
      throw new MillraceError('ConnectUnavailable', 'Kafka Connect is still starting.', {
        facts: { url: root, method, path, status },
      });
    }
    if (status === 404 || text === '') return { status, body: undefined };
    try {
      return { status, body: parseExactJson(text) };
    } catch (cause) {
      throw new MillraceError('ConnectUnavailable', 'What answers is not Kafka Connect: it sent no JSON.', {
        cause,
        facts: { url: root, method, path, status },
      });
    }
  };

  const request = (
    method: string,
    path: string,
    options: { body?: unknown; timeoutMs?: number } = {},
  ): Promise<Answer> =>
    retryTransient(() => requestOnce(method, path, options.body, options.timeoutMs ?? requestTimeoutMs), {
      delaysMs: retryDelaysMs,
      clock,
    });

  const connectorPath = (name: string): string => `/connectors/${encodeURIComponent(name)}`;

  /**
   * The answer about a connector, or undefined when there is none: that is said by two questions, since a caller may take
   * it for a loss. The list of connectors is answered only once the worker has read them all.
   */
  const readOnce = async (name: string, what: 'config' | 'offsets' | 'status'): Promise<unknown> => {
    const path = `${connectorPath(name)}/${what}`;
    const { status, body } = await requestOnce('GET', path, undefined, requestTimeoutMs);
    if (status !== 404) return body;
    const list = await requestOnce('GET', '/connectors', undefined, requestTimeoutMs);
    if (!namesSchema.parse(list.body).includes(name)) return undefined;
    // A connector that was just created has no status before a worker has taken it.
    if (what === 'status') return unassigned;
    throw new MillraceError(
      'ConnectUnavailable',
      `Kafka Connect lists the connector ${name}, but does not know its ${what} yet.`,
      { facts: { url: root, path, connector: name } },
    );
  };

  const read = (name: string, what: 'config' | 'offsets' | 'status'): Promise<unknown> =>
    retryTransient(() => readOnce(name, what), { delaysMs: retryDelaysMs, clock });

  /**
   * For changes of a connector's state: a missing connector cannot be changed. A worker learns a moment after another one
   * that a connector was created, and says until then that there is none.
   */
  const change = async (method: string, name: string, suffix: string): Promise<void> => {
    for (const delayMs of [...unknownDelaysMs, undefined]) {
      const answer = await request(method, `${connectorPath(name)}${suffix}`);
      if (answer.status !== 404) return;
      if (delayMs !== undefined) await clock.sleep(delayMs);
    }
    throw new MillraceError('ConnectRejected', `There is no connector ${name}.`, {
      facts: { connector: name },
    });
  };

  return {
    async checkHealth() {
      await request('GET', '/');
      // The root answers even while the worker cannot read its own topics; the list of connectors does not.
      await request('GET', '/connectors');
    },

    async validateConfig(config) {
      const plugin = encodeURIComponent(config['connector.class'] ?? '');
      const { status, body } = await request('PUT', `/connector-plugins/${plugin}/config/validate`, {
        body: config,
        timeoutMs: configTimeoutMs,
      });
      if (status === 404) return [`Kafka Connect has no plug-in ${config['connector.class']}.`];
      return validationSchema
        .parse(body)
        .configs.flatMap(({ value }) => value.errors.map((error) => `${value.name}: ${error}`));
    },

    async putConnector(name, config) {
      await request('PUT', `${connectorPath(name)}/config`, { body: config, timeoutMs: configTimeoutMs });
    },

    async getConfig(name) {
      const body = await read(name, 'config');
      return body === undefined ? undefined : configSchema.parse(body);
    },

    async getStatus(name) {
      const body = await read(name, 'status');
      return body === undefined ? undefined : toStatus(statusSchema.parse(body));
    },

    async listStatuses() {
      const { body } = await request('GET', '/connectors?expand=status');
      return new Map(
        Object.entries(statusesSchema.parse(body)).map(([name, { status }]) => [name, toStatus(status)]),
      );
    },

    async getOffset(name) {
      const body = await read(name, 'offsets');
      return body === undefined ? undefined : offsetsSchema.parse(body).offsets[0]?.offset;
    },

    pause: (name) => change('PUT', name, '/pause'),
    resume: (name) => change('PUT', name, '/resume'),
    stop: (name) => change('PUT', name, '/stop'),
    restart: (name) => change('POST', name, '/restart?includeTasks=true&onlyFailed=false'),
    restartTask: (name, task) => change('POST', name, `/tasks/${task}/restart`),
    restartFailed: (name) => change('POST', name, '/restart?includeTasks=true&onlyFailed=true'),
    resetOffset: (name) => change('DELETE', name, '/offsets'),

    async deleteConnector(name) {
      await request('DELETE', connectorPath(name));
    },
  };
};

type ParsedStatus = z.infer<typeof statusSchema>;

/** A destroyed connector or task is one that is going away: for everybody outside it is not assigned. */
const toState = (state: ParsedStatus['connector']['state']): ConnectorStatus['state'] =>
  state === 'DESTROYED' ? 'UNASSIGNED' : state;

const toStatus = (status: ParsedStatus): ConnectorStatus => ({
  state: toState(status.connector.state),
  ...(status.connector.trace === undefined ? {} : { trace: status.connector.trace }),
  tasks: status.tasks.map(({ id, state, trace }) => ({
    id,
    state: toState(state),
    ...(trace === undefined ? {} : { trace }),
  })),
});
