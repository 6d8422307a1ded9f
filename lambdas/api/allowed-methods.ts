import { apiVersionPath } from '#core/contracts/api-version.ts';
import { type Method, type Operation, routePath } from './operation.ts';

/** HEAD is answered wherever GET is. */
export type HttpMethod = Method | 'HEAD' | 'OPTIONS';

const parameterPattern = /\{\w+\}/g;

const toPattern = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(parameterPattern, '[^/]+')}/?$`);

const countParameters = (template: string): number => template.match(parameterPattern)?.length ?? 0;

/** Finds the methods of a path; none when there is no such path. */
export const createMethodFinder = (operations: readonly Operation[]) => {
  const routes = operations.map((operation) => ({
    method: operation.method,
    pattern: toPattern(routePath(operation)),
    parameters: countParameters(operation.path),
  }));
  return (path: string): readonly HttpMethod[] => {
    const found = routes.filter(({ pattern }) => pattern.test(path));
    // `dead-letters/replay` is that path, and no `dead-letters/{dead_letter_id}`.
    const fewest = Math.min(...found.map(({ parameters }) => parameters));
    const methods = new Set(
      found.filter(({ parameters }) => parameters === fewest).map(({ method }) => method),
    );
    if (methods.size === 0) return [];
    return [...methods, ...(methods.has('GET') ? (['HEAD'] as const) : []), 'OPTIONS'];
  };
};

/** What people most likely did wrong, when there is no such path. */
export const adviseOnPath = (path: string): string =>
  path === apiVersionPath || path.startsWith(`${apiVersionPath}/`)
    ? ''
    : ` Every route begins with ${apiVersionPath}.`;
