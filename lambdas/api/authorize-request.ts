import type { ClientId } from '#core/contracts/identifiers.ts';
import { hasRole, type Principal } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { RegistryStore } from '#core/ports/state-store.ts';
import { invalidRequest } from './invalid-request.ts';
import type { Access } from './route-access.ts';

/** Throws `Forbidden` when the token may not call a route with this access. */
export const authorize = ({ role, scope }: Access, principal: Principal): void => {
  if (!hasRole(principal.role, role))
    throw new MillraceError(
      'Forbidden',
      `This needs a token of role ${role}; the token ${JSON.stringify(principal.name)} has role ${principal.role}.`,
    );
  if (scope === 'all') requireAllClients(principal);
};

/** Throws `Forbidden` for a token of one client. */
export const requireAllClients = ({ name, clientId }: Principal): void => {
  if (clientId === undefined) return;
  throw new MillraceError(
    'Forbidden',
    `This needs a token of all clients; the token ${JSON.stringify(name)} is of client ${clientId}.`,
  );
};

/** Whether the token may see what belongs to `clientId`; undefined is what belongs to all clients. */
export const mayAct = (principal: Principal, clientId: ClientId | undefined): boolean =>
  principal.clientId === undefined || principal.clientId === clientId;

/**
 * The client that a request works for: that of the token, or, with a token of all clients, the one that the query names.
 * Throws `Forbidden` when a client's token names another client, `InvalidRequest` when a token of all clients names none,
 * and `NotFound` when it names one that is not there.
 */
export const clientOf = async (
  principal: Principal,
  asked: ClientId | undefined,
  store: Pick<RegistryStore, 'getClient'>,
): Promise<ClientId> => {
  if (principal.clientId !== undefined) {
    if (asked === undefined || asked === principal.clientId) return principal.clientId;
    throw new MillraceError(
      'Forbidden',
      `The token ${JSON.stringify(principal.name)} is of client ${principal.clientId}, and not of client ${asked}.`,
    );
  }
  if (asked === undefined)
    throw invalidRequest([
      {
        subject: 'query.client_id',
        problem:
          'is missing: the token is of all clients, so the request has to name the one that it is for.',
        remedy: 'Add ?client_id=... with a client of GET /clients, or use a token of that client.',
      },
    ]);
  return (await store.getClient(asked)).clientId;
};
