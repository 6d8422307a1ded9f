import { z } from 'zod';
import { withOpened } from '#core/concurrency/with-opened.ts';
import {
  type DeadLetterAction,
  type DeadLetterSettings,
  defaultDeadLetterSettings,
} from '#core/contracts/dead-letter.ts';
import { type ClientId, type ReplicationId, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import type { DeadLetterSelection, StoredDeadLetter } from '#core/ports/dead-letters.ts';
import {
  deadLetterAnswerSchema,
  deadLetterCausesSchema,
  deadLetterListSchema,
  deadLetterPathSchema,
  deadLetterSettingsAnswerSchema,
  discardDeadLettersSchema,
  listDeadLettersQuerySchema,
  replayDeadLettersSchema,
  requestedDeadLettersSchema,
  updateDeadLetterSettingsSchema,
} from './dead-letter-contracts.ts';
import { invalidRequest } from './invalid-request.ts';
import { defineOperation, type Operation } from './operation.ts';
import { numberKey, readPage } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { pathIdSchema } from './shared-contracts.ts';

const replicationPath = z.strictObject({ replication_id: pathIdSchema });

/** How long a dry run is waited for; a consumer looks for requests every two seconds. */
const verdictWaitMs = 15_000;
const verdictPollMs = 500;
const maxVerdicts = 100;

const databaseErrors = [
  'NotFound',
  'SecretMissing',
  'DatabaseUnreachable',
  'DatabaseAuthenticationFailed',
  'DatabaseTimeout',
] as const;

/** What a request about dead letters works with. The marks are at the target, so it is asked. */
interface Opened {
  readonly replication: Replication;
  readonly target: TargetDatabase;
  readonly owner: TargetOwner;
}

const withDeadLetters = async <Result>(
  clientId: ClientId,
  replicationId: ReplicationId,
  ports: ApiPorts,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> => {
  const { store, openTarget } = ports;
  const replication = await store.getReplication(clientId, replicationId);
  const { targetDatabase } = await readDatabases(store, replication);
  const owner = await ownerOf(store, replication);
  return withOpened(async (keep) =>
    work({ replication, owner, target: keep(await openTarget(targetDatabase)) }),
  );
};

const settingsOf = ({ deadLetters = defaultDeadLetterSettings }: Replication): DeadLetterSettings =>
  deadLetters;

export const toDeadLetterSettings = (
  replication: Replication,
): z.input<typeof deadLetterSettingsAnswerSchema> => ({ ...settingsOf(replication) });

const instant = (ms: number): string => new Date(ms).toISOString();

const toAnswer = (mark: StoredDeadLetter, showsValues: boolean): z.input<typeof deadLetterAnswerSchema> => ({
  dead_letter_id: mark.id,
  table: tableLabel(mark.table),
  key: showsValues ? [...mark.keyValues] : null,
  key_hash: mark.keyHash,
  state: mark.state,
  operation: mark.operation,
  topic: mark.topic,
  partition: mark.partition,
  offset: String(mark.offset),
  dead_letter_offset: mark.deadLetterOffset === undefined ? null : String(mark.deadLetterOffset),
  error_code: mark.errorCode,
  cause: mark.cause,
  message: mark.message,
  attempts: mark.attempts,
  first_at: instant(mark.atMs),
  last_at: instant(mark.lastAtMs),
  requested: mark.request?.action ?? null,
  verdict: mark.verdict?.result ?? null,
  verdict_message: mark.verdict?.message ?? null,
  verdict_at: mark.verdict === undefined ? null : instant(mark.verdict.atMs),
});

/** A source table of the replication by its name, also one whose parts are escaped. */
const findTable = ({ tables, replicationId }: Replication, name: string) => {
  const found = tables.find(({ source }) => tableLabel(source) === name || tableKey(source) === name);
  if (found !== undefined) return found.source;
  throw new MillraceError('NotFound', `Replication ${replicationId} has no source table ${name}.`);
};

interface SelectionRequest {
  readonly ids?: string[] | undefined;
  readonly cause?: string | undefined;
  readonly table?: string | undefined;
  readonly all?: true | undefined;
}

const toSelection = (replication: Replication, request: SelectionRequest): DeadLetterSelection => {
  const { ids, cause, table, all } = request;
  const isSelected = ids !== undefined || cause !== undefined || table !== undefined;
  if (isSelected === (all === true)) {
    throw invalidRequest([
      {
        subject: 'body',
        problem: 'must say which dead letters: by ids, cause or table, or all of them.',
        remedy: 'Give one of ids, cause and table, or {"all": true}.',
      },
    ]);
  }
  return { ids, cause, table: table === undefined ? undefined : findTable(replication, table) };
};

/** The consumer does it, between two batches of the table: only there it is in the order of the changes. */
const requireConsumer = ({ status, replicationId }: Replication): void => {
  if (status === 'active') return;
  throw new MillraceError(
    'Conflict',
    `Replication ${replicationId} is ${status}. Its consumer replays and discards dead letters, in the order of the stream: start or ` +
      'resume it first. A new copy (force_resync) removes them as well.',
    { facts: { replicationId, status } },
  );
};

interface AskOptions {
  readonly action: DeadLetterAction;
  readonly by: string;
  readonly reason?: string | undefined;
}

/** Asks the consumer, and tells the activity. Throws `NotFound` when there is no such dead letter. */
const ask = async (
  { replication, owner, target }: Opened,
  selection: DeadLetterSelection,
  { action, by, reason }: AskOptions,
  { store, clock }: ApiPorts,
): Promise<{ readonly asked: number; readonly atMs: number }> => {
  requireConsumer(replication);
  const atMs = clock.now().getTime();
  const asked = await target.requestDeadLetters(owner, selection, { action, by, atMs, reason });
  if (asked === 0) {
    throw new MillraceError(
      'NotFound',
      `Replication ${replication.replicationId} has no such dead letters. Those that a later change made right are gone.`,
    );
  }
  if (action !== 'check') {
    await store.addActivity(replication, {
      at: instant(atMs),
      actor: 'user',
      action: action === 'replay' ? 'dead-letters-replay-requested' : 'dead-letters-discard-requested',
      message: `${action === 'replay' ? 'Replay' : 'Discard'} of ${asked} dead letters was requested.`,
      by,
      ...(reason === undefined ? {} : { reason }),
    });
  }
  return { asked, atMs };
};

/** Waits until the consumer has tried the dead letters, and says of each how that ended. */
const awaitVerdicts = async (
  { owner, target }: Opened,
  before: readonly StoredDeadLetter[],
  atMs: number,
  { clock }: ApiPorts,
): Promise<z.input<typeof requestedDeadLettersSchema>['verdicts']> => {
  const giveUpAt = atMs + verdictWaitMs;
  const ids = before.map(({ id }) => id);
  for (;;) {
    const now = new Map(
      (await target.listDeadLetters(owner, { ids, limit: ids.length })).map((mark) => [mark.id, mark]),
    );
    const isPending = [...now.values()].some(({ request }) => request?.action === 'check');
    if (!isPending || clock.now().getTime() >= giveUpAt) {
      return ids.map((id) => {
        const mark = now.get(id);
        if (mark === undefined) {
          return { dead_letter_id: id, verdict: 'superseded', message: 'A later change made the row right.' };
        }
        return mark.request?.action === 'check' || mark.verdict === undefined
          ? { dead_letter_id: id, verdict: 'pending', message: 'The consumer has not tried it yet.' }
          : { dead_letter_id: id, verdict: mark.verdict.result, message: mark.verdict.message };
      });
    }
    await clock.sleep(verdictPollMs);
  }
};

export const deadLetterOperations: readonly Operation[] = [
  defineOperation({
    id: 'listDeadLetters',
    method: 'GET',
    path: '/replications/{replication_id}/dead-letters',
    summary: 'List the dead letters: changes that the target has refused, and those that wait behind them.',
    params: replicationPath,
    query: listDeadLettersQuerySchema,
    status: 200,
    answer: deadLetterListSchema,
    errors: databaseErrors,
    // What the PATCH changes, and not of the dead letters.
    versionOf: ({ settings }) => settings,
    run: ({ clientId, params, query: { limit, cursor, table, cause }, principal }, ports) =>
      withDeadLetters(clientId, params.replication_id, ports, async ({ replication, owner, target }) => {
        const selection = { cause, table: table === undefined ? undefined : findTable(replication, table) };
        const { items, nextCursor } = await readPage(
          { limit, cursor },
          {
            read: (after, count) =>
              target.listDeadLetters(owner, {
                ...selection,
                after: after === undefined ? undefined : String(Number(after)),
                limit: count,
              }),
            keyOf: ({ id }) => numberKey(Number(id)),
          },
        );
        return {
          replication_id: replication.replicationId,
          settings: toDeadLetterSettings(replication),
          dead_letters: items.map((mark) => toAnswer(mark, principal.role !== 'viewer')),
          next_cursor: nextCursor,
        };
      }),
  }),

  defineOperation({
    id: 'updateDeadLetterSettings',
    method: 'PATCH',
    path: '/replications/{replication_id}/dead-letters',
    summary:
      'Change what happens to changes that the target refuses, and how many dead letters there may be.',
    params: replicationPath,
    body: updateDeadLetterSettingsSchema,
    status: 200,
    answer: deadLetterSettingsAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    versionOf: (settings) => settings,
    run: async (
      { clientId, actor, params, body: { policy, limit, reason }, requireMatch },
      { store, clock },
    ) => {
      // Under the lease nobody else changes them between the look at their version and the write.
      return underLease(params.replication_id, { store, clock }, async () => {
        const before = await store.getReplication(clientId, params.replication_id);
        requireMatch(toDeadLetterSettings(before));
        const settings = {
          policy: policy ?? settingsOf(before).policy,
          limit: limit ?? settingsOf(before).limit,
        };
        const after = await store.updateReplication(clientId, params.replication_id, {
          deadLetters: settings,
        });
        if (after === undefined) {
          throw new MillraceError(
            'Conflict',
            `Replication ${params.replication_id} was changed by someone else just now.`,
          );
        }
        const inWords = (of: DeadLetterSettings) => ({ policy: of.policy, limit: String(of.limit) });
        await store.addActivity(before, {
          at: clock.now().toISOString(),
          actor: 'user',
          action: 'dead-letter-settings-changed',
          message: `Changes that the target refuses: ${settings.policy}, at most ${settings.limit} dead letters.`,
          by: actor,
          ...(reason === undefined ? {} : { reason }),
          before: inWords(settingsOf(before)),
          after: inWords(settings),
        });
        return toDeadLetterSettings(after);
      });
    },
  }),

  defineOperation({
    id: 'listDeadLetterCauses',
    method: 'GET',
    path: '/replications/{replication_id}/dead-letters/causes',
    summary: 'The dead letters by cause: how many, since when, with an example.',
    params: replicationPath,
    status: 200,
    answer: deadLetterCausesSchema,
    errors: databaseErrors,
    run: ({ clientId, params }, ports) =>
      withDeadLetters(clientId, params.replication_id, ports, async ({ replication, owner, target }) => ({
        replication_id: replication.replicationId,
        causes: (await target.groupDeadLetters(owner)).map((group) => ({
          cause: group.cause,
          error_code: group.errorCode,
          table: tableLabel(group.table),
          events: group.events,
          rows: group.rows,
          first_at: instant(group.firstAtMs),
          last_at: instant(group.lastAtMs),
          sample_id: group.sampleId,
          sample_message: group.sampleMessage,
        })),
      })),
  }),

  defineOperation({
    id: 'getDeadLetter',
    method: 'GET',
    path: '/replications/{replication_id}/dead-letters/{dead_letter_id}',
    summary: 'Get a dead letter.',
    params: deadLetterPathSchema,
    status: 200,
    answer: deadLetterAnswerSchema,
    errors: databaseErrors,
    run: ({ clientId, params, principal }, ports) =>
      withDeadLetters(clientId, params.replication_id, ports, async ({ owner, target }) => {
        const [mark] = await target.listDeadLetters(owner, { ids: [params.dead_letter_id], limit: 1 });
        if (mark === undefined) {
          throw new MillraceError(
            'NotFound',
            `Replication ${params.replication_id} has no dead letter ${params.dead_letter_id}. One that a later change made right is gone.`,
          );
        }
        return toAnswer(mark, principal.role !== 'viewer');
      }),
  }),

  defineOperation({
    id: 'replayDeadLetters',
    method: 'POST',
    path: '/replications/{replication_id}/dead-letters/replay',
    summary:
      'Replay dead letters: each row is read again from the source, and written in the order of the stream. A dry run only tries.',
    params: replicationPath,
    body: replayDeadLettersSchema,
    status: 202,
    answer: requestedDeadLettersSchema,
    errors: [...databaseErrors, 'Conflict'],
    run: ({ clientId, actor, params, body: { dry_run, reason, ...request } }, ports) =>
      withDeadLetters(clientId, params.replication_id, ports, async (opened) => {
        const { replication, owner, target } = opened;
        const selection = toSelection(replication, request);
        const action = dry_run ? 'check' : 'replay';
        const first = dry_run
          ? await target.listDeadLetters(owner, { ...selection, limit: maxVerdicts })
          : [];
        const { asked, atMs } = await ask(opened, selection, { action, by: actor, reason }, ports);
        return {
          replication_id: replication.replicationId,
          action,
          asked,
          message: dry_run
            ? `${asked} dead letters were tried; nothing was written.`
            : `${asked} dead letters are replayed once the stream has come to where their rows are read; the activity says how it went.`,
          verdicts: first.length === 0 ? [] : await awaitVerdicts(opened, first, atMs, ports),
        };
      }),
  }),

  defineOperation({
    id: 'discardDeadLetters',
    method: 'POST',
    path: '/replications/{replication_id}/dead-letters/discard',
    summary:
      'Give dead letters up, with a reason. Their rows may differ from the source until their next change.',
    params: replicationPath,
    body: discardDeadLettersSchema,
    status: 202,
    answer: requestedDeadLettersSchema,
    errors: [...databaseErrors, 'Conflict'],
    run: ({ clientId, actor, params, body: { reason, ...request } }, ports) =>
      withDeadLetters(clientId, params.replication_id, ports, async (opened) => {
        const selection = toSelection(opened.replication, request);
        const { asked } = await ask(opened, selection, { action: 'discard', by: actor, reason }, ports);
        return {
          replication_id: opened.replication.replicationId,
          action: 'discard' as const,
          asked,
          message: `${asked} dead letters are discarded by the consumer within seconds; the activity says so.`,
          verdicts: [],
        };
      }),
  }),
];
