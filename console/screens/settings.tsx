import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Me, type Token, unwrap } from '../api/client.ts';
import { clientsQuery, tokensQuery, versionsQuery } from '../data/queries.ts';
import { useSession } from '../data/session.tsx';
import { shellQuoted } from '../format/shell.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Facts } from '../parts/facts.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Freshness } from '../parts/freshness.tsx';
import { Loaded } from '../parts/listed.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { NameField } from '../parts/name-field.tsx';
import { NotThere, QuietState } from '../parts/quiet-states.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';

type Role = Me['role'];

const roleMeanings: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  operator: 'also changes, starts and stops',
  admin: 'also clients and tokens',
};

/** Whose session this is, and the tokens that it may see. */
export const SettingsScreen = ({ clientId }: { readonly clientId: number | undefined }) => {
  const { me } = useSession();
  const isAdmin = me.role === 'admin';
  const tokens = useQuery({ ...tokensQuery, enabled: isAdmin });
  const clients = useQuery(clientsQuery);
  const versions = useQuery(versionsQuery);
  const [creates, setCreates] = useState(false);
  const [revoked, setRevoked] = useState<Token>();
  const [newClient, setNewClient] = useState(false);
  const clientName = (id: number | null): string =>
    id === null ? 'all clients' : (clients.data?.find((it) => it.client_id === id)?.name ?? `client ${id}`);
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>Settings</h1>
          {isAdmin && <Freshness query={tokens} />}
        </div>
        {isAdmin && (
          <div className="row">
            {me.client_id === null && (
              <button type="button" onClick={() => setNewClient(true)}>
                New client
              </button>
            )}
            <button type="button" className="primary" onClick={() => setCreates(true)}>
              New token
            </button>
          </div>
        )}
      </header>
      <section className="panel">
        <header>
          <h2>This session</h2>
        </header>
        <dl className="body facts">
          <dt>Token</dt>
          <dd>{me.name}</dd>
          <dt>Role</dt>
          <dd>
            {me.role}: {roleMeanings[me.role]}
          </dd>
          <dt>For</dt>
          <dd>{clientName(me.client_id)}</dd>
        </dl>
      </section>
      <section className="panel" aria-label="Versions">
        <header>
          <h2>Versions</h2>
        </header>
        <Loaded query={versions}>
          {({ version, api_version: apiVersion, worker_image: image }) => (
            <div className="body">
              <Facts
                facts={{
                  Millrace: version,
                  API: apiVersion,
                  'Image of consumers and copy workers': <code>{image}</code>,
                }}
              />
            </div>
          )}
        </Loaded>
      </section>
      <section className="panel">
        <header>
          <h2>Tokens</h2>
        </header>
        {!isAdmin ? (
          <QuietState title="No permission">
            <p>Tokens are listed, created and revoked with a token of role admin.</p>
          </QuietState>
        ) : tokens.data === undefined ? (
          <NotThere query={tokens} />
        ) : tokens.data.length === 0 ? (
          <QuietState title="No tokens yet">
            <p>
              Give every person and every program a token of its own: it can be revoked alone, and the
              activity names it.
            </p>
          </QuietState>
        ) : (
          <div className="wide" tabIndex={0}>
            <table className="plain-table">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Role</th>
                  <th>For</th>
                  <th>Created</th>
                  <th>Ends</th>
                  <th>Last used</th>
                  <th className="end">Actions</th>
                </tr>
              </thead>
              <tbody>
                {tokens.data.map((token) => (
                  <tr key={token.token_id}>
                    <td>
                      <b>{token.name}</b>
                    </td>
                    <td>{token.role}</td>
                    <td>{clientName(token.client_id)}</td>
                    <td>
                      <Moment at={token.created_at} /> <span className="faint">by {token.created_by}</span>
                    </td>
                    <td>{token.expires_at === null ? 'never' : <Moment at={token.expires_at} />}</td>
                    <td>{token.last_used_at === null ? 'never' : <Ago at={token.last_used_at} />}</td>
                    <td className="end">
                      <button type="button" className="small" onClick={() => setRevoked(token)}>
                        Revoke
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {creates && <NewTokenDialog clientId={me.client_id ?? clientId} onClose={() => setCreates(false)} />}
      {revoked !== undefined && <RevokeDialog token={revoked} onClose={() => setRevoked(undefined)} />}
      {newClient && <NewClientDialog onClose={() => setNewClient(false)} />}
    </div>
  );
};

const NewTokenDialog = ({
  clientId,
  onClose,
}: {
  readonly clientId: number | undefined;
  readonly onClose: () => void;
}) => {
  const queries = useQueryClient();
  const { me } = useSession();
  const clients = useQuery(clientsQuery);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [owner, setOwner] = useState(clientId === undefined ? 'all' : String(clientId));
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/v1/tokens', { body: { name, role, client_id: owner === 'all' ? null : Number(owner) } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  if (create.data !== undefined)
    return (
      <ShownOnce
        title={`The token ${create.data.name}`}
        explanation="It is shown this once. Only its hash is kept."
        secret={create.data.token}
        onClose={onClose}
      />
    );
  return (
    <FormDialog
      title="New token"
      line={[
        `millrace tokens create ${shellQuoted(name || 'NAME')} --role ${role}`,
        ...(owner === 'all' ? ['--all-clients'] : owner === String(me.client_id) ? [] : [`--of ${owner}`]),
      ].join(' ')}
      error={create.error}
      label="Create"
      isBusy={create.isPending}
      isReady={name.trim() !== ''}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <NameField label="Name: who or what uses it" value={name} onChange={setName} />
      <label className="field">
        <span>Role</span>
        <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {Object.entries(roleMeanings).map(([key, meaning]) => (
            <option key={key} value={key}>
              {key}: {meaning}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>For</span>
        <select value={owner} onChange={(event) => setOwner(event.target.value)}>
          {me.client_id === null && <option value="all">All clients</option>}
          {(clients.data ?? []).map((client) => (
            <option key={client.client_id} value={client.client_id}>
              {client.name}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  );
};

const RevokeDialog = ({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) => (
  <ConfirmDialog
    title={`Revoke the token ${token.name}`}
    label="Revoke it"
    isDestructive
    nameToType={token.name}
    line={`millrace tokens revoke ${token.token_id}`}
    run={() =>
      unwrap(api.DELETE('/v1/tokens/{token_id}', { params: { path: { token_id: String(token.token_id) } } }))
    }
    done={`${token.name} is revoked. It is refused within a minute.`}
    onClose={onClose}
  >
    <p>Everyone who uses it is refused after one minute at the latest, also in sessions of this console.</p>
  </ConfirmDialog>
);

const NewClientDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [name, setName] = useState('');
  return (
    <ConfirmDialog
      title="New client"
      intro={<p>A client owns databases and replications. A token of one client sees nothing of another.</p>}
      label="Create"
      isReady={name.trim() !== ''}
      line={`millrace clients add ${shellQuoted(name || 'NAME')}`}
      run={() => unwrap(api.POST('/v1/clients', { body: { name } }))}
      done={`Client ${name} is created.`}
      onClose={onClose}
    >
      <NameField value={name} onChange={setName} />
    </ConfirmDialog>
  );
};
