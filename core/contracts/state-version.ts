/**
 * Where the state table has the version of what is in it. A table without this item is of version 1. The preflight looks there, too, before a
 * deployment.
 */
export const stateVersionItem = { pk: 'STATE', sk: 'VERSION', attribute: 'version' } as const;

/**
 * What this code writes. Raise it with a step in core/lifecycle/prepare-state.ts when the code before could not read what is written now. New
 * fields that code before ignores, or does not meet, need none.
 */
export const stateVersion = 1;
