import { z } from 'zod';
import { databaseKindSchema, tlsModeSchema } from '#core/contracts/database.ts';
import { instantSchema, maxIdentifierBytes } from '#core/contracts/identifiers.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import {
  countSchema,
  idSchema,
  nameFilterShape,
  problemSchema,
  readinessSchema,
} from './shared-contracts.ts';
import { displayNameSchema, withoutNul } from './text-schemas.ts';

/** A DNS name, an IPv4 or an IPv6 address; no scheme, no port, no path. */
const hostSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9_.:-]+$/, 'must be a host name or an IP address, without scheme, port or path');

/** PostgreSQL's identifiers end at 63 bytes, its passwords at 1,000 (libpq, SASL). */
const databaseNameSchema = withoutNul.min(1).max(63);

const caPemSchema = z
  .string()
  .max(64 * 1024)
  .includes('-----BEGIN CERTIFICATE-----', { message: 'must be PEM certificates' })
  .meta({ description: 'Certificates that the server must chain to; the system roots when absent.' });

export const registerDatabaseSchema = z.strictObject({
  name: displayNameSchema,
  kind: databaseKindSchema.optional().meta({
    description: 'When it is left out, the server is asked what it is; otherwise nothing connects to it yet.',
  }),
  host: hostSchema,
  port: z.number().int().min(1).max(65_535),
  database: databaseNameSchema,
  username: withoutNul.min(1).max(63),
  password: withoutNul.min(1).max(1_000).meta({
    description: 'Kept in Secrets Manager; never returned and never logged.',
    writeOnly: true,
  }),
  tls_mode: tlsModeSchema.default('require').meta({
    description: '`require` encrypts; `verify-ca` and `verify-full` also check the certificate.',
  }),
  ca_pem: caPemSchema.optional(),
});

export const databaseAnswerSchema = z.strictObject({
  database_id: idSchema,
  name: z.string(),
  kind: databaseKindSchema,
  host: z.string(),
  port: z.number().int(),
  database: z.string(),
  username: z.string(),
  tls_mode: tlsModeSchema,
  ca_pem: z.string().nullable(),
  created_at: instantSchema,
});

export const updateDatabaseSchema = z
  .strictObject({
    name: displayNameSchema.optional(),
    host: hostSchema.optional(),
    port: z.number().int().min(1).max(65_535).optional(),
    database: databaseNameSchema.optional().meta({
      description: 'Only while no replication uses the database: another name means other tables.',
    }),
    username: withoutNul.min(1).max(63).optional(),
    password: withoutNul
      .min(1)
      .max(1_000)
      .optional()
      .meta({
        description:
          'Kept in Secrets Manager; never returned and never logged. Needed with another host, port or `ca_pem`, and with a `tls_mode` that ' +
          'checks less: the stored one goes to no other server.',
        writeOnly: true,
      }),
    tls_mode: tlsModeSchema.optional(),
    ca_pem: caPemSchema.nullable().optional().meta({ description: 'Null: the system roots.' }),
  })
  .meta({ description: 'What is left out stays as it is.' });

export const updatedDatabaseSchema = z.strictObject({
  database: databaseAnswerSchema,
  replications: z
    .array(
      z.strictObject({
        replication_id: idSchema,
        effect: z.enum(['restarted', 'started', 'next-start', 'failed']).meta({
          description:
            'restarted: connector and consumer work with the change. started: it had failed and starts again. ' +
            'next-start: nothing runs. failed: it could not be told; send the change again.',
        }),
        message: z.string(),
      }),
    )
    .meta({ description: 'What became of the replications that use the database.' }),
});

export const listDatabasesQuerySchema = z.strictObject({
  ...pageQueryShape,
  ...nameFilterShape,
  kind: databaseKindSchema.optional(),
});

export const databaseListSchema = z.strictObject({
  databases: z.array(databaseAnswerSchema),
  ...pageAnswerShape,
});

export const databaseTestSchema = z.strictObject({
  database_id: idSchema,
  server_version: z.string(),
  latency_ms: z.number().nonnegative().meta({ description: 'One round trip on an open connection.' }),
  connect_ms: z.number().nonnegative().meta({ description: 'Connecting, TLS and logging in.' }),
  as_source: readinessSchema.meta({ description: 'Whether changes can be captured from it.' }),
  as_target: readinessSchema.meta({
    description: 'Whether tables can be created and written in the default schema.',
  }),
});

export const discoverTablesQuerySchema = z.strictObject({
  ...pageQueryShape,
  limit: pageQueryShape.limit.default(1_000),
  schema: z.string().min(1).max(maxIdentifierBytes).optional(),
  replicable: z.enum(['true', 'false']).optional(),
});

export const discoveredTablesSchema = z.strictObject({
  ...pageAnswerShape,
  tables: z.array(
    z.strictObject({
      schema: z.string(),
      table: z.string(),
      kind: z.enum(['table', 'partitioned-table', 'view', 'foreign-table', 'other']),
      primary_key: z.array(z.string()).meta({
        description: 'Or the columns of the unique index that serves as the key; empty when it has neither.',
      }),
      key_index: z.string().nullable().meta({
        description:
          'The unique index, or constraint, that serves as the key. null: the primary key, or none.',
      }),
      replica_identity: z.enum(['default', 'full', 'nothing', 'index']),
      columns: countSchema,
      estimated_rows: countSchema.nullable().meta({
        description: "From the catalog's statistics; null when the table was never analysed.",
      }),
      bytes: countSchema.meta({ description: 'Without indexes.' }),
      replicable: z.boolean(),
      problems: z.array(problemSchema).meta({ description: 'Why it is not replicable.' }),
    }),
  ),
});
