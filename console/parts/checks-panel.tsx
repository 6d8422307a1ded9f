import type { Why } from '../api/client.ts';
import { formatCount } from '../format/figures.ts';
import { Lasting } from './moment.tsx';
import { PlainTable } from './plain-table.tsx';
import { RunbookLink } from './runbook-link.tsx';
import { Badge, type Tone } from './state-badge.tsx';
import { TriesAgain } from './tries-again.tsx';

type Check = Why['checks'][number];

const states: Readonly<Record<Check['state'], readonly [tone: Tone, name: string]>> = {
  ok: ['good', 'Ok'],
  failing: ['bad', 'Failing'],
  unknown: ['warn', 'Unknown'],
};

/** What is failing stands first; of an unknown one nobody can say that it is well. */
const order: readonly Check['state'][] = ['failing', 'unknown', 'ok'];

/** Everything that is looked at of a replication: what was found, since when, what to do, and the runbook about it. */
export const ChecksPanel = ({ checks }: { readonly checks: Why['checks'] }) => {
  const failing = checks.filter(({ state }) => state === 'failing').length;
  const unknown = checks.filter(({ state }) => state === 'unknown').length;
  return (
    <section className="panel" aria-label="Health checks">
      <header>
        <h2>Health checks</h2>
        <span className="soft">
          {formatCount(checks.length - failing - unknown)} of {formatCount(checks.length)} are ok
          {unknown > 0 && `, ${formatCount(unknown)} unknown`}
        </span>
      </header>
      <PlainTable
        label="Each health check"
        items={checks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))}
        keyOf={({ check }) => check}
        columns={[
          {
            name: 'State',
            cell: ({ state }) => <Badge tone={states[state][0]}>{states[state][1]}</Badge>,
          },
          { name: 'Where', cell: ({ hop }) => hop },
          { name: 'Check', cell: (check) => <Found check={check} /> },
          {
            name: 'Since',
            cell: ({ faults }) =>
              faults.map(({ condition, message, since }) => (
                <div key={`${condition} ${message}`}>
                  <Lasting since={since} />
                </div>
              )),
          },
          {
            name: 'Runbook',
            cell: ({ faults, looks_for: looksFor }) => (
              <span className="links">
                {(faults.length > 0 ? distinct(faults) : looksFor).map(({ condition, runbook }) => (
                  <RunbookLink key={condition} section={runbook} />
                ))}
              </span>
            ),
          },
        ]}
      />
    </section>
  );
};

const distinct = (faults: Check['faults']): Check['faults'] =>
  faults.filter(({ condition }, index) => faults.findIndex((it) => it.condition === condition) === index);

const Found = ({ check: { title, unknown, faults } }: { readonly check: Check }) => (
  <div className="stack">
    {faults.length === 0 && <b>{title}</b>}
    {unknown !== null && <span className="soft">{unknown}</span>}
    {faults.map(({ condition, message, doing, advice, tries_again_at: triesAgainAt }) => (
      <div key={`${condition} ${message}`}>
        <b>{message}</b>
        <br />
        <span className="soft">
          {advice} {doing}
          {triesAgainAt !== null && (
            <>
              {' '}
              Next try: <TriesAgain at={triesAgainAt} />.
            </>
          )}
        </span>
      </div>
    ))}
  </div>
);
