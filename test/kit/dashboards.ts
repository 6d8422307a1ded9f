import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '..', '..', 'monitoring', 'grafana', 'dashboards');

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly allValue?: string;
  readonly query: string | { readonly query: string };
}
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly refId: string }[];
  }[];
}

export const readDashboards = (): readonly Dashboard[] =>
  readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard);

/** A query as Grafana sends it when every variable is at "All" and the panel shows a few minutes. */
export const fillQuery = (query: string, { templating }: Dashboard, rateInterval = '1m'): string =>
  templating.list
    .filter(({ type }) => type === 'query')
    .reduce(
      (text, { name, allValue = '' }) => text.replaceAll(`$${name}`, allValue),
      query.replaceAll('$__rate_interval', rateInterval),
    );
