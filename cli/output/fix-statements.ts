import type { ListedProblem } from '../cli-error.ts';
import { printable } from './printable.ts';

/**
 * Problems as a script of SQL: what each is about in a comment, with the statements of its remedy below. What is not a
 * statement, or has a gap to fill in, is in a comment, too, so that nothing runs that nobody has meant.
 */
export const fixStatements = (problems: readonly ListedProblem[]): readonly string[] =>
  problems.flatMap(({ subject, message, remedy }) => {
    const { statements, rest } = splitRemedy(remedy ?? '');
    return [comment(`${subject}: ${message}`), ...statements, ...(rest === '' ? [] : [comment(rest)]), ''];
  });

/** A line feed in a name must not end the comment. */
const comment = (text: string): string => `-- ${printable(text)}`;

/** Verbs that remedies begin with. A word of prose is not spelled in capitals. */
const statementPattern = /^(?:ALTER|GRANT|REVOKE|CREATE|SET|SELECT|CALL|EXEC|BEGIN|UPDATE|DROP)\s/;
const placeholder = '...';

/** The statements that a remedy begins with, and what it says besides. */
export const splitRemedy = (
  remedy: string,
): { readonly statements: readonly string[]; readonly rest: string } => {
  const statements: string[] = [];
  let rest = remedy.trim();
  for (;;) {
    const end = endOfStatement(rest);
    if (!statementPattern.test(rest) || end === undefined) return { statements, rest };
    const statement = rest.slice(0, end);
    if (statement.includes(placeholder)) return { statements, rest };
    statements.push(statement);
    rest = rest.slice(end).trim();
  }
};

const quotes = `"'\``;

/** The place after the semicolon that ends a statement, which is not one inside quotes. */
const endOfStatement = (text: string): number | undefined => {
  let quote: string | undefined;
  for (const [index, character] of [...text].entries()) {
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (quotes.includes(character)) quote = character;
    else if (character === ';') return [...text].slice(0, index + 1).join('').length;
  }
  return undefined;
};
