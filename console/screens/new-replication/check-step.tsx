import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, type Replication, unwrap } from '../../api/client.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { ProblemBox, ProblemList, Skeleton } from '../../parts/quiet-states.tsx';
import { Badge } from '../../parts/state-badge.tsx';

/** Every check of a start on the replication that was created, and the start. */
export const CheckStep = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const [, go] = useLocation();
  const queries = useQueryClient();
  const params = {
    path: { replication_id: String(replication.replication_id) },
    query: { client_id: String(clientId) },
  };
  const checks = useQuery({
    queryKey: ['validation', clientId, replication.replication_id],
    queryFn: () => unwrap(api.POST('/v1/replications/{replication_id}/validate', { params, body: {} })),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  const place = `/clients/${clientId}/replications/${replication.replication_id}`;
  const start = useMutation({
    mutationFn: () => unwrap(api.POST('/v1/replications/{replication_id}/start', { params, body: {} })),
    onSuccess: async () => {
      go(`${place}/copy`);
      await queries.invalidateQueries();
    },
  });
  return (
    <section className="panel">
      <header>
        <h2>{replication.name}: every check of a start</h2>
        {checks.data !== undefined && !checks.isFetching && (
          <Badge tone={checks.data.ready ? 'good' : 'bad'}>
            {checks.data.ready ? 'Ready to start' : `${checks.data.problems.length} problems`}
          </Badge>
        )}
      </header>
      <div className="body stack">
        {checks.isFetching ? (
          <Skeleton lines={4} />
        ) : checks.data === undefined ? (
          <ProblemBox error={checks.error} />
        ) : (
          <>
            <ProblemList problems={checks.data.problems} />
            {checks.data.warnings.length > 0 && <h3>Warnings: they keep no start from succeeding</h3>}
            <ProblemList problems={checks.data.warnings} />
            {checks.data.problems.length + checks.data.warnings.length === 0 && (
              <p>
                Connections, grants, log settings, tables, keys, types, target, Kafka and Connect are as they
                should be.
              </p>
            )}
          </>
        )}
        <CliLine line={`millrace check ${replication.replication_id} --fix-sql`} />
        <ProblemBox error={start.error} />
        <div className="row">
          <button
            type="button"
            className="primary"
            disabled={checks.data?.ready !== true || checks.isFetching || start.isPending}
            onClick={() => start.mutate()}
          >
            {start.isPending ? 'Starting…' : 'Start it'}
          </button>
          <button type="button" disabled={checks.isFetching} onClick={() => void checks.refetch()}>
            Check again
          </button>
          <button type="button" className="quiet" onClick={() => go(place)}>
            Not now: show it
          </button>
        </div>
      </div>
    </section>
  );
};
