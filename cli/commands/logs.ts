import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { ApiUnreachable, type Request } from '../api/call.ts';
import { findReplication } from '../api/find.ts';
import type { Logs } from '../api/routes.ts';
import { type Cli, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { formatInstant, parseDuration } from '../output/format-values.ts';
import { asciiControls, type Color, type Output } from '../output/output.ts';
import { printable, printableLines } from '../output/printable.ts';
import { patiently } from '../watch.ts';

type Line = Logs['lines'][number];
type Query = NonNullable<Request<'readLogs'>['query']>;

const components: readonly Line['component'][] = ['consumer', 'copy-worker', 'steps', 'healer', 'connector'];
const levels: readonly Line['level'][] = ['debug', 'info', 'warn', 'error'];
/** The most that the API gives at a time, and the longest that it waits for a line. */
const pageSize = 1_000;
const waitSeconds = 20;
/** After the end of a stream; each lasts five minutes. */
const streamPauseMs = 1_000;

interface LogsOptions {
  readonly follow?: boolean;
  readonly component?: Line['component'];
  readonly level: Line['level'];
  readonly since: string;
  readonly until?: string;
  readonly text?: string;
}

export const addLogsCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('logs'), [
    ['millrace logs shop', 'what all its parts have logged in the last hour'],
    ['millrace logs shop -f', 'and what they log from now on, until Ctrl-C'],
    ['millrace logs shop --component connector --level warn --since 1d', 'what went wrong at capture'],
    ['millrace logs shop -f -o json', 'a JSON object for each line, for a program'],
  ])
    .argument('<replication>', 'name or number')
    .description('Show the log lines of a replication: consumer, copy worker, steps, healer and connector.')
    .option('-f, --follow', 'go on until Ctrl-C')
    .addOption(new Option('--component <part>', 'only lines of this part').choices(components))
    .addOption(
      new Option('--level <level>', 'only lines of this level and above').choices(levels).default('info'),
    )
    .option('--since <when>', 'where to begin: 10m, 2h, 1d ago, or an instant as 2026-03-01T12:00:00Z', '1h')
    .option('--until <when>', 'where to end, in the same way; now when left out')
    .option('--text <text>', 'only lines with this text, in any case')
    .action(async (given: string, options: LogsOptions) => {
      const { api, shell } = cli;
      if (options.follow === true && options.until !== undefined)
        throw usageError('--follow and --until contradict each other.', 'Leave one of them out.');
      const { component, level, text } = options;
      const query: Query = {
        limit: pageSize,
        level,
        since: parseWhen(options.since, shell.now()),
        ...(options.until !== undefined && { until: parseWhen(options.until, shell.now()) }),
        ...(component !== undefined && { component }),
        ...(text !== undefined && { text }),
      };
      const { replication_id } = await findReplication(api, given);
      await showLines(cli, replication_id, query, options.follow ?? false);
    });
};

/**
 * Prints page after page to the end of what there is; with `follows`, whatever comes then, until Ctrl-C: by the stream that the API names, and by
 * long poll where it names none or the stream cannot be had.
 */
const showLines = async (cli: Cli, replicationId: number, query: Query, follows: boolean): Promise<void> => {
  const { api, out, shell } = cli;
  let cursor: string | undefined;
  let isAtEnd = false;
  let count = 0;
  let mayStream = follows;
  while (!isAtEnd || follows) {
    const page: Logs = await patiently(cli, () =>
      api.call('readLogs', {
        path: { replication_id: replicationId },
        query: {
          ...query,
          ...(cursor !== undefined && { cursor }),
          ...(isAtEnd && !mayStream && { wait_seconds: waitSeconds }),
        },
      }),
    );
    for (const line of page.lines) printLine(line, out);
    count += page.lines.length;
    cursor = page.next_cursor;
    if (page.is_at_end && !isAtEnd && follows && count === 0)
      out.say('No line yet. Waiting; Ctrl-C ends it.');
    isAtEnd = page.is_at_end;
    const { stream_url: streamUrl } = page;
    mayStream &&= isTrusted(streamUrl, api.url);
    if (!isAtEnd || !mayStream || streamUrl === null) continue;
    try {
      // Its end is none of the log: the next page and the next stream go on where it was.
      cursor = await printStream(cli, streamUrl, query, cursor);
      await shell.sleep(streamPauseMs);
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error;
      mayStream = false;
      out.say(`${error.message} Following by asking again and again.`);
    }
  }
  if (count === 0) out.say('No line in this time. --since goes further back; --level debug shows more.');
};

/** The token goes there: never without TLS when the API itself has it. */
const isTrusted = (streamUrl: string | null, apiUrl: string): boolean =>
  streamUrl !== null && (streamUrl.startsWith('https:') || !apiUrl.startsWith('https:'));

/** The stream did not begin. */
class StreamRefused extends Error {}

/** Prints the lines of a stream until it ends or breaks off, and returns where the log goes on. Throws `StreamRefused`. */
const printStream = async (
  { api, out, shell }: Cli,
  url: string,
  { since: _since, ...query }: Query,
  begin: string,
): Promise<string> => {
  const events = await api.openStream(url, query, begin).catch((error: unknown) => {
    shell.signal.throwIfAborted();
    throw new StreamRefused((error as Error).message);
  });
  let cursor = begin;
  let lines: Line[] = [];
  try {
    for await (const event of events) {
      if (event?.name !== 'message') continue;
      lines.push(JSON.parse(event.data));
      // Only with the last line of a page it is known where to go on: those of a page that broke off come again.
      if (event.id === undefined) continue;
      for (const line of lines) printLine(line, out);
      lines = [];
      cursor = event.id;
    }
  } catch (error) {
    if (!(error instanceof ApiUnreachable)) throw error;
  }
  return cursor;
};

const colors: Readonly<Partial<Record<Line['level'], Color>>> = {
  debug: 'gray',
  warn: 'yellow',
  error: 'red',
};

const printLine = (line: Line, out: Output): void => {
  for (const text of describeLine(line, out)) out.line(text);
};

const describeLine = (line: Line, out: Output): readonly string[] => {
  if (out.format === 'json') return [asciiControls(JSON.stringify(line))];
  if (out.format === 'yaml') return [`---\n${stringify(line).trimEnd()}`];
  const { at, level, component, message, error } = line;
  const color = colors[level];
  const name = level.toUpperCase().padEnd(5);
  const first = `${formatInstant(at)} ${color === undefined ? name : out.paint(color, name)} ${component.padEnd(11)} ${printable(message)}`;
  const trace = error === null ? [] : printableLines(error).split('\n');
  return [first, ...trace.map((text) => `    ${text}`)];
};

/** A time ago or an instant, as an instant. */
const parseWhen = (text: string, now: Date): string => {
  const agoMs = parseDuration(text);
  const instant = agoMs === undefined ? new Date(text) : new Date(now.getTime() - agoMs);
  if (!Number.isNaN(instant.getTime()) && (agoMs !== undefined || /^\d{4}-\d\d-\d\d/.test(text)))
    return instant.toISOString();
  throw usageError(
    `${text} is no time.`,
    'Write how long ago it is, as 30m, 2h or 1d, or an instant: 2026-03-01T12:00:00Z.',
  );
};
