import { apiVersionPath } from '#core/contracts/api-version.ts';
import { type Method, type Operation, routePath } from './operation.ts';

/** HEAD is answered wherever GET is. */
export type HttpMethod = Method | 'HEAD' | 'OPTIONS';

const toPattern = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);

/** Finds the methods of a path; none when there is no such path. */
export const createMethodFinder = (operations: readonly Operation[]) => {
  const routes = operations.map((operation) => ({
    method: operation.method,
    pattern: toPattern(routePath(operation)),
  }));
  return (path: string): readonly HttpMethod[] => {
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
    if (methods.size === 0) return [];
    return [...methods, ...(methods.has('GET') ? (['HEAD'] as const) : []), 'OPTIONS'];
  };
};

/** What people most likely did wrong, when there is no such path. */
export const adviseOnPath = (path: string): string =>
  path === apiVersionPath || path.startsWith(`${apiVersionPath}/`)
    ? ''
    : ` Every route begins with ${apiVersionPath}.`;
