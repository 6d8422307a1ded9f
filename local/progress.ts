import { MultiBar, Presets } from 'cli-progress';

/** How people see what takes long. */
export interface ProgressReporter {
  /** One line, as a sentence or a fact. */
  say(line: string): void;
  /** Starts to count to `total`, which may be an estimate. */
  start(name: string, total: number): ProgressTask;
}

export interface ProgressTask {
  advance(): void;
  /** Must be called once, also after a failure. */
  finish(): void;
}

/** Bars in a terminal, and otherwise plain lines, a few per task. */
export const createProgressReporter = (
  output: NodeJS.WriteStream & { readonly fd?: number } = process.stdout,
): ProgressReporter => (output.isTTY && process.env.CI === undefined ? withBars(output) : withLines(output));

/** For programs that print for themselves. */
export const silentReporter: ProgressReporter = {
  say: () => undefined,
  start: () => ({ advance: () => undefined, finish: () => undefined }),
};

const withBars = (output: NodeJS.WriteStream): ProgressReporter => {
  let bars: MultiBar | undefined;
  let running = 0;
  return {
    say: (line) => {
      if (bars === undefined) output.write(`${line}\n`);
      else bars.log(`${line}\n`);
    },
    start: (name, total) => {
      bars ??= new MultiBar(
        {
          stream: output,
          format: '  {name} {bar} {value}/{total} files',
          hideCursor: true,
          clearOnComplete: false,
        },
        Presets.shades_classic,
      );
      running += 1;
      const bar = bars.create(total, 0, { name: name.padEnd(36) });
      let done = 0;
      return {
        advance: () => {
          done += 1;
          if (done > bar.getTotal()) bar.setTotal(done);
          bar.update(done);
        },
        finish: () => {
          bar.setTotal(done);
          bar.update(done);
          running -= 1;
          if (running === 0) {
            bars?.stop();
            bars = undefined;
          }
        },
      };
    },
  };
};

const withLines = (output: NodeJS.WriteStream): ProgressReporter => ({
  say: (line) => void output.write(`${line}\n`),
  start: (name, total) => {
    let done = 0;
    output.write(`Downloading ${name}\n`);
    return {
      advance: () => {
        done += 1;
        // A line per fifth: enough to see that it moves.
        if (done % Math.ceil(total / 5) === 0) output.write(`Downloading ${name}: ${done} files\n`);
      },
      finish: () => void output.write(`Downloaded ${name}: ${done} files\n`),
    };
  },
});
