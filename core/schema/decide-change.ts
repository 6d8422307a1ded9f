import { tableLabel } from '../contracts/identifiers.ts';
import { isOpenChange, type SchemaChange } from '../contracts/schema-change.ts';
import { MillraceError } from '../errors/millrace-error.ts';

export interface Decision {
  /** The version that the person has seen. */
  readonly version: number;
  readonly by: string;
  readonly at: string;
  readonly reason?: string | undefined;
}

/** Throws `Conflict` when the change is not the one that was seen, or nothing is to be decided. */
const requireUndecided = (change: SchemaChange, { version }: Decision): void => {
  const { changeId, state, note } = change;
  if (!isOpenChange(change) || state === 'applied' || state === 'expired') {
    throw new MillraceError(
      'Conflict',
      `Nothing is to be decided about change ${changeId} of table ${tableLabel(change.source)}: it is ${state}.${note === undefined ? '' : ` ${note}`}`,
      { facts: { changeId, state } },
    );
  }
  if (change.version !== version) {
    throw new MillraceError(
      'Conflict',
      `Change ${changeId} has version ${change.version} by now, and the decision is about version ${version}. Nothing was changed. ` +
        'Read it again, then decide.',
      { facts: { changeId, version: change.version } },
    );
  }
};

/** A change that was rejected may be approved later, as long as its table waits. */
export const approveChange = (
  change: SchemaChange,
  { statement, ...decision }: Decision & { readonly statement?: string | undefined },
): SchemaChange => {
  requireUndecided(change, decision);
  if (change.state === 'approved') {
    throw new MillraceError(
      'Conflict',
      `Change ${change.changeId} was approved already by ${change.decidedBy}.`,
      {
        facts: { changeId: change.changeId },
      },
    );
  }
  const { note: _note, editedStatement: _edited, ...rest } = decided(change, decision);
  return { ...rest, state: 'approved', ...(statement !== undefined && { editedStatement: statement }) };
};

export const rejectChange = (
  change: SchemaChange,
  decision: Decision & { readonly reason: string },
): SchemaChange => {
  requireUndecided(change, decision);
  const { note: _note, editedStatement: _edited, ...rest } = decided(change, decision);
  return { ...rest, state: 'rejected' };
};

/** An approval that cannot be carried out as it was meant: the person decides again. */
export const withdrawDecision = (change: SchemaChange, at: string, note: string): SchemaChange => {
  const { decidedAt: _at, decidedBy: _by, reason: _reason, editedStatement: _edited, ...rest } = change;
  return { ...rest, state: 'waiting', version: change.version + 1, updatedAt: at, note };
};

/** Nothing is to be decided or done any more. */
export const closeChange = (
  change: SchemaChange,
  { state, at, note }: { readonly state: 'applied' | 'expired'; readonly at: string; readonly note: string },
): SchemaChange => ({
  ...change,
  // What was rejected stays so.
  state: change.state === 'rejected' && state === 'expired' ? 'rejected' : state,
  version: change.version + 1,
  updatedAt: at,
  closedAt: at,
  note,
});

const decided = (change: SchemaChange, { by, at, reason }: Decision): SchemaChange => {
  const { reason: _before, ...rest } = change;
  return {
    ...rest,
    version: change.version + 1,
    updatedAt: at,
    decidedAt: at,
    decidedBy: by,
    ...(reason !== undefined && { reason }),
  };
};

/** What can be done about the change now, as sentences. Calls of the API stand in them as callers write them. */
export const describeNext = (change: SchemaChange, replicationId: number): string => {
  const path = `/replications/${replicationId}/schema-changes/${change.changeId}`;
  const table = tableLabel(change.source);
  const resync = `POST /replications/${replicationId}/tables/${table}/resync`;
  const ways = `Copy the table again (${resync}), leave it out (DELETE /replications/${replicationId}/tables/${table}), or choose another policy (PUT /replications/${replicationId}/schema-policy) and let the consumer start again.`;
  switch (change.state) {
    case 'waiting':
      if (change.way === 'resync') {
        return `The target cannot follow this change, since the log does not say what the rows became. Approve it (POST ${path}/approve) to copy the table again, or reject it (POST ${path}/reject).`;
      }
      return `The table is held exactly before this change. Try it at the target (POST ${path}/rehearse), then approve it (POST ${path}/approve) or reject it (POST ${path}/reject).`;
    case 'approved':
      return change.way === 'resync'
        ? 'Approved: the table is copied again.'
        : 'Approved: the consumer does it at its place between the rows, as soon as it runs.';
    case 'applied':
      return change.note ?? 'The target has followed.';
    case 'rejected':
      return isOpenChange(change)
        ? `Rejected: the table stays held. ${ways} It may still be approved (POST ${path}/approve).`
        : (change.note ?? 'Rejected.');
    case 'expired':
      return change.note ?? 'Nothing is to be decided any more.';
  }
};
