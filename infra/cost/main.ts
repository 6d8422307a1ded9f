import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { placementSchema } from '#core/contracts/replication.ts';
import { loadEnvironment } from '../config/environments.ts';
import { type Cost, costOf } from './cost-model.ts';
import prices from './prices.json' with { type: 'json' };

const usage =
  'Usage: npm run cost -- --replications N [--events-per-second E] [--tables T] [--placement own|pooled] [--env prod] [--json FILE]';

const readNumber = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least)
    throw new Error(`--${name} ${text} is no number from ${least} upwards.`);
  return value;
};

const usd = (value: number): string =>
  value.toLocaleString('en-US', {
    style: 'currency',
    currency: 'USD',
    maximumFractionDigits: value < 100 ? 2 : 0,
  });

export const describeCost = ({ lines, monthlyUsd, perReplicationUsd, dms, limits }: Cost): string =>
  [
    ...lines.map(({ what, how, usd: amount }) => `${usd(amount).padStart(10)}  ${what}: ${how}`),
    `${usd(monthlyUsd).padStart(10)}  a month`,
    `${usd(perReplicationUsd).padStart(10)}  for each replication`,
    `${usd(dms.perReplicationUsd).padStart(10)}  for each replication with AWS DMS: ${dms.class}, ${dms.how}`,
    ...limits.map((limit) => `            ${limit}`),
    `Prices of ${prices.date}, ${prices.region} (infra/cost/prices.json). ${prices.note}`,
    '',
  ].join('\n');

const main = (): void => {
  const { values } = parseArgs({
    options: {
      replications: { type: 'string' },
      'events-per-second': { type: 'string', default: '10' },
      tables: { type: 'string', default: '20' },
      placement: { type: 'string', default: 'own' },
      env: { type: 'string', default: 'prod' },
      json: { type: 'string' },
    },
  });
  if (values.replications === undefined) throw new Error(usage);
  const cost = costOf(
    loadEnvironment((name) => (name === 'env' ? values.env : undefined)),
    {
      replications: readNumber('replications', values.replications, 1),
      eventsPerSecond: readNumber('events-per-second', values['events-per-second'], 0),
      tablesPerReplication: readNumber('tables', values.tables, 1),
      placement: placementSchema.parse(values.placement),
    },
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(cost, undefined, 2)}\n`);
  process.stdout.write(describeCost(cost));
};

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
