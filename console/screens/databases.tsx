import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type Database, type DatabaseTest, unwrap } from '../api/client.ts';
import { databasesQuery, replicationsQuery } from '../data/queries.ts';
import { useMayOperate } from '../data/session.tsx';
import { formatDuration } from '../format/figures.ts';
import { shellQuoted } from '../format/shell.ts';
import { CliLine } from '../parts/cli-line.tsx';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { DatabaseForm, kindNames } from '../parts/database-form.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Freshness } from '../parts/freshness.tsx';
import { Modal } from '../parts/modal.tsx';
import { NotThere, ProblemBox, ProblemList, QuietState, Skeleton } from '../parts/quiet-states.tsx';
import { Badge } from '../parts/state-badge.tsx';

type Open =
  | { readonly dialog: 'register' }
  | { readonly dialog: 'test' | 'password' | 'delete'; readonly database: Database };

export const DatabasesScreen = ({ clientId }: { readonly clientId: number }) => {
  const databases = useQuery(databasesQuery(clientId));
  const replications = useQuery(replicationsQuery(clientId));
  const mayOperate = useMayOperate();
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const usersOf = (id: number) =>
    (replications.data ?? []).filter((it) => [it.source_database_id, it.target_database_id].includes(id));
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>Databases</h1>
          <Freshness query={databases} />
        </div>
        {mayOperate && (
          <button type="button" className="primary" onClick={() => setOpen({ dialog: 'register' })}>
            Register a database
          </button>
        )}
      </header>
      <section className="panel">
        {databases.data === undefined ? (
          <NotThere query={databases} />
        ) : databases.data.length === 0 ? (
          <QuietState title="No databases yet">
            <p>Register the database that changes come from, and the one that they go to.</p>
            {mayOperate && (
              <button type="button" className="primary" onClick={() => setOpen({ dialog: 'register' })}>
                Register a database
              </button>
            )}
          </QuietState>
        ) : (
          <div className="wide" tabIndex={0}>
            <table className="plain-table">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Kind</th>
                  <th>Address</th>
                  <th>User</th>
                  <th>TLS</th>
                  <th>Used by</th>
                  {mayOperate && <th className="end">Actions</th>}
                </tr>
              </thead>
              <tbody>
                {databases.data.map((database) => (
                  <tr key={database.database_id}>
                    <td>
                      <b>{database.name}</b>
                    </td>
                    <td>{kindNames[database.kind]}</td>
                    <td className="mono">
                      {database.host}:{database.port}/{database.database}
                    </td>
                    <td className="mono">{database.username}</td>
                    <td>{database.tls_mode}</td>
                    <td>
                      {usersOf(database.database_id).map((user) => (
                        <div key={user.replication_id}>
                          <Link href={`/clients/${clientId}/replications/${user.replication_id}`}>
                            {user.name}
                          </Link>
                        </div>
                      ))}
                      {usersOf(database.database_id).length === 0 && <span className="faint">nothing</span>}
                    </td>
                    {mayOperate && (
                      <td className="end nowrap">
                        <button
                          type="button"
                          className="small"
                          onClick={() => setOpen({ dialog: 'test', database })}
                        >
                          Test
                        </button>{' '}
                        <button
                          type="button"
                          className="small"
                          onClick={() => setOpen({ dialog: 'password', database })}
                        >
                          New password
                        </button>{' '}
                        <button
                          type="button"
                          className="small quiet"
                          disabled={usersOf(database.database_id).length > 0}
                          title={usersOf(database.database_id).length > 0 ? 'A replication uses it.' : ''}
                          onClick={() => setOpen({ dialog: 'delete', database })}
                        >
                          Forget
                        </button>
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {open?.dialog === 'register' && (
        <Modal title="Register a database" onClose={close}>
          <DatabaseForm
            clientId={clientId}
            onCancel={close}
            onDone={(database) => setOpen({ dialog: 'test', database })}
          />
        </Modal>
      )}
      {open?.dialog === 'test' && <TestDialog clientId={clientId} database={open.database} onClose={close} />}
      {open?.dialog === 'password' && (
        <PasswordDialog clientId={clientId} database={open.database} onClose={close} />
      )}
      {open?.dialog === 'delete' && (
        <ForgetDialog clientId={clientId} database={open.database} onClose={close} />
      )}
    </div>
  );
};

interface DialogProps {
  readonly clientId: number;
  readonly database: Database;
  readonly onClose: () => void;
}

const TestDialog = ({ clientId, database, onClose }: DialogProps) => {
  const test = useQuery({
    queryKey: ['test', clientId, database.database_id],
    queryFn: () =>
      unwrap(
        api.POST('/v1/databases/{database_id}/test', {
          params: {
            path: { database_id: String(database.database_id) },
            query: { client_id: String(clientId) },
          },
        }),
      ),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Modal title={`Test: ${database.name}`} onClose={onClose}>
      {test.isFetching ? (
        <Skeleton lines={4} />
      ) : test.data === undefined ? (
        <ProblemBox error={test.error} />
      ) : (
        <TestResult test={test.data} />
      )}
      <CliLine line={`millrace databases test ${shellQuoted(database.name)}`} />
      <div className="buttons">
        <button type="button" disabled={test.isFetching} onClick={() => void test.refetch()}>
          Test again
        </button>
        <button type="button" className="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Modal>
  );
};

const TestResult = ({ test }: { readonly test: DatabaseTest }) => (
  <div className="stack">
    <dl className="facts">
      <dt>Server</dt>
      <dd>{test.server_version}</dd>
      <dt>Connecting</dt>
      <dd>{formatDuration(test.connect_ms)}</dd>
      <dt>Round trip</dt>
      <dd>{formatDuration(test.latency_ms)}</dd>
    </dl>
    {(
      [
        ['As a source', test.as_source],
        ['As a target', test.as_target],
      ] as const
    ).map(([label, { ready, problems }]) => (
      <div className="stack" key={label}>
        <div className="row">
          <h3>{label}</h3>
          {ready ? <Badge tone="good">Ready</Badge> : <Badge tone="warn">Not ready</Badge>}
        </div>
        <ProblemList problems={problems} />
      </div>
    ))}
  </div>
);

const PasswordDialog = ({ clientId, database, onClose }: DialogProps) => {
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH('/v1/databases/{database_id}', {
          params: {
            path: { database_id: String(database.database_id) },
            query: { client_id: String(clientId) },
          },
          body: { password },
        }),
      ),
    onSuccess: () => {
      setPassword('');
      return queries.invalidateQueries();
    },
  });
  return (
    <FormDialog
      title={`New password: ${database.name}`}
      intro={
        <p>
          Change it in the database first. Millrace then logs in with it, keeps it, and gives it to the
          replications that run.
        </p>
      }
      line={`millrace databases update ${shellQuoted(database.name)} --password`}
      error={change.error}
      label="Check and keep it"
      busyLabel="Logging in…"
      endLabel={change.data === undefined ? 'Cancel' : 'Close'}
      isBusy={change.isPending}
      isReady={password !== ''}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <label className="field">
        <span>Password of {database.username}</span>
        <input
          type="password"
          required
          autoComplete="off"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {change.data !== undefined && (
        <ul className="stack" aria-live="polite">
          <li>
            <b>{database.name} has the new password.</b>
          </li>
          {change.data.replications.map(({ replication_id: id, effect, message }) => (
            <li key={id}>
              Replication {id}: {effect}. {message}
            </li>
          ))}
        </ul>
      )}
    </FormDialog>
  );
};

const ForgetDialog = ({ clientId, database, onClose }: DialogProps) => (
  <ConfirmDialog
    title={`Forget ${database.name}`}
    label="Forget it"
    isDestructive
    nameToType={database.name}
    line={`millrace databases rm ${shellQuoted(database.name)}`}
    run={() =>
      unwrap(
        api.DELETE('/v1/databases/{database_id}', {
          params: {
            path: { database_id: String(database.database_id) },
            query: { client_id: String(clientId) },
          },
        }),
      )
    }
    done={`${database.name} is forgotten.`}
    onClose={onClose}
  >
    <p>Its address and its secret are removed from Millrace. Nothing is changed in the database itself.</p>
  </ConfirmDialog>
);
