import { useState } from 'react';
import { api, unwrap } from '../api/client.ts';
import { shellQuoted } from '../format/shell.ts';
import { ConfirmDialog, ReasonField } from './confirm-dialog.tsx';

export const actionNames = ['start', 'stop', 'pause', 'resume', 'restart', 'resync', 'delete'] as const;
export type ActionName = (typeof actionNames)[number];

export interface ActionTarget {
  readonly clientId: number;
  readonly id: number;
  readonly name: string;
}

interface ActionWords {
  readonly label: string;
  readonly title: string;
  readonly does: string;
  readonly taken: string;
  readonly isDestructive?: boolean;
}

export const actionWords: Readonly<Record<ActionName, ActionWords>> = {
  start: {
    label: 'Start',
    title: 'Start',
    does: 'It checks everything, begins to capture, copies what is not copied yet, and applies every change.',
    taken: 'is starting',
  },
  stop: {
    label: 'Stop',
    title: 'Stop',
    does: 'The consumer commits what it has in hand and ends, and the connector is paused. The source keeps its log meanwhile. A start goes on from there.',
    taken: 'is stopping',
  },
  pause: {
    label: 'Pause',
    title: 'Pause',
    does: 'Nothing is written to the target. Capture goes on, and changes wait in Kafka.',
    taken: 'is pausing',
  },
  resume: {
    label: 'Resume',
    title: 'Resume',
    does: 'It applies what was captured meanwhile. Nothing is copied again.',
    taken: 'is resuming',
  },
  restart: {
    label: 'Restart',
    title: 'Restart',
    does: 'Consumer, connector and its tasks start again. Nothing is copied again.',
    taken: 'is restarting',
  },
  resync: {
    label: 'Copy again',
    title: 'Copy everything again',
    does: 'The target tables are truncated and all rows are copied again. Readers of the target see them empty meanwhile.',
    taken: 'is copying everything again',
    isDestructive: true,
  },
  delete: {
    label: 'Delete',
    title: 'Delete',
    does: 'Removes consumer, connector, replication slot and publication, topics and checkpoints. It cannot be undone.',
    taken: 'is being deleted',
    isDestructive: true,
  },
};

/** Which actions make sense in a status; the API decides in the end. */
export const actionsFor = (status: string): readonly ActionName[] => {
  switch (status) {
    case 'configured':
      return ['start', 'delete'];
    case 'active':
      return ['pause', 'stop', 'restart', 'resync', 'delete'];
    case 'paused':
    case 'pausing':
      return ['resume', 'stop', 'delete'];
    case 'stopped':
    case 'stopping':
      return ['start', 'resync', 'delete'];
    case 'starting':
      return ['stop', 'delete'];
    case 'error':
      return ['start', 'restart', 'stop', 'resync', 'delete'];
    case 'needs-resync':
      return ['resync', 'stop', 'delete'];
    case 'deleting':
      return ['delete'];
    default:
      return [];
  }
};

interface ActionOptions {
  readonly reason: string;
  readonly dropTargetTables: boolean;
  readonly force: boolean;
}

const noOptions: ActionOptions = { reason: '', dropTargetTables: false, force: false };

/** Calls the API. Throws `ApiProblem`. */
export const runAction = async (
  action: ActionName,
  { clientId, id }: Pick<ActionTarget, 'clientId' | 'id'>,
  { reason, dropTargetTables, force }: ActionOptions = noOptions,
): Promise<void> => {
  const params = { path: { replication_id: String(id) }, query: { client_id: String(clientId) } };
  const body = reason === '' ? {} : { reason };
  switch (action) {
    case 'start':
      await unwrap(api.POST('/v1/replications/{replication_id}/start', { params, body }));
      return;
    case 'resync':
      await unwrap(
        api.POST('/v1/replications/{replication_id}/start', {
          params,
          body: { ...body, force_resync: true },
        }),
      );
      return;
    case 'stop':
      await unwrap(api.POST('/v1/replications/{replication_id}/stop', { params, body }));
      return;
    case 'pause':
      await unwrap(api.POST('/v1/replications/{replication_id}/pause', { params, body }));
      return;
    case 'resume':
      await unwrap(api.POST('/v1/replications/{replication_id}/resume', { params, body }));
      return;
    case 'restart':
      await unwrap(api.POST('/v1/replications/{replication_id}/restart', { params, body }));
      return;
    case 'delete':
      await unwrap(
        api.DELETE('/v1/replications/{replication_id}', {
          params: {
            path: params.path,
            query: {
              ...params.query,
              drop_target_tables: dropTargetTables ? 'true' : 'false',
              force: force ? 'true' : 'false',
            },
          },
        }),
      );
      return;
  }
};

const cliLineOf = (action: ActionName, { id }: Pick<ActionTarget, 'id'>, options: ActionOptions): string =>
  [
    `millrace ${action} ${id}`,
    ...(action === 'delete' || action === 'resync' || options.reason === ''
      ? []
      : [`--reason ${shellQuoted(options.reason)}`]),
    ...(action === 'delete' && options.dropTargetTables ? ['--drop-target-tables'] : []),
    ...(action === 'delete' && options.force ? ['--force'] : []),
  ].join(' ');

/** The line for several, one after the other. */
export const bulkLineOf = (action: ActionName, ids: readonly number[]): string => {
  const [id, ...others] = ids;
  return id === undefined || others.length === 0
    ? cliLineOf(action, { id: id ?? 0 }, noOptions)
    : `for id in ${ids.join(' ')}; do millrace ${action} "$id"; done`;
};

/** Asks before an action, says what it does and what remains, and shows the line for the shell. */
export const ActionDialog = ({
  action,
  target,
  onClose,
}: {
  readonly action: ActionName;
  readonly target: ActionTarget;
  readonly onClose: () => void;
}) => {
  const words = actionWords[action];
  const [options, setOptions] = useState<ActionOptions>(noOptions);
  const isDestructive = words.isDestructive === true;
  return (
    <ConfirmDialog
      title={`${words.title}: ${target.name}`}
      label={words.label}
      isDestructive={isDestructive}
      {...(isDestructive && { nameToType: target.name })}
      line={cliLineOf(action, target, options)}
      run={() => runAction(action, target, options)}
      done={`${target.name} ${words.taken}.`}
      onClose={onClose}
    >
      <p>{words.does}</p>
      {action === 'delete' ? (
        <>
          <p className="soft">
            What remains: the rows in the target tables, unless you have the tables dropped, and the activity
            of the last 90 days. The source tables are not touched.
          </p>
          <label className="row">
            <input
              type="checkbox"
              checked={options.dropTargetTables}
              onChange={(event) => setOptions({ ...options, dropTargetTables: event.target.checked })}
            />
            Also drop the target tables that Millrace has created
          </label>
          <label className="row">
            <input
              type="checkbox"
              checked={options.force}
              onChange={(event) => setOptions({ ...options, force: event.target.checked })}
            />
            Force: leave what source or target do not let be removed, and list it
          </label>
        </>
      ) : (
        <ReasonField value={options.reason} onChange={(reason) => setOptions({ ...options, reason })} />
      )}
    </ConfirmDialog>
  );
};
