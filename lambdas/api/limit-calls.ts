import type { ClientId } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApiPorts } from './ports.ts';

const minuteMs = 60_000;

/**
 * Counts a call of a client's token, and throws `TooManyRequests` when the client has had its calls of this minute. API Gateway's own
 * limit is one for all callers. It has limits for each caller, too, but only by API keys of its own, of which an account has a
 * bounded number; and this one is in force wherever the API runs.
 */
export const limitCalls = async (
  clientId: ClientId | undefined,
  { store, clock, clientCallsPerMinute }: Pick<ApiPorts, 'store' | 'clock' | 'clientCallsPerMinute'>,
): Promise<void> => {
  if (clientId === undefined || clientCallsPerMinute === undefined) return;
  const nowMs = clock.now().getTime();
  const minute = Math.floor(nowMs / minuteMs);
  if ((await store.countCall(clientId, minute)) <= clientCallsPerMinute) return;
  const retryAfterSeconds = Math.ceil(((minute + 1) * minuteMs - nowMs) / 1_000);
  throw new MillraceError(
    'TooManyRequests',
    `Client ${clientId} may call the API ${clientCallsPerMinute} times a minute, and has. The next minute begins in ${retryAfterSeconds} s.`,
    { facts: { clientId, clientCallsPerMinute, retryAfterSeconds } },
  );
};
