import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Status, Why } from '../api/client.ts';
import { statusQuery, whyQuery } from './queries.ts';

/**
 * The status and its reason, asked for separately, so for some seconds one may be of before a fault and the other of after it. No screen
 * may say `Healthy` above a fault: the older answer is then asked for again at once.
 */
export const useOneVerdict = (
  clientId: number,
  id: number,
): { readonly status: UseQueryResult<Status>; readonly why: UseQueryResult<Why> } => {
  const queries = useQueryClient();
  const status = useQuery(statusQuery(clientId, id));
  const why = useQuery(whyQuery(clientId, id));
  const [said, reasoned] = [status.data?.overall, why.data?.overall];
  const differ = said !== undefined && reasoned !== undefined && said !== reasoned;
  const older = status.dataUpdatedAt < why.dataUpdatedAt ? statusQuery : whyQuery;
  const { queryKey } = older(clientId, id);
  const toRefresh = differ ? queryKey[0] : undefined;
  useEffect(() => {
    if (toRefresh !== undefined) void queries.refetchQueries({ queryKey: [toRefresh, clientId, id] });
  }, [queries, toRefresh, clientId, id]);
  return { status, why };
};
