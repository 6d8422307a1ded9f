import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { TableCopy } from './control-api.ts';

/** What the person who runs the demo sees: bars in a terminal, plain lines elsewhere. */
export interface Screen {
  say(line: string): void;
  /** A headline for what begins now. */
  heading(text: string): void;
  /** Shows how far each table is; called again and again until `endCopy`. */
  copy(tables: readonly TableCopy[]): void;
  endCopy(): void;
}

export const createScreen = (output: NodeJS.WriteStream = process.stdout): Screen =>
  output.isTTY && process.env.CI === undefined ? withBars(output) : withLines(output);

const withBars = (output: NodeJS.WriteStream): Screen => {
  let bars: MultiBar | undefined;
  const byTable = new Map<string, SingleBar>();
  const print = (line: string): void => {
    if (bars === undefined) output.write(`${line}\n`);
    else bars.log(`${line}\n`);
  };
  return {
    say: print,
    heading: (text) => print(`\n${text}`),
    copy: (tables) => {
      bars ??= new MultiBar(
        {
          stream: output,
          format: '  {name} {bar} {percentage}%  {rows} rows  {state}',
          hideCursor: true,
          clearOnComplete: false,
        },
        Presets.shades_classic,
      );
      for (const table of tables) {
        const name = table.source.table;
        const shown = {
          name: name.padEnd(15),
          rows: table.rows_copied.toLocaleString('en').padStart(8),
          state: describeState(table),
        };
        const bar = byTable.get(name) ?? bars.create(100, 0, shown);
        byTable.set(name, bar);
        bar.update(Math.floor(table.percent), shown);
      }
    },
    endCopy: () => {
      bars?.stop();
      bars = undefined;
      byTable.clear();
    },
  };
};

/** Often enough to see that it moves, rarely enough for a log. */
const lineEveryMs = 5_000;

const withLines = (output: NodeJS.WriteStream): Screen => {
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastStates = '';
  const print = (line: string): void => void output.write(`${line}\n`);
  return {
    say: print,
    heading: (text) => print(`\n${text}`),
    copy: (tables) => {
      const states = tables.map((table) => table.state).join();
      const now = performance.now();
      if (states === lastStates && now - lastAt < lineEveryMs) return;
      [lastAt, lastStates] = [now, states];
      print(`  ${copyLine(tables)}`);
    },
    endCopy: () => undefined,
  };
};

const describeState = (table: TableCopy): string => {
  const rate =
    table.rows_per_second === null ? '' : ` ${Math.round(table.rows_per_second).toLocaleString('en')} rows/s`;
  const left = table.seconds_left === null ? '' : `, ${Math.ceil(table.seconds_left)} s left`;
  return table.state === 'copying' ? `copying${rate}${left}` : table.state;
};

/** How many tables are in which state, and how far the biggest of those is that are being copied. */
export const copyLine = (tables: readonly TableCopy[]): string => {
  const counts = new Map<string, number>();
  for (const { state } of tables) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  const rows = tables.reduce((sum, table) => sum + table.rows_copied, 0);
  const [biggest] = tables
    .filter((table) => table.state === 'copying')
    .toSorted((left, right) => right.estimated_rows - left.estimated_rows);
  const progress =
    biggest === undefined
      ? ''
      : `; ${biggest.source.table} ${Math.floor(biggest.percent)} %, ${describeState(biggest)}`;
  return `${states}; ${rows.toLocaleString('en')} rows copied${progress}`;
};
