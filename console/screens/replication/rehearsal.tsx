import type { SchemaChange } from '../../api/client.ts';
import { formatCount, formatDuration } from '../../format/figures.ts';
import { Facts } from '../../parts/facts.tsx';
import { Ago } from '../../parts/moment.tsx';
import { Badge } from '../../parts/state-badge.tsx';

type Found = NonNullable<SchemaChange['rehearsal']>;

const methods: Readonly<Record<Found['method'], string>> = {
  'rolled-back': 'on the target table, in a transaction that was rolled back',
  'empty-copy': 'on a copy of the table without rows, which was dropped',
  counted: 'no statement was run; rows were counted',
};

/** What the last rehearsal has found: whether it works, what it locks, and which rows would not fit. */
export const Rehearsal = ({ rehearsal }: Pick<SchemaChange, 'rehearsal'>) =>
  rehearsal === null ? null : (
    <section className="panel" aria-label="Rehearsal">
      <header>
        {rehearsal.ok ? <Badge tone="good">It works</Badge> : <Badge tone="bad">It does not work</Badge>}
        <h2>Rehearsal</h2>
        <span className="soft">
          <Ago at={rehearsal.at} />, in {formatDuration(rehearsal.duration_ms)}
        </span>
      </header>
      <div className="body stack">
        {rehearsal.problems.map((problem) => (
          <p key={problem} className="problem">
            {problem}
          </p>
        ))}
        <Facts
          facts={{
            Tried: methods[rehearsal.method],
            'Rewrites the table': inWords(rehearsal.rewrites_table),
            Locks: rehearsal.lock ?? 'not known',
            'Rows at the target':
              // Below 0 where the server has not counted yet.
              rehearsal.estimated_rows === null || rehearsal.estimated_rows < 0
                ? 'not known'
                : `about ${formatCount(rehearsal.estimated_rows)}`,
            'Would not fit':
              rehearsal.unfit.length === 0
                ? 'none found'
                : rehearsal.unfit.map(({ column, what, rows }) => (
                    <div key={`${column} ${what}`}>
                      <code>{column}</code>:{' '}
                      {rows === null ? 'not counted in time,' : `${formatCount(rows)} rows that`} {what}
                    </div>
                  )),
            ...(rehearsal.note === null ? {} : { Note: rehearsal.note }),
          }}
        />
      </div>
    </section>
  );

const inWords = (answer: boolean | null): string => {
  if (answer === null) return 'not known';
  return answer ? 'yes, each row is written again' : 'no';
};
