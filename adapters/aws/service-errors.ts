import { MillraceError } from '#core/errors/millrace-error.ts';

/**
 * Sockets to an AWS endpoint answer in milliseconds or not at all. One call lasts at most three attempts of 5 s plus
 * back-off, well below the 29 s of the API's Lambda.
 */
export const awsClientDefaults = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
} as const;

/** The `name` of an AWS SDK exception, which is its error code; the empty string for anything else. */
export const awsErrorName = (error: unknown): string => (error instanceof Error ? error.name : '');

const deniedNames: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
]);

const httpStatusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && '$metadata' in error
    ? (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode
    : undefined;

/** No response at all (socket, DNS, timeout), a 5xx, or throttling: the same call may succeed later. */
export const isServiceSilent = (error: unknown): boolean => {
  const status = httpStatusOf(error);
  return (
    status === undefined ||
    status >= 500 ||
    status === 429 ||
    (error instanceof Error && '$retryable' in error && error.$retryable !== undefined) ||
    /Throttl|TooManyRequests|LimitExceeded|ProvisionedThroughputExceeded/.test(awsErrorName(error))
  );
};

/**
 * What an AWS service answered, as a MillraceError. The SDK's message is kept, since it names the resource and the
 * missing permission; it holds no credentials.
 */
export const toServiceError = (error: unknown, service: string, action: string): MillraceError => {
  if (error instanceof MillraceError) return error;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = `${service} could not ${action}: ${reason}`;
  if (deniedNames.has(awsErrorName(error)))
    return new MillraceError('PermissionDenied', message, { cause: error });
  return new MillraceError(isServiceSilent(error) ? 'ServiceUnavailable' : 'Internal', message, {
    cause: error,
  });
};
