import { useSession } from '../../data/session.tsx';

export const ownerName = ({ client_id: owner }: { readonly client_id: number | null }): string =>
  owner === null ? 'all clients' : 'this client';

/** Whether something is of one client or of all; a token of one client has no choice. */
export const OwnerField = ({
  isForAll,
  onChange,
}: {
  readonly isForAll: boolean;
  readonly onChange: (isForAll: boolean) => void;
}) => {
  const { me } = useSession();
  return me.client_id !== null ? null : (
    <label className="field">
      <span>For</span>
      <select value={isForAll ? 'all' : 'one'} onChange={(event) => onChange(event.target.value === 'all')}>
        <option value="one">This client</option>
        <option value="all">All clients</option>
      </select>
    </label>
  );
};
