import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type {
  ConstructorOptions,
  LogAttributes,
  UnformattedAttributes,
} from '@aws-lambda-powertools/logger/types';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Log, LogFields } from '#core/ports/clock-and-log.ts';
import { traceId } from './trace.ts';

/** A second line of defence: what is called like this is never written, no matter who passed it. */
const secretKey = /password|passphrase|authorization|secretstring|^(bearer|token)$/i;

/** SQLSTATE classes 22 (data exception) and 23 (integrity violation): the server's text can quote a row's values. */
const quotesValues = (code: unknown): boolean => typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code);

/**
 * An error as the log shows it: name, code, facts, stack and causes. Other properties are left out on purpose, because
 * drivers put rows, parameters and connection strings there.
 */
const describeError = (error: Error): LogAttributes => {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const quoting = !(error instanceof MillraceError) && quotesValues(code);
  return {
    name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(quoting ? {} : { message, stack }),
    ...(error instanceof MillraceError ? { facts: error.facts } : {}),
    ...(cause instanceof Error ? { cause: describeError(cause) } : {}),
  };
};

class MillraceLogFormatter extends LogFormatter {
  override formatAttributes(base: UnformattedAttributes, additional: LogAttributes): LogItem {
    return new LogItem({
      attributes: {
        level: base.logLevel,
        message: base.message,
        timestamp: base.timestamp.toISOString(),
        service: base.serviceName,
        request: base.lambdaContext?.awsRequestId,
        trace: traceId(),
        ...additional,
      },
    });
  }

  override formatError(error: Error): LogAttributes {
    return describeError(error);
  }
}

/** Powertools writes warnings and errors to stderr; two streams lose the order of the lines of one container. */
class OneStreamLogger extends Logger {
  readonly #output: NodeJS.WritableStream;

  constructor(options: ConstructorOptions, output: NodeJS.WritableStream) {
    super(options);
    this.#output = output;
  }

  protected override printLog(_level: number, item: LogItem): void {
    item.prepareForPrint();
    this.#output.write(`${JSON.stringify(item.getAttributes(), this.getJsonReplacer())}\n`);
  }
}

export interface LogOptions {
  /** The part that speaks: a Lambda's folder name, `consumer`, `copy-worker`. */
  readonly service: string;
  /** Prefixes every message with `[connectorName] `, so that a person can grep for one replication. */
  readonly connectorName?: string;
  /** Keys that every line carries, for example `{ replication: 7 }`. */
  readonly fields?: LogFields;
  /** Where lines go; stdout unless a test reads them. */
  readonly output?: NodeJS.WritableStream;
}

/**
 * JSON lines, one for each event, in Lambdas and in the container alike. The level is that of `POWERTOOLS_LOG_LEVEL`
 * or Lambda's own setting, and INFO otherwise.
 */
export const createLog = (options: LogOptions): Log => {
  const { service, connectorName, fields = {}, output = process.stdout } = options;
  const logger = new OneStreamLogger(
    {
      serviceName: service,
      logFormatter: new MillraceLogFormatter(),
      persistentKeys: { ...(connectorName === undefined ? {} : { connector: connectorName }), ...fields },
      jsonReplacerFn: (key, value) => (secretKey.test(key) ? '[redacted]' : value),
    },
    output,
  );
  const prefixed = (message: string): string =>
    connectorName === undefined ? message : `[${connectorName}] ${message}`;

  return {
    debug: (message, extra = {}) => logger.debug(prefixed(message), { ...extra }),
    info: (message, extra = {}) => logger.info(prefixed(message), { ...extra }),
    warn: (message, extra = {}) => logger.warn(prefixed(message), { ...extra }),
    error: (message, extra = {}) => logger.error(prefixed(message), { ...extra }),
  };
};
