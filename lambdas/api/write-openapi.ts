import { writeFileSync } from 'node:fs';
import { openApiDocument } from './openapi.ts';

/** `npm run openapi` writes docs/openapi.json; a test fails when it is not current. */
writeFileSync(
  new URL('../../docs/openapi.json', import.meta.url),
  `${JSON.stringify(openApiDocument(), undefined, 2)}\n`,
);
