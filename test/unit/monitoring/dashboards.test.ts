import { describe, expect, test } from '@jest/globals';
import { fillQuery, readDashboards } from '../../kit/dashboards.ts';

describe.each(readDashboards().map((dashboard) => [dashboard.title, dashboard] as const))(
  '%s',
  (_title, dashboard) => {
    test('has panels with numbers of their own that do not overlap', () => {
      const { panels } = dashboard;
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
    });

    test('leaves no variable without a value', () => {
      for (const { targets } of dashboard.panels)
        for (const { expr } of targets) expect(fillQuery(expr, dashboard)).not.toContain('$');
    });
  },
);

test('dashboards have addresses of their own', () => {
  const addresses = readDashboards().map(({ uid }) => uid);
  expect(addresses.length).toBeGreaterThan(1);
  expect(new Set(addresses).size).toBe(addresses.length);
});
