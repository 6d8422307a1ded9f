import { useState } from 'react';
import type { Replication, SchemaPolicy } from '../../api/client.ts';
import { presetMeanings } from '../../data/schema-changes.ts';
import {
  actionsOf,
  type ChangeAction,
  type ChangeKind,
  changeKinds,
  nameOf,
  type OwnPolicy,
  ownPolicyOf,
  type Preset,
  policyLine,
  setSchemaPolicy,
} from '../../data/schema-policy.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';

const actionMeanings: Readonly<Record<ChangeAction, string>> = {
  auto: 'auto: done at the target',
  ask: 'ask: the table waits for a person',
  ignore: 'ignore: the target stays as it is',
  stop: 'stop: the replication stops before it',
};

/** What is done when a table is changed at the source: for all tables or for one, by a preset and for single kinds of change. */
export const PolicyDialog = ({
  clientId,
  replication,
  policy,
  etag,
  onClose,
}: {
  readonly clientId: number;
  readonly replication: Replication;
  readonly policy: SchemaPolicy;
  readonly etag: string | null;
  readonly onClose: () => void;
}) => {
  const { replication_id: id, tables } = replication;
  const [table, setTable] = useState<string>();
  const before = ownPolicyOf(policy, table);
  const [own, setOwn] = useState<OwnPolicy>(before);
  const source = tables.map((one) => one.source).find((one) => nameOf(one) === table);
  const chooseTable = (name: string): void => {
    const chosen = name === '' ? undefined : name;
    setTable(chosen);
    setOwn(ownPolicyOf(policy, chosen));
  };
  const setKind = (kind: ChangeKind, action: string): void => {
    const { [kind]: _before, ...others } = own.kinds;
    setOwn({ ...own, kinds: action === '' ? others : { ...others, [kind]: action as ChangeAction } });
  };
  const isSame = JSON.stringify(sorted(before)) === JSON.stringify(sorted(own));
  return (
    <ConfirmDialog
      title="When a table is changed at the source"
      label="Change"
      line={policyLine(id, table, before, own)}
      isReady={!isSame}
      run={() => setSchemaPolicy({ clientId, id, policy, etag, source, own })}
      done="The policy is changed. It counts from the next change on."
      onClose={onClose}
    >
      <label className="field">
        <span>For</span>
        <select value={table ?? ''} onChange={(event) => chooseTable(event.target.value)}>
          <option value="">All tables</option>
          {tables.map((one) => (
            <option key={nameOf(one.source)} value={nameOf(one.source)}>
              {nameOf(one.source)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Preset</span>
        <select
          value={own.preset ?? ''}
          onChange={(event) =>
            setOwn({ ...own, preset: event.target.value === '' ? null : (event.target.value as Preset) })
          }
        >
          {table !== undefined && <option value="">That of all tables</option>}
          {(Object.keys(presetMeanings) as Preset[]).map((preset) => (
            <option key={preset} value={preset}>
              {preset}
            </option>
          ))}
        </select>
        <span className="hint">
          {own.preset === null ? `All tables have ${policy.preset}.` : presetMeanings[own.preset]}
        </span>
      </label>
      <details open={Object.keys(before.kinds).length > 0}>
        <summary>Single kinds of change</summary>
        {changeKinds.map((kind) => (
          <label className="field" key={kind}>
            <span>{kind}</span>
            <select value={own.kinds[kind] ?? ''} onChange={(event) => setKind(kind, event.target.value)}>
              <option value="">
                {table === undefined ? 'As the preset says' : 'As for all tables, or its preset'}
              </option>
              {actionsOf(kind).map((action) => (
                <option key={action} value={action}>
                  {actionMeanings[action]}
                </option>
              ))}
            </select>
          </label>
        ))}
      </details>
    </ConfirmDialog>
  );
};

const sorted = ({ preset, kinds }: OwnPolicy) => [
  preset,
  Object.entries(kinds).toSorted(([one], [other]) => one.localeCompare(other)),
];
