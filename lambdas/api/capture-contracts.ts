import { z } from 'zod';
import { captureDefaults } from '#core/capture/connector-config.ts';
import {
  defaultSnapshotMode,
  findSnapshotMode,
  isUsedSnapshotMode,
  snapshotModes,
  type UsedSnapshotMode,
} from '#core/capture/snapshot-modes.ts';
import { captureOptionBounds } from '#core/contracts/capture-options.ts';
import { databaseKindSchema } from '#core/contracts/database.ts';

const usedModeNames = snapshotModes
  .filter(({ isUsed }) => isUsed)
  .flatMap(({ mode, formerNames }) => [mode, ...formerNames]);

/** Gives the name of today. */
export const snapshotModeSchema = z
  .string()
  .max(50)
  .transform((name, context): UsedSnapshotMode => {
    const found = findSnapshotMode(name);
    if (found !== undefined && isUsedSnapshotMode(found.mode)) return found.mode;
    context.addIssue({
      code: 'custom',
      message:
        found === undefined
          ? `is no snapshot mode; there are ${snapshotModes.map(({ mode }) => mode).join(', ')}`
          : found.inMillrace,
    });
    return z.NEVER;
  });

export const snapshotModeMeta = {
  enum: usedModeNames,
  description:
    'How existing rows are copied: `no_data` (also by its former names `never` and `schema_only`) with direct SQL, `initial` through Kafka ' +
    'Connect and Kafka, `when_needed` as `initial` and again by itself when changes were lost. See GET /snapshot-modes.',
};

const optionSchema = (name: keyof typeof captureOptionBounds, description: string) => {
  const { min, max } = captureOptionBounds[name];
  const byDefault =
    name === 'connectTimeoutMs' ? "the driver's own" : captureDefaults[name].toLocaleString('en');
  return z
    .number()
    .int()
    .min(min)
    .max(max)
    .optional()
    .meta({ description: `${description} By default ${byDefault}.` });
};

export const captureRequestSchema = z
  .strictObject({
    snapshot_mode: snapshotModeSchema.default(defaultSnapshotMode).meta(snapshotModeMeta),
    max_batch_events: optionSchema('maxBatchEvents', 'Events per hand-over to Kafka.'),
    max_queue_events: optionSchema('maxQueueEvents', 'Events that wait in memory; more than a batch.'),
    max_queue_bytes: optionSchema('maxQueueBytes', 'The same in bytes, whichever is reached first.'),
    heartbeat_interval_ms: optionSchema(
      'heartbeatIntervalMs',
      'How often an idle connector stores its position.',
    ),
    poll_interval_ms: optionSchema('pollIntervalMs', 'How often it looks for new events.'),
    retriable_restart_wait_ms: optionSchema(
      'retriableRestartWaitMs',
      'How long it waits before it tries again after a retriable error.',
    ),
    connect_timeout_ms: optionSchema(
      'connectTimeoutMs',
      'For a connection from Kafka Connect to the source.',
    ),
  })
  .meta({ description: 'What the connector may have otherwise. Nothing else of it can be set.' });

export const snapshotModesQuerySchema = z.strictObject({ kind: databaseKindSchema.optional() });

export const snapshotModesAnswerSchema = z.strictObject({
  snapshot_modes: z.array(
    z.strictObject({
      mode: z.string(),
      former_names: z.array(z.string()),
      kinds: z.array(databaseKindSchema),
      meaning: z.string().meta({ description: 'What a connector of this mode does before it streams.' }),
      supported: z.boolean().meta({ description: 'Whether a replication can have it.' }),
      in_millrace: z.string().meta({ description: 'How the same is had here.' }),
    }),
  ),
});

export const nullableOptions = Object.fromEntries(
  Object.entries(captureRequestSchema.shape).flatMap(([name, schema]) =>
    name === 'snapshot_mode' ? [] : [[name, (schema as ReturnType<typeof optionSchema>).nullable()]],
  ),
) as Readonly<
  Record<
    Exclude<keyof typeof captureRequestSchema.shape, 'snapshot_mode'>,
    z.ZodNullable<ReturnType<typeof optionSchema>>
  >
>;
