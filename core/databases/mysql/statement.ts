/** SQL text with its bound values, one for each `?`. Dialects return it, executors run it. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly (string | null)[];
}
