/** `npm run schema-cells`: how many cells of the matrix of schema changes the suites of the chain have filled here. */
import { describeCells, readCells } from './kit/schema-cells.ts';

process.stdout.write(`${describeCells(readCells()).join('\n')}\n`);
