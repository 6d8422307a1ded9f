import { writeFileSync } from 'node:fs';
import { typesGuide } from './type-guide.ts';

/** `npm run types-guide` writes docs/guide/types.md; a test fails when it is not current. */
writeFileSync(new URL('../../docs/guide/types.md', import.meta.url), typesGuide());
