import { type MouseEvent, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import health from '../../docs/runbook/health.md';
import heldTable from '../../docs/runbook/held-table.md';
import alarms from '../../docs/runbook/README.md';
import { QuietState } from '../parts/quiet-states.tsx';
import { ScreenTabs } from '../parts/screen-tabs.tsx';

/** By the names of their files. */
const pages: Readonly<Record<string, { readonly title: string; readonly html: string }>> = {
  health: { title: 'Health', html: health },
  README: { title: 'Alarms', html: alarms },
  'held-table': { title: 'A held table', html: heldTable },
};

const tabs = Object.entries(pages).map(([name, { title }]) => [name, title] as const);

/** The runbook of the repository, of this version, so that the one on call needs nothing else open. */
export const RunbookScreen = ({ page }: { readonly page: string }) => {
  const [, go] = useLocation();
  const shown = pages[page];
  useEffect(() => {
    const look = (): void => {
      const element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (element === null) return;
      element.scrollIntoView();
      // Read next by a screen reader, and where the Tab key goes on from.
      element.tabIndex = -1;
      element.focus({ preventScroll: true });
    };
    // After another screen has begun at its top.
    const frame = requestAnimationFrame(look);
    addEventListener('hashchange', look);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('hashchange', look);
    };
  }, []);
  /** A link to another page of the runbook loads nothing again. */
  const follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const address = link?.getAttribute('href') ?? '';
    if (!address.startsWith('/') || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(address);
  };
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>Runbook</h1>
        </div>
      </header>
      <ScreenTabs label="Runbook" path="/runbook" tabs={tabs} current={page} />
      {shown === undefined ? (
        <QuietState title="There is no such page of the runbook">
          <Link className="button" href="/runbook/health">
            To the conditions
          </Link>
        </QuietState>
      ) : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click.
        <article
          className="panel runbook-page"
          onClick={follow}
          // biome-ignore lint/security/noDangerouslySetInnerHtml: it is docs/runbook, rendered when the console was built.
          dangerouslySetInnerHTML={{ __html: shown.html }}
        />
      )}
    </div>
  );
};
