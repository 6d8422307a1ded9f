import { z } from 'zod';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { countSchema, idSchema } from './shared-contracts.ts';

const stateSchema = z.enum(['RUNNING', 'PAUSED', 'FAILED', 'UNASSIGNED', 'STOPPED', 'RESTARTING']);

/** Names are made by Millrace of slugs and numbers; one that was made by hand may have other letters. */
const connectorNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,255}$/, 'must be the name of a connector')
  .meta({ description: 'The `connector_name` of a replication.' });

export const connectorPathSchema = z.strictObject({ connector: connectorNameSchema });

export const connectorTaskPathSchema = z.strictObject({
  connector: connectorNameSchema,
  task: z
    .string()
    .regex(/^\d{1,4}$/, 'must be the number of a task')
    .transform(Number)
    .meta({ description: 'The number of a task; Debezium has one, 0.' }),
});

const taskSchema = z.strictObject({
  task: countSchema,
  state: stateSchema,
  trace: z.string().nullable().meta({ description: 'Why it has failed.' }),
});

export const connectorAnswerSchema = z.strictObject({
  name: z.string(),
  replication_id: idSchema,
  state: stateSchema.nullable().meta({ description: 'Null: Kafka Connect has no connector of this name.' }),
  trace: z.string().nullable().meta({ description: 'Why the connector itself has failed.' }),
  tasks: z.array(taskSchema),
});

export const listConnectorsQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: stateSchema
    .optional()
    .meta({ description: 'Only those that are in this state, or of which a task is.' }),
});

export const connectorListSchema = z.strictObject({
  connectors: z.array(connectorAnswerSchema),
  ...pageAnswerShape,
});

export const connectorTasksSchema = z.strictObject({ name: z.string(), tasks: z.array(taskSchema) });

export const connectorConfigSchema = z.strictObject({
  name: z.string(),
  config: z
    .record(z.string(), z.string())
    .meta({ description: 'As Kafka Connect has it; what may be a secret is shown as `***`.' }),
});

export const connectorValidationSchema = z.strictObject({
  name: z.string(),
  ready: z.boolean(),
  problems: z.array(z.string()).meta({ description: 'What Kafka Connect says of each field with an error.' }),
});

export const connectHealthSchema = z.strictObject({
  healthy: z.boolean(),
  message: z.string().nullable().meta({ description: 'Why it is not.' }),
  unowned: z
    .array(z.string())
    .nullable()
    .meta({
      description:
        'Connectors that belong to no replication, for tokens of all clients; null for others, and while Kafka Connect does not ' +
        'answer.',
    }),
});

export const deletedConnectorSchema = z.strictObject({ name: z.string() });
