import { createLogUpdate } from 'log-update';
import type { OutputStream } from '../shell.ts';

/** Lines that change in place in a terminal. Elsewhere each change is written below the last one. */
export interface Live {
  show(lines: readonly string[]): void;
  /** Leaves what was shown last. */
  end(): void;
}

export const createLive = (stream: OutputStream): Live =>
  stream.isTTY === true ? inPlace(stream) : below(stream);

const inPlace = (stream: OutputStream): Live => {
  const update = createLogUpdate(stream as NodeJS.WriteStream);
  return {
    show: (lines) => update(lines.join('\n')),
    end: () => update.done(),
  };
};

const below = (stream: OutputStream): Live => {
  let last = '';
  return {
    show: (lines) => {
      const text = lines.join('\n');
      if (text === last) return;
      last = text;
      stream.write(`${text}\n`);
    },
    end: () => undefined,
  };
};
