import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type Database, unwrap } from '../api/client.ts';
import { shellQuoted } from '../format/shell.ts';
import { CliLine } from './cli-line.tsx';
import { useNotice } from './notices.tsx';
import { ProblemBox } from './quiet-states.tsx';

type Kind = Database['kind'];
type TlsMode = Database['tls_mode'];

export const kindNames: Readonly<Record<Kind, string>> = {
  postgresql: 'PostgreSQL',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
  oracle: 'Oracle',
};
const defaultPorts: Readonly<Record<Kind, number>> = {
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  oracle: 1521,
};
const tlsModes: readonly TlsMode[] = ['require', 'verify-full', 'verify-ca', 'disable'];

interface Draft {
  readonly name: string;
  readonly kind: Kind;
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tlsMode: TlsMode;
  readonly caPem: string;
}

const emptyDraft: Draft = {
  name: '',
  kind: 'postgresql',
  host: '',
  port: String(defaultPorts.postgresql),
  database: '',
  username: '',
  password: '',
  tlsMode: 'require',
  caPem: '',
};

/** Registers a database as a source or target. */
export const DatabaseForm = ({
  clientId,
  onDone,
  onCancel,
}: {
  readonly clientId: number;
  readonly onDone: (database: Database) => void;
  readonly onCancel: () => void;
}) => {
  const queries = useQueryClient();
  const say = useNotice();
  const [draft, setDraft] = useState(emptyDraft);
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const register = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/v1/databases', {
          params: { query: { client_id: String(clientId) } },
          body: {
            name: draft.name,
            kind: draft.kind,
            host: draft.host,
            port: Number(draft.port),
            database: draft.database,
            username: draft.username,
            password: draft.password,
            tls_mode: draft.tlsMode,
            ...(draft.caPem === '' ? {} : { ca_pem: draft.caPem }),
          },
        }),
      ),
    onSuccess: async (database) => {
      say(`${database.name} is registered.`);
      await queries.invalidateQueries({ queryKey: ['databases', clientId] });
      onDone(database);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    register.mutate();
  };
  const textField = (
    label: string,
    key: 'name' | 'host' | 'port' | 'database' | 'username',
    type: 'text' | 'number' = 'text',
  ) => (
    <label className="field">
      <span>{label}</span>
      <input
        type={type}
        required
        autoComplete="off"
        spellCheck={false}
        value={draft[key]}
        onChange={(event) => set({ [key]: event.target.value })}
      />
    </label>
  );
  const line = [
    `millrace databases add ${shellQuoted(draft.name || 'NAME')} --kind ${draft.kind}`,
    `--host ${shellQuoted(draft.host || 'HOST')} --port ${draft.port}`,
    `--database ${shellQuoted(draft.database || 'DATABASE')} --username ${shellQuoted(draft.username || 'USER')}`,
  ].join(' ');
  return (
    <form className="stack" onSubmit={submit}>
      <div className="fields">
        {textField('Name', 'name')}
        <label className="field">
          <span>Kind</span>
          <select
            value={draft.kind}
            onChange={(event) => {
              const kind = event.target.value as Kind;
              set({ kind, port: String(defaultPorts[kind]) });
            }}
          >
            {Object.entries(kindNames).map(([kind, name]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {textField('Host', 'host')}
        {textField('Port', 'port', 'number')}
        {textField('Database', 'database')}
        {textField('User', 'username')}
        <label className="field">
          <span>Password</span>
          <input
            type="password"
            required
            autoComplete="off"
            value={draft.password}
            onChange={(event) => set({ password: event.target.value })}
          />
        </label>
        <label className="field">
          <span>TLS</span>
          <select value={draft.tlsMode} onChange={(event) => set({ tlsMode: event.target.value as TlsMode })}>
            {tlsModes.map((mode) => (
              <option key={mode} value={mode}>
                {mode}
              </option>
            ))}
          </select>
        </label>
      </div>
      {(draft.tlsMode === 'verify-ca' || draft.tlsMode === 'verify-full') && (
        <label className="field">
          <span>Certificates (PEM); the system roots when it is empty</span>
          <textarea rows={4} value={draft.caPem} onChange={(event) => set({ caPem: event.target.value })} />
        </label>
      )}
      <p className="faint">The password is kept in Secrets Manager. No answer and no log ever shows it.</p>
      <CliLine line={line} />
      <ProblemBox error={register.error} />
      <div className="buttons">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={register.isPending}>
          {register.isPending ? 'Registering…' : 'Register'}
        </button>
      </div>
    </form>
  );
};
