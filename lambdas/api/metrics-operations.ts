import { formatMetrics, metricsTextType } from '#adapters/observability/metrics-text.ts';
import { announcementStaleAfterMs } from '#core/contracts/metrics-target.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { Principal } from '#core/contracts/token.ts';
import { replicationMetrics } from '#core/status/replication-metrics.ts';
import { mayAct } from './authorize-request.ts';
import { metricsTargetsAnswerSchema, metricsTextSchema } from './metrics-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import type { ApiPorts } from './ports.ts';

/** Both are for a Prometheus, which sends a token and no query. */
export const metricsOperations: readonly Operation[] = [
  defineOperation({
    id: 'readMetrics',
    method: 'GET',
    path: '/metrics',
    summary: 'What the health checks measure of all replications that the token may see, for a Prometheus.',
    status: 200,
    answer: metricsTextSchema,
    textType: metricsTextType,
    run: async ({ principal }, { store, clock }) => {
      const replications = await listVisible(principal, store);
      const ids = replications.map(({ replicationId }) => replicationId);
      const [records, heals] = await Promise.all([store.listHealthRecords(ids), store.listHealCounts(ids)]);
      const measured = replications.map((replication) => ({
        replication,
        record: records.get(replication.replicationId),
        heals: heals.get(replication.replicationId) ?? {},
      }));
      return formatMetrics(replicationMetrics(measured, clock.now()));
    },
  }),

  defineOperation({
    id: 'listMetricsTargets',
    method: 'GET',
    path: '/metrics/targets',
    summary: 'Where the consumers and copy workers show their own metrics, for a Prometheus to find them.',
    status: 200,
    answer: metricsTargetsAnswerSchema,
    run: async ({ principal }, { store, clock }) => {
      const oldest = clock.now().getTime() - announcementStaleAfterMs;
      const targets = (await store.listMetricsTargets()).filter(
        ({ clientId, announcedAt }) => mayAct(principal, clientId) && Date.parse(announcedAt) >= oldest,
      );
      return targets.map(({ address, role, path }) => ({
        targets: [address],
        labels: { role, ...(path !== undefined && { __metrics_path__: path }) },
      }));
    },
  }),
];

const listVisible = (
  { clientId }: Principal,
  store: Pick<ApiPorts['store'], 'listReplications' | 'listAllReplications'>,
): Promise<readonly Replication[]> =>
  clientId === undefined ? store.listAllReplications() : store.listReplications(clientId);
