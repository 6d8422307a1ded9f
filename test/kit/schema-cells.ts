import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { reportFolder } from '../summaries.ts';

/** When a table was changed: with nothing after it, between rows, while a part was down, or in the middle of a copy. */
export const cellMoments = [
  'idle',
  'between rows',
  'consumer down',
  'capture down',
  'all down',
  'copy',
] as const;
export type CellMoment = (typeof cellMoments)[number];

/** One cell of the matrix of schema changes, as it was seen to end: equal by every row, or held with the right words. */
export interface SchemaCell {
  readonly change: string;
  readonly from: string;
  readonly to: string;
  readonly moment: CellMoment;
  readonly outcome: 'equal' | 'held';
}

const cellsFile = path.join(reportFolder, 'schema-cells.jsonl');

/** Called by the suites of the chain once a cell has ended as it should; `npm run schema-cells` counts them. */
export const recordCells = (cells: readonly SchemaCell[]): void => {
  mkdirSync(reportFolder, { recursive: true });
  appendFileSync(cellsFile, cells.map((cell) => `${JSON.stringify(cell)}\n`).join(''));
};

/** The last word on each cell; none where no suite has run. */
export const readCells = (): readonly SchemaCell[] => {
  let text: string;
  try {
    text = readFileSync(cellsFile, 'utf8');
  } catch {
    return [];
  }
  const cells = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SchemaCell);
  return [
    ...new Map(
      cells.map((cell) => [[cell.change, cell.from, cell.to, cell.moment].join('\n'), cell]),
    ).values(),
  ];
};

/** How many cells ended how, by pair of databases and moment, as lines of text. */
export const describeCells = (cells: readonly SchemaCell[]): readonly string[] => {
  const pairs = [...new Set(cells.map(({ from, to }) => `${from} to ${to}`))].toSorted();
  const count = (some: readonly SchemaCell[]): string =>
    some.length === 0
      ? '-'
      : `${some.filter(({ outcome }) => outcome === 'equal').length} + ${some.filter(({ outcome }) => outcome === 'held').length}`;
  const row = (name: string, values: readonly string[]): string =>
    [name.padEnd(26), ...values.map((value) => value.padStart(15))].join('');
  return [
    row('equal + held', cellMoments),
    ...pairs.map((pair) => {
      const ofPair = cells.filter(({ from, to }) => `${from} to ${to}` === pair);
      return row(
        pair,
        cellMoments.map((moment) => count(ofPair.filter((cell) => cell.moment === moment))),
      );
    }),
    `${cells.length} cells of ${new Set(cells.map(({ change }) => change)).size} changes: ${count(cells)}.`,
  ];
};
