import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Why } from '../api/client.ts';
import { statusQuery, whyQuery } from './queries.ts';

/**
 * Why a replication is as it is. The status and its reason are asked for separately, so for some seconds one may be of before a fault
 * and the other of after it. No screen may say `Healthy` above a fault: the older answer is then asked for again at once.
 */
export const useWhy = (clientId: number, id: number): UseQueryResult<Why> => {
  const status = useQuery(statusQuery(clientId, id));
  const why = useQuery(whyQuery(clientId, id));
  const [said, reasoned] = [status.data?.overall, why.data?.overall];
  const differ = said !== undefined && reasoned !== undefined && said !== reasoned;
  const { refetch } = status.dataUpdatedAt < why.dataUpdatedAt ? status : why;
  useEffect(() => {
    if (differ) void refetch();
  }, [differ, refetch]);
  return why;
};
