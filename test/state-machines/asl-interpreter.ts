import { JSONPath } from 'jsonpath-plus';

/*
 * A small interpreter of the Amazon States Language (JSONPath) for tests: what start-replication uses, and strict where
 * the emulator is lenient. A path that finds nothing throws UnresolvedPath, which no Catch sees. Waiting takes no time.
 * https://states-language.net/spec.html
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: string;
}
interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string;
  readonly Next: string;
}
interface ChoiceRule {
  readonly Variable: string;
  readonly BooleanEquals: boolean;
  readonly Next: string;
}
export interface State {
  readonly Type: 'Pass' | 'Task' | 'Choice' | 'Wait' | 'Map' | 'Parallel' | 'Succeed' | 'Fail';
  readonly Seconds?: number;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Parameters?: JsonObject;
  readonly Result?: Json;
  readonly ResultSelector?: JsonObject;
  readonly ResultPath?: string | null;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  readonly ItemsPath?: string;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: Definition;
  readonly Branches?: readonly Definition[];
  readonly Next?: string;
  readonly End?: true;
  readonly Error?: string;
  readonly Cause?: string;
}
export interface Definition {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

/** What a Task reports as `Error` and `Cause`. */
export class TaskError extends Error {
  constructor(name: string, cause = 'made by the test') {
    super(cause);
    this.name = name;
  }
}
/** A mistake in the definition, not an error of a Task. */
export class UnresolvedPath extends Error {
  override name = 'UnresolvedPath';
}

export interface Visit {
  readonly state: string;
  readonly attempt: number;
}
export interface Outcome {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output: Json;
  readonly error?: string;
  readonly visits: readonly Visit[];
}
/** Does a Task: gets the resolved Parameters, returns its raw result, throws TaskError. */
export type PerformTask = (state: string, parameters: Json, attempt: number) => Json;

class Failed extends Error {
  readonly error: string;
  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

const resolvePath = (path: string, data: Json): Json => {
  const found = JSONPath({ path, json: data as object, wrap: false }) as Json | undefined;
  if (found === undefined) throw new UnresolvedPath(`${path} finds nothing in ${JSON.stringify(data)}`);
  return found;
};

const splitArguments = (text: string): readonly string[] => text.match(/'[^']*'|[^,\s]+/g) ?? [];

const resolveExpression = (expression: string, data: Json): Json => {
  const call = /^States\.(\w+)\((.*)\)$/.exec(expression);
  if (call === null) return resolvePath(expression, data);
  const [name, text] = [call[1], call[2] ?? ''];
  const values = splitArguments(text).map((part) =>
    part.startsWith("'") ? part.slice(1, -1) : resolvePath(part, data),
  );
  if (name === 'Format') {
    const [template, ...rest] = values;
    let index = 0;
    return String(template).replaceAll('{}', () => String(rest[index++]));
  }
  if (name === 'StringSplit') return String(values[0]).split(String(values[1]));
  throw new Error(`The interpreter does not know States.${name}`);
};

const resolveTemplate = (template: Json, data: Json): Json => {
  if (Array.isArray(template)) return template.map((item: Json) => resolveTemplate(item, data));
  if (template === null || typeof template !== 'object') return template;
  return Object.fromEntries(
    Object.entries(template as JsonObject).map(([key, value]) =>
      key.endsWith('.$')
        ? [key.slice(0, -2), resolveExpression(String(value), data)]
        : [key, resolveTemplate(value, data)],
    ),
  );
};

/** Only `$` and `$.field`, which is all that start-replication writes to. */
const place = (input: Json, path: string | null | undefined, result: Json): Json => {
  if (path === null) return input;
  if (path === undefined || path === '$') return result;
  const field = /^\$\.(\w+)$/.exec(path)?.[1];
  if (field === undefined) throw new Error(`The interpreter cannot write to ${path}`);
  return { ...(input as JsonObject), [field]: result };
};

const matches = (names: readonly string[], error: string): boolean =>
  names.includes(error) ||
  names.includes('States.ALL') ||
  (names.includes('States.TaskFailed') && error !== 'States.Timeout');

/** Runs a definition to its end. */
export const runDefinition = (definition: Definition, input: Json, perform: PerformTask): Outcome => {
  const visits: Visit[] = [];

  const performOnce = (name: string, state: State, data: Json, attempt: number): Json => {
    visits.push({ state: name, attempt });
    switch (state.Type) {
      case 'Task':
        return perform(name, resolveTemplate(state.Parameters ?? {}, data), attempt);
      case 'Map': {
        const items = resolvePath(state.ItemsPath ?? '$', data);
        if (!Array.isArray(items)) throw new UnresolvedPath(`${state.ItemsPath} is no list`);
        return items.map((item: Json) => runStates(state.ItemProcessor as Definition, item));
      }
      case 'Parallel':
        return (state.Branches ?? []).map((branch) => runStates(branch, data));
      default:
        throw new Error(`${state.Type} does nothing that can fail`);
    }
  };

  const performWithRetries = (name: string, state: State, data: Json): Json => {
    const used = new Map<Retrier, number>();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return performOnce(name, state, data, attempt);
      } catch (error) {
        if (!(error instanceof TaskError)) throw error;
        const retrier = state.Retry?.find((candidate) => matches(candidate.ErrorEquals, error.name));
        const attempts = retrier === undefined ? 0 : (used.get(retrier) ?? 0);
        if (retrier === undefined || attempts >= retrier.MaxAttempts) throw error;
        used.set(retrier, attempts + 1);
      }
    }
  };

  const runStates = ({ StartAt, States }: Definition, start: Json): Json => {
    let name = StartAt;
    let data = start;
    for (;;) {
      const state = States[name];
      if (state === undefined) throw new Error(`There is no state ${name}`);
      let next = state.Next;
      switch (state.Type) {
        case 'Succeed':
          visits.push({ state: name, attempt: 1 });
          return data;
        case 'Fail':
          visits.push({ state: name, attempt: 1 });
          throw new Failed(state.Error ?? '', state.Cause ?? '');
        case 'Pass': {
          visits.push({ state: name, attempt: 1 });
          const parameters = state.Parameters === undefined ? data : resolveTemplate(state.Parameters, data);
          data = place(data, state.ResultPath, state.Result ?? parameters);
          break;
        }
        case 'Choice': {
          visits.push({ state: name, attempt: 1 });
          const rule = state.Choices?.find(
            ({ Variable, BooleanEquals }) => resolvePath(Variable, data) === BooleanEquals,
          );
          next = rule?.Next ?? state.Default;
          break;
        }
        case 'Wait':
          visits.push({ state: name, attempt: 1 });
          break;
        case 'Task':
        case 'Map':
        case 'Parallel':
          try {
            const result = performWithRetries(name, state, data);
            const selected =
              state.ResultSelector === undefined ? result : resolveTemplate(state.ResultSelector, result);
            data = place(data, state.ResultPath, selected);
          } catch (error) {
            if (!(error instanceof TaskError)) throw error;
            const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
            if (catcher === undefined) throw error;
            data = place(data, catcher.ResultPath, { Error: error.name, Cause: error.message });
            next = catcher.Next;
          }
          break;
      }
      if (next === undefined) {
        if (state.End === true) return data;
        throw new Error(`${name} leads nowhere`);
      }
      name = next;
    }
  };

  try {
    return { status: 'SUCCEEDED', output: runStates(definition, input), visits };
  } catch (error) {
    if (error instanceof Failed || error instanceof TaskError) {
      const name = error instanceof Failed ? error.error : error.name;
      return { status: 'FAILED', output: null, error: name, visits };
    }
    throw error;
  }
};
