import type { LogLine } from '../api/client.ts';

/** What a browser holds without effort. The oldest lines go first. */
const maxLines = 5_000;
export interface NumberedLine extends LogLine {
  readonly number: number;
}

export interface LogState {
  /** Undefined until the first answer. */
  readonly data: readonly NumberedLine[] | undefined;
  readonly error: unknown;
  /** Whether every line that there was at the last answer is here. */
  readonly isAtEnd: boolean;
  readonly dropped: number;
  readonly dataUpdatedAt: number;
  readonly errorUpdateCount: number;
}

type LogEvent =
  | { readonly kind: 'cleared' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | {
      readonly kind: 'answered';
      readonly lines: readonly LogLine[];
      readonly isAtEnd: boolean;
      readonly atMs: number;
    };

export const emptyLog: LogState = {
  data: undefined,
  error: null,
  isAtEnd: false,
  dropped: 0,
  dataUpdatedAt: 0,
  errorUpdateCount: 0,
};

export const reduceLog = (state: LogState, event: LogEvent): LogState => {
  switch (event.kind) {
    case 'cleared':
      return emptyLog;
    case 'failed':
      return { ...state, error: event.error, errorUpdateCount: state.errorUpdateCount + 1 };
    case 'answered': {
      const before = state.data ?? [];
      const next = (before.at(-1)?.number ?? -1) + 1;
      const all = [...before, ...event.lines.map((line, index) => ({ ...line, number: next + index }))];
      const data = event.lines.length === 0 && state.data !== undefined ? state.data : all.slice(-maxLines);
      return {
        data,
        error: null,
        isAtEnd: event.isAtEnd,
        dropped: state.dropped + Math.max(0, all.length - maxLines),
        dataUpdatedAt: event.atMs,
        errorUpdateCount: 0,
      };
    }
  }
};
