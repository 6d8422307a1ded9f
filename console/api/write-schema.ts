import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/**
 * Writes schema.ts, the types of the API's paths and answers, from docs/openapi.json. Run it by `npm run openapi`.
 * openapi-typescript uses the compiler's JavaScript API, which TypeScript 7 does not have: TypeScript 6 stands in for it.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'typescript' ? '@typescript/typescript6' : specifier, context),
});
const { default: toTypes, astToString } = await import('openapi-typescript');

const documentFile = new URL('../../docs/openapi.json', import.meta.url);
const types = await toTypes(readFileSync(documentFile, 'utf8'), { defaultNonNullable: false });
writeFileSync(
  new URL('./schema.ts', import.meta.url),
  `/** Generated from docs/openapi.json by \`npm run openapi\`. Do not edit it. */\n\n${astToString(types)}`,
);
