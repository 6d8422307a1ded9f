import { Link } from 'wouter';

/** `docs/runbook/health.md#lag`, as the API names a section, as an address of the console. */
export const runbookAddress = (section: string): string =>
  section.replace(/^docs\/runbook\/([\w-]+)\.md/, '/runbook/$1');

/** A section of the runbook, which the console has as a page. */
export const RunbookLink = ({
  section,
  children,
}: {
  readonly section: string;
  /** Its own anchor when absent. */
  readonly children?: string;
}) => (
  <Link href={runbookAddress(section)} className="runbook">
    {children ?? section.replace(/^[^#]*#/, '')}
  </Link>
);
