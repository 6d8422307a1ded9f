import { createContext, useContext } from 'react';
import type { Me } from '../api/client.ts';

export interface Session {
  readonly me: Me;
  readonly signOut: () => Promise<void>;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('There is no session above this component.');
  return session;
};

/** Whether the token may change, start and stop things. */
export const useMayOperate = (): boolean => useSession().me.role !== 'viewer';
