import { z } from 'zod';
import type { DatabaseNetwork } from './database-network.ts';
import { clientIdSchema, databaseIdSchema, instantSchema } from './identifiers.ts';

export const databaseKindSchema = z.enum(['postgresql', 'mysql', 'mariadb', 'oracle']);
export type DatabaseKind = z.infer<typeof databaseKindSchema>;

/** `require` encrypts without checking who answers; `verify-full` also checks the certificate and the host name. */
export const tlsModeSchema = z.enum(['disable', 'require', 'verify-ca', 'verify-full']);
export type TlsMode = z.infer<typeof tlsModeSchema>;

/** A registered database as stored. The password is in Secrets Manager under `secretArn`, as JSON {"username","password"}. */
export const databaseSchema = z
  .strictObject({
    databaseId: databaseIdSchema,
    clientId: clientIdSchema,
    name: z.string(),
    kind: databaseKindSchema,
    host: z.string(),
    port: z.number().int(),
    databaseName: z.string(),
    username: z.string(),
    tlsMode: tlsModeSchema,
    /** PEM bundle that server certificates must chain to; the system's roots when absent. */
    caPem: z.string().optional(),
    secretArn: z.string(),
    createdAt: instantSchema,
  })
  .readonly();
export type Database = z.infer<typeof databaseSchema>;

/** What an executor needs to connect. Exists in memory only. */
export interface ConnectionSettings {
  /** Where connections may go. */
  readonly network: DatabaseNetwork;
  readonly kind: DatabaseKind;
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
  readonly username: string;
  readonly password: string;
  readonly tlsMode: TlsMode;
  readonly caPem?: string;
}

/** The same server and database are one target, however often they are registered. */
export const databaseIdentity = (
  database: Pick<Database, 'kind' | 'host' | 'port' | 'databaseName'>,
): string => `${database.kind}://${database.host.toLowerCase()}:${database.port}/${database.databaseName}`;
