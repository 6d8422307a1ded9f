import { expect, test } from '@jest/globals';
import { fireEvent, render, screen } from '@testing-library/react';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { conditions } from '../../console/data/alerts.ts';
import { RunbookLink, runbookAddress } from '../../console/parts/runbook-link.tsx';
import { renderRunbook } from '../../console/runbook/render.ts';
import { RunbookScreen } from '../../console/screens/runbook.tsx';
import { show } from './console-world.tsx';

const inform = new Set(['copy-done', 'resync-done']);

test('every condition that can be the cause of something has its section', () => {
  const { container } = show(<RunbookScreen page="health" />);
  const missing = conditions
    .filter((condition) => !inform.has(condition))
    .filter((condition) => container.querySelector(`h2[id="${condition}"]`) === null);
  expect(missing).toEqual([]);
});

test('a section of the API is an address of the console', () => {
  expect(runbookAddress('docs/runbook/health.md#lag-unknown')).toBe('/runbook/health#lag-unknown');
  show(<RunbookLink section="docs/runbook/health.md#lag-unknown" />);
  expect(screen.getByRole('link', { name: 'lag-unknown' }).getAttribute('href')).toBe(
    '/runbook/health#lag-unknown',
  );
});

test('links lead to other pages of it, and files that the console lacks are named', () => {
  const html = renderRunbook(
    '## a `b` c-d\n\nSee [x](README.md#connector-failed), [y](#lag), [z](../guide/alerts.md#one).\n\n```\na < b\n```\n',
  );
  expect(html).toContain('<h2 id="a-b-c-d">');
  expect(html).toContain('<a href="/runbook/README#connector-failed">x</a>');
  expect(html).toContain('<a href="#lag">y</a>');
  expect(html).toContain('z (<code>docs/guide/alerts.md#one</code>)');
  expect(html).toContain('a &lt; b');
});

test('a link within the text goes there without loading the page again', () => {
  const location = memoryLocation({ path: '/runbook/health', record: true });
  render(
    <Router hook={location.hook}>
      <RunbookScreen page="health" />
    </Router>,
  );
  const [link] = [...document.querySelectorAll('article a[href^="/runbook/README"]')];
  if (link === undefined) throw new Error('There is no link to the alarms.');
  fireEvent.click(link);
  expect(location.history.at(-1)).toMatch(/^\/runbook\/README#/);
});

test('a page that is not there leads to one that is', () => {
  show(<RunbookScreen page="nothing" />);
  expect(screen.getByRole('link', { name: 'To the conditions' })).toBeTruthy();
});
