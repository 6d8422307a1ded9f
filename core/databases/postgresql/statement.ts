/** SQL text with its bound values (`$1` is the first). Dialects return it, executors run it. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly (string | readonly string[])[];
}
