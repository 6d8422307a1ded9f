import type { Why } from '../api/client.ts';
import { sentenceOf } from '../data/fleet-state.ts';
import { formatAgo } from '../format/figures.ts';
import { CliLine } from './cli-line.tsx';
import { Lasting } from './moment.tsx';
import { RunbookLink } from './runbook-link.tsx';
import { HealthBadge } from './state-badge.tsx';
import { TriesAgain } from './tries-again.tsx';

/** Why it is as it is: the cause, what Millrace does, and what the reader can do. */
export const WhyPanel = ({ why }: { readonly why: Why }) => (
  <section className="panel" aria-label="Why">
    <header>
      <HealthBadge overall={why.overall} condition={why.condition} triesAgainAt={why.tries_again_at} />
      <h2>{why.sentence}</h2>
      {why.condition === null && (
        <span className="soft">
          for <Lasting since={why.since} />
        </span>
      )}
    </header>
    {(why.condition !== null || why.advice !== null || why.evidence.length > 0) && (
      <div className="body stack">
        <dl className="facts">
          {why.advice !== null && (
            <>
              <dt>What to do</dt>
              <dd>{why.advice}</dd>
            </>
          )}
          {why.condition !== null && (
            <>
              <dt>Millrace</dt>
              <dd>{why.doing}</dd>
            </>
          )}
          {why.tries_again_at !== null && (
            <>
              <dt>Next try</dt>
              <dd>
                <TriesAgain at={why.tries_again_at} />
              </dd>
            </>
          )}
          {why.evidence.map(({ name, value }) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{sentenceOf(name)}</dt>
              <dd>{typeof value === 'number' ? value.toLocaleString('en') : value}</dd>
            </div>
          ))}
          {why.call !== null && (
            <>
              <dt>A call that may end it</dt>
              <dd>
                <code>{why.call}</code>
              </dd>
            </>
          )}
          {why.runbook !== null && (
            <>
              <dt>Runbook</dt>
              <dd>
                <RunbookLink section={why.runbook} />
              </dd>
            </>
          )}
          <dt>Source looked at</dt>
          <dd>{why.looked_ago_ms === null ? 'not yet' : formatAgo(why.looked_ago_ms)}</dd>
        </dl>
        {why.others.length > 0 && (
          <div className="stack">
            <h3>Also, perhaps because of it</h3>
            <ul className="stack">
              {why.others.map((other) => (
                <li key={`${other.condition} ${other.message}`}>
                  <b>{sentenceOf(other.condition)}</b> <span className="soft">{other.message}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
        <CliLine line={`millrace why ${why.replication_id}`} />
      </div>
    )}
  </section>
);
