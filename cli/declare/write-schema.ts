import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { declarationFileSchema } from './schema.ts';

/** Writes docs/millrace.schema.json. Run it by `npm run config-schema`. */
writeFileSync(
  new URL('../../docs/millrace.schema.json', import.meta.url),
  `${JSON.stringify(z.toJSONSchema(declarationFileSchema, { io: 'input' }), undefined, 2)}\n`,
);
