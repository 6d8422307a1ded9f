import { Link } from 'wouter';

/** The parts of a screen, each at an address of its own below that of the screen. */
export const ScreenTabs = ({
  label,
  path,
  tabs,
  current,
}: {
  readonly label: string;
  /** Of the screen; the part with no key is there. */
  readonly path: string;
  readonly tabs: readonly (readonly [key: string, title: string])[];
  readonly current: string;
}) => (
  <nav className="tabs" aria-label={label}>
    {tabs.map(([key, title]) => (
      <Link
        key={key}
        href={key === '' ? path : `${path}/${key}`}
        aria-current={key === current ? 'page' : undefined}
      >
        {title}
      </Link>
    ))}
  </nav>
);
