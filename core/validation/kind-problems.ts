import type { Database, DatabaseKind } from '../contracts/database.ts';
import type { Problem } from '../errors/millrace-error.ts';
import { productNames } from '../naming/product-names.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';

/** A server by its product and, where it tells one, its version. */
export const describeServer = ({
  kind,
  version,
}: {
  readonly kind: DatabaseKind;
  readonly version?: string;
}): string => (version === undefined ? productNames[kind] : `${productNames[kind]} ${version}`);

/** Says that a server is not of the kind that it is registered as. */
export const kindProblem = (
  subject: string,
  registered: Pick<Database, 'kind' | 'host' | 'port'>,
  found: Parameters<typeof describeServer>[0],
): Problem => ({
  subject,
  problem:
    `The server at ${registered.host}:${registered.port} is ${describeServer(found)}, but it is registered as ` +
    `${productNames[registered.kind]}.`,
  remedy: `Register it again with kind ${found.kind}, or without a kind.`,
});

/**
 * Servers of several kinds may take each other's logins, so only the version tells whether one was registered as the other.
 * None for kinds that nothing else can be logged in to as.
 */
export const findKindProblems = (
  subject: string,
  registered: Pick<Database, 'kind' | 'host' | 'port'>,
  {
    dialect,
    serverVersion,
  }: { readonly dialect: Pick<SourceDialect, 'kindOfVersion'>; readonly serverVersion: string },
): readonly Problem[] => {
  const kind = dialect.kindOfVersion?.(serverVersion) ?? registered.kind;
  return kind === registered.kind ? [] : [kindProblem(subject, registered, { kind, version: serverVersion })];
};
