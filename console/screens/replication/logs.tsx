import { useDeferredValue, useEffect, useRef, useState } from 'react';
import type { NumberedLine } from '../../data/log-lines.ts';
import { type LogFilter, logComponents, logLevels, useLog } from '../../data/logs.ts';
import { formatCount, formatUtc } from '../../format/figures.ts';
import { shellQuoted } from '../../format/shell.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { Badge, type Tone } from '../../parts/state-badge.tsx';

const spans = [
  [15, '15 minutes'],
  [60, '1 hour'],
  [360, '6 hours'],
  [1_440, '24 hours'],
] as const;

const noFilter: LogFilter = { component: undefined, level: 'info', text: '', minutes: 60 };

const levelTones: Readonly<Record<NumberedLine['level'], Tone>> = {
  debug: 'still',
  info: 'still',
  warn: 'warn',
  error: 'bad',
};

const lineOf = (id: number, { component, level, text, minutes }: LogFilter, follows: boolean): string =>
  [
    `millrace logs ${id}`,
    ...(follows ? ['--follow'] : []),
    ...(component === undefined ? [] : [`--component ${component}`]),
    ...(level === 'info' ? [] : [`--level ${level}`]),
    ...(minutes === 60 ? [] : [`--since ${minutes}m`]),
    ...(text === '' ? [] : [`--text ${shellQuoted(text)}`]),
  ].join(' ');

/** What the parts of a replication have logged, in one list that follows. */
export const Logs = ({ clientId, id }: { readonly clientId: number; readonly id: number }) => {
  const [filter, setFilter] = useState(noFilter);
  const [follows, setFollows] = useState(true);
  // A call for each letter that is typed would be nine too many.
  const text = useSettled(filter.text.trim());
  const log = useLog(clientId, id, { ...filter, text }, follows);
  const change = (part: Partial<LogFilter>): void => setFilter({ ...filter, ...part });
  const isFiltered = filter.component !== undefined || filter.text !== '' || filter.level !== 'info';
  return (
    <div className="stack">
      <div className="row">
        <input
          type="search"
          className="search"
          aria-label="Search the log"
          placeholder="Search the log  /"
          value={filter.text}
          onChange={(event) => change({ text: event.target.value })}
        />
        <select
          aria-label="Part"
          value={filter.component ?? ''}
          onChange={(event) =>
            change({ component: logComponents.find((name) => name === event.target.value) })
          }
        >
          <option value="">All parts</option>
          {logComponents.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label="Level"
          value={filter.level}
          onChange={(event) =>
            change({ level: logLevels.find((name) => name === event.target.value) ?? 'info' })
          }
        >
          {logLevels.map((name) => (
            <option key={name} value={name}>
              {name === 'error' ? 'errors' : `${name} and above`}
            </option>
          ))}
        </select>
        <select
          aria-label="From"
          value={filter.minutes}
          onChange={(event) => change({ minutes: Number(event.target.value) })}
        >
          {spans.map(([minutes, name]) => (
            <option key={minutes} value={minutes}>
              The last {name}
            </option>
          ))}
        </select>
        <label className="row">
          <input type="checkbox" checked={follows} onChange={(event) => setFollows(event.target.checked)} />
          Follow
        </label>
        <span className="grow" />
        {follows && <Freshness query={{ ...log, isError: log.error !== null }} />}
      </div>
      <section className="panel">
        <Listed
          query={log}
          empty={
            isFiltered ? (
              <QuietState title="Nothing matches">
                <p>No line of this time passes the filters.</p>
                <button type="button" onClick={() => setFilter({ ...noFilter, minutes: filter.minutes })}>
                  Clear the filters
                </button>
              </QuietState>
            ) : (
              <QuietState title={log.isAtEnd ? 'Nothing was logged' : 'Reading…'}>
                <p>
                  A consumer that has nothing to do is quiet.
                  {filter.minutes < 1_440 && ' Look further back, or wait: lines appear by themselves.'}
                </p>
              </QuietState>
            )
          }
        >
          {(lines) => <Lines lines={lines} dropped={log.dropped} follows={follows} />}
        </Listed>
      </section>
      <CliLine line={lineOf(id, { ...filter, text }, follows)} />
    </div>
  );
};

const settleMs = 400;

/** A text once it has not changed for a moment. */
const useSettled = (text: string): string => {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
};

/** Within this many pixels of its end, the list stays at its end when lines are added. */
const nearEnd = 40;

const Lines = ({
  lines,
  dropped,
  follows,
}: {
  readonly lines: readonly NumberedLine[];
  readonly dropped: number;
  readonly follows: boolean;
}) => {
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const shown = useDeferredValue(lines);
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines that are added move the end.
  useEffect(() => {
    const element = list.current;
    if (element !== null && follows && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [shown, follows]);
  return (
    <ol
      className="log"
      ref={list}
      aria-label="Log"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - clientHeight - scrollTop < nearEnd;
      }}
    >
      {dropped > 0 && (
        <li className="faint">
          {formatCount(dropped)} older lines are left out here. Narrow the filters, or use the line below.
        </li>
      )}
      {shown.map((line) => (
        <Line key={line.number} line={line} />
      ))}
    </ol>
  );
};

const clock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const Line = ({ line }: { readonly line: NumberedLine }) => {
  const at = new Date(line.at);
  return (
    <li data-level={line.level}>
      <time dateTime={line.at} title={formatUtc(at)} className="soft nowrap">
        {clock.format(at)}
      </time>
      <span>{line.level === 'info' ? '' : <Badge tone={levelTones[line.level]}>{line.level}</Badge>}</span>
      <span className="soft clip" title={line.service}>
        {line.component}
      </span>
      <div>
        {line.message}
        {line.error !== null && (
          <details>
            <summary>Error</summary>
            <pre>{line.error}</pre>
          </details>
        )}
      </div>
    </li>
  );
};
