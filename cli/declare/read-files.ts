import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { CliError, exitCodes, type ListedProblem } from '../cli-error.ts';
import { type Declaration, declarationFileSchema, readDeclaredTable } from './schema.ts';

type DeclarationFile = z.infer<typeof declarationFileSchema>;

/** Reads a YAML file, or all of a folder. Throws with exit code 2 and every problem when they are not as they should be. */
export const readDeclaration = (path: string): Declaration => {
  const problems: ListedProblem[] = [];
  const parts = filesOf(path).flatMap((file) => readFile(file, problems));
  const declaration: Declaration = {
    clients: parts.flatMap(({ clients }) => clients),
    databases: parts.flatMap(({ databases }) => databases),
    replications: parts.flatMap(({ replications }) => replications),
  };
  for (const [what, items] of Object.entries(declaration)) {
    for (const [name, group] of Map.groupBy(
      items as readonly { readonly name: string }[],
      (item) => item.name,
    )) {
      if (group.length > 1)
        problems.push({
          subject: `${what} ${name}`,
          message: `is declared ${group.length} times`,
          remedy: null,
        });
    }
  }
  if (problems.length > 0)
    throw new CliError(`${path} cannot be used.`, { exitCode: exitCodes.usage, problems });
  return declaration;
};

const filesOf = (path: string): readonly string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path)
      .filter((file) => /\.ya?ml$/.test(file))
      .toSorted()
      .map((file) => join(path, file));
    if (files.length > 0) return files;
  } catch (error) {
    throw new CliError(`Cannot read ${path}: ${(error as Error).message}`, {
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
  throw new CliError(`${path} has no file that ends with .yaml or .yml.`, { exitCode: exitCodes.usage });
};

const readFile = (file: string, problems: ListedProblem[]): readonly Declaration[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
    const [error] = document.errors ?? [];
    if (error !== undefined) {
      problems.push({ subject: file, message: error.message, remedy: null });
      return [];
    }
    const parsed = declarationFileSchema.safeParse(document.toJS() ?? {});
    if (parsed.success) return [resolveReferences(file, parsed.data, problems)];
    problems.push(
      ...parsed.error.issues.map(({ path, message }) => ({
        subject: [file, ...path.map(String)].join(': '),
        message,
        remedy: null,
      })),
    );
    return [];
  });

/** Paths in a file are from its own folder. */
const resolveReferences = (
  file: string,
  { clients, databases, replications }: DeclarationFile,
  problems: ListedProblem[],
): Declaration => ({
  clients,
  databases: databases.map(({ ca_file: caFile, password, ...database }) => ({
    ...database,
    ...(password === undefined
      ? {}
      : { password: 'file' in password ? { file: resolve(dirname(file), password.file) } : password }),
    ...(caFile === undefined
      ? {}
      : { ca_pem: readCertificates(resolve(dirname(file), caFile), `${file}: ${database.name}`, problems) }),
  })),
  replications: replications.map((replication) => ({
    ...replication,
    tables: replication.tables.map(readDeclaredTable),
  })),
});

const readCertificates = (path: string, subject: string, problems: ListedProblem[]): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.push({ subject, message: `ca_file cannot be read: ${(error as Error).message}`, remedy: null });
    return '';
  }
};
