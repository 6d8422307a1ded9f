import { z } from 'zod';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { changeConsumer } from '#core/lifecycle/change-consumer.ts';
import { consumerSettingsAnswerSchema, updateConsumerSettingsSchema } from './consumer-contracts.ts';
import {
  pauseReplicationSchema,
  resumeReplicationSchema,
  startReplicationSchema,
  stopReplicationSchema,
} from './lifecycle-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { toConsumerSettings, toReplicationAnswer } from './replication-answer.ts';
import { replicationAnswerSchema } from './replication-contracts.ts';
import { pathIdSchema } from './shared-contracts.ts';
import { startReplication } from './start-replication.ts';
import { pauseOrStop } from './stop-replication.ts';

const replicationPath = z.strictObject({ replication_id: pathIdSchema });

const startErrors: readonly ErrorCode[] = [
  'NotFound',
  'ValidationFailed',
  'NeedsResync',
  'Conflict',
  'ConnectUnavailable',
  'KafkaUnavailable',
];

/** What moves a replication from one status to another; core/lifecycle/transitions.ts has the table. */
export const lifecycleOperations: readonly Operation[] = [
  defineOperation({
    id: 'startReplication',
    method: 'POST',
    path: '/replications/{replication_id}/start',
    summary: 'Start a replication. Starting it twice is one start; an active one is left as it is.',
    params: replicationPath,
    body: startReplicationSchema,
    status: 202,
    answer: replicationAnswerSchema,
    errors: startErrors,
    run: async ({ clientId, actor, params, body }, ports) =>
      toReplicationAnswer(
        await startReplication(
          clientId,
          params.replication_id,
          {
            action: 'start',
            by: actor,
            reason: body.reason,
            forceResync: body.force_resync,
            transactionWaitSeconds: body.transaction_wait_seconds,
          },
          ports,
        ),
      ),
  }),

  defineOperation({
    id: 'pauseReplication',
    method: 'POST',
    path: '/replications/{replication_id}/pause',
    summary:
      'Pause an active replication: nothing is written at the target, and capture goes on. Changes wait in Kafka.',
    params: replicationPath,
    body: pauseReplicationSchema,
    status: 200,
    answer: replicationAnswerSchema,
    errors: ['NotFound', 'Conflict', 'ServiceUnavailable'],
    run: async ({ clientId, actor, params, body }, ports) =>
      toReplicationAnswer(
        await pauseOrStop(
          clientId,
          params.replication_id,
          { action: 'pause', by: actor, ...withReason(body) },
          ports,
        ),
      ),
  }),

  ...(['resume', 'restart'] as const).map((action) =>
    defineOperation({
      id: `${action}Replication`,
      method: 'POST',
      path: `/replications/{replication_id}/${action}`,
      summary:
        action === 'resume'
          ? 'Resume a paused replication: it applies what was captured meanwhile. Nothing is copied again.'
          : 'Restart consumer, connector and its tasks of a replication that is active or has failed. Nothing is copied again.',
      params: replicationPath,
      body: resumeReplicationSchema,
      status: 202,
      answer: replicationAnswerSchema,
      errors: startErrors,
      run: async ({ clientId, actor, params, body }, ports) =>
        toReplicationAnswer(
          await startReplication(
            clientId,
            params.replication_id,
            {
              action,
              by: actor,
              reason: body.reason,
              forceResync: false,
              transactionWaitSeconds: body.transaction_wait_seconds,
            },
            ports,
          ),
        ),
    }),
  ),

  defineOperation({
    id: 'stopReplication',
    method: 'POST',
    path: '/replications/{replication_id}/stop',
    summary:
      'Stop a replication: the consumer commits what it has in hand, and the connector is paused. A start goes on from there.',
    params: replicationPath,
    body: stopReplicationSchema,
    status: 200,
    answer: replicationAnswerSchema,
    errors: ['NotFound', 'Conflict', 'ConnectUnavailable', 'ServiceUnavailable'],
    run: async ({ clientId, actor, params, body }, ports) =>
      toReplicationAnswer(
        await pauseOrStop(
          clientId,
          params.replication_id,
          { action: 'stop', by: actor, ...withReason(body) },
          ports,
        ),
      ),
  }),

  defineOperation({
    id: 'updateConsumerSettings',
    method: 'PATCH',
    path: '/replications/{replication_id}/consumer',
    summary:
      'Change where the consumer runs, and the size of a task of its own. One that is at work is launched again there; nothing is copied again.',
    params: replicationPath,
    body: updateConsumerSettingsSchema,
    status: 200,
    answer: consumerSettingsAnswerSchema,
    errors: ['NotFound', 'Conflict', 'TaskLaunchFailed'],
    versionOf: (settings) => settings,
    run: async ({ clientId, actor, params, body, requireMatch }, ports) => {
      const { placement, cpu, memory_mib: memoryMib } = body;
      const size =
        typeof cpu === 'number' && typeof memoryMib === 'number'
          ? { cpu, memoryMib }
          : cpu === null
            ? null
            : undefined;
      const { connectorName, replicationId } = await ports.store.getReplication(
        clientId,
        params.replication_id,
      );
      const log = ports.logFor(connectorName, replicationId);
      return toConsumerSettings(
        await changeConsumer(
          clientId,
          params.replication_id,
          {
            by: actor,
            ...(placement !== undefined && { placement }),
            ...(size !== undefined && { size }),
            ...withReason(body),
          },
          { ...ports, log },
          (before) => requireMatch(toConsumerSettings(before)),
        ),
      );
    },
  }),
];

const withReason = ({ reason }: { readonly reason?: string | undefined }): { readonly reason?: string } =>
  reason === undefined ? {} : { reason };
