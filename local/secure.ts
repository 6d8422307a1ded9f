import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import kafkajs, { type AclEntry } from 'kafkajs';
import { z } from 'zod';
import { writeSecretText } from '#adapters/aws/secret-text.ts';
import { createKafka, type KafkaSettings, parseBrokers } from '#adapters/kafka/kafka-client.ts';
import {
  type KafkaAction,
  type KafkaRole,
  kafkaRightsOf,
  kafkaRoleNames,
} from '#core/contracts/kafka-rights.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { localRegion } from './environment.ts';
import type { StateFolder } from './state-folder.ts';

const run = promisify(execFile);

/** The group of the local Connect workers, which is the prefix of their topics, too. */
export const connectGroup = 'millrace-connect';

/** The broker's own certificate, as Kafka writes its name: it may do everything, as the administrator may. */
const brokerPrincipal = 'User:CN=millrace-broker';
const administrator = 'millrace-admin';
export const superUsers = `${brokerPrincipal};User:${administrator}`;

const userSchema = z.strictObject({ username: z.string(), password: z.string() });
type User = z.infer<typeof userSchema>;
const usersSchema = z.strictObject({
  administrator: userSchema,
  roles: z.strictObject(
    Object.fromEntries(kafkaRoleNames.map((role) => [role, userSchema])) as Record<
      KafkaRole,
      typeof userSchema
    >,
  ),
});

/** What the servers of a secure stack show and ask for: made at its first start, and kept with its data. */
export interface Security {
  /** The authority of every certificate. */
  readonly caPem: string;
  readonly caFile: string;
  /** Of the databases. */
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Certificate and key of a broker among brokers, and for its clients. */
  readonly brokerFile: string;
  /** Of Kafka. One may do everything; the others have the rights of their roles. */
  readonly administrator: User;
  readonly roles: Readonly<Record<KafkaRole, User>>;
}

const securityFolder = (folder: StateFolder): string => join(folder.data, 'security');

/** Undefined unless the stack has been started with it. */
export const readSecurity = (folder: StateFolder): Security | undefined => {
  const files = securityFolder(folder);
  if (!existsSync(files)) return undefined;
  const read = (name: string): string => readFileSync(join(files, name), 'utf8');
  return {
    caPem: read('ca.pem'),
    caFile: join(files, 'ca.pem'),
    serverCertificate: read('server.pem'),
    serverKey: read('server.key'),
    brokerFile: join(files, 'broker.pem'),
    ...usersSchema.parse(JSON.parse(read('kafka-users.json'))),
  };
};

/** Makes certificates and users, unless the stack has them. `python`: of the emulator, which has the library for it. */
export const prepareSecurity = async (folder: StateFolder, python: string): Promise<Security> => {
  const files = securityFolder(folder);
  if (!existsSync(files)) {
    const unfinished = `${files}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    try {
      await run(python, [join(import.meta.dirname, 'secure', 'certificates.py'), unfinished]);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MillraceError('LocalStackFailed', `Certificates could not be made: ${reason}`, { cause });
    }
    writeFileSync(join(unfinished, 'kafka-users.json'), JSON.stringify(makeUsers()), { mode: 0o600 });
    renameSync(unfinished, files);
  }
  const security = readSecurity(folder);
  if (security === undefined) throw new MillraceError('LocalStackFailed', `${files} was removed meanwhile.`);
  return security;
};

const makeUsers = (): z.infer<typeof usersSchema> => {
  const user = (username: string): User => ({ username, password: randomBytes(24).toString('base64url') });
  return {
    administrator: user(administrator),
    roles: Object.fromEntries(kafkaRoleNames.map((role) => [role, user(`millrace-${role}`)])) as Record<
      KafkaRole,
      User
    >,
  };
};

/** All users, for the first start of a broker. */
export const kafkaUsers = (security: Security): readonly User[] => [
  security.administrator,
  ...kafkaRoleNames.map((role) => security.roles[role]),
];

/** As infra/config/local.ts names it. */
export const kafkaSecretName = (role: KafkaRole): string => `millrace/local/kafka/${role}`;

/** Puts the user of each role into the emulator's Secrets Manager, where Lambdas, tasks and Connect read it. */
export const putKafkaUsers = async (emulatorUrl: string, security: Security): Promise<void> => {
  const client = new SecretsManagerClient({
    endpoint: emulatorUrl,
    region: localRegion,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    for (const role of kafkaRoleNames)
      await writeSecretText(client, kafkaSecretName(role), JSON.stringify(security.roles[role]));
  } finally {
    client.destroy();
  }
};

/** How the stack's own programs, and its tests, reach Kafka as the one who may do everything. */
export const administratorSettings = (brokers: string, security: Security): KafkaSettings => ({
  brokers: parseBrokers(brokers),
  security: 'scram',
  caPem: security.caPem,
  readUser: async () => security.administrator,
  clientId: 'millrace-local',
});

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** What an action of IAM is at a Kafka that has its own rights; it does not know who may connect. */
const operations: Readonly<Record<KafkaAction, AclEntry['operation'] | undefined>> = {
  AlterGroup: AclOperationTypes.READ,
  AlterTopicDynamicConfiguration: AclOperationTypes.ALTER_CONFIGS,
  Connect: undefined,
  CreateTopic: AclOperationTypes.CREATE,
  DeleteGroup: AclOperationTypes.DELETE,
  DeleteTopic: AclOperationTypes.DELETE,
  DescribeCluster: AclOperationTypes.DESCRIBE,
  DescribeGroup: AclOperationTypes.DESCRIBE,
  DescribeTopic: AclOperationTypes.DESCRIBE,
  DescribeTopicDynamicConfiguration: AclOperationTypes.DESCRIBE_CONFIGS,
  ReadData: AclOperationTypes.READ,
  WriteData: AclOperationTypes.WRITE,
  WriteDataIdempotently: AclOperationTypes.IDEMPOTENT_WRITE,
};

const resourceTypes = {
  cluster: AclResourceTypes.CLUSTER,
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
} as const;

/**
 * The rights of the roles as Kafka's own: those that IAM gives in AWS, from the same table. Kafka knows no pattern but a prefix, so
 * `client_*.dead-letters` is as wide as `client_*` here.
 */
export const kafkaAcls = (
  users: Readonly<Record<KafkaRole, { readonly username: string }>>,
): readonly AclEntry[] => {
  const entries = kafkaRoleNames.flatMap((role) =>
    kafkaRightsOf(role, connectGroup).flatMap(({ kind, names, actions }) =>
      names.flatMap((name) =>
        actions.flatMap((action): readonly AclEntry[] => {
          const operation = operations[action];
          if (operation === undefined) return [];
          const star = name.indexOf('*');
          return [
            {
              resourceType: resourceTypes[kind],
              resourceName: kind === 'cluster' ? 'kafka-cluster' : star < 0 ? name : name.slice(0, star),
              resourcePatternType: star < 0 ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
              principal: `User:${users[role].username}`,
              host: '*',
              operation,
              permissionType: AclPermissionTypes.ALLOW,
            },
          ];
        }),
      ),
    ),
  );
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
};

const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Gives each role its rights; a repetition changes nothing. Throws `LocalStackFailed`. */
export const grantKafkaRights = async (brokers: string, security: Security): Promise<void> => {
  const admin = createKafka(administratorSettings(brokers, security), quietLog).admin();
  try {
    await admin.connect();
    await admin.createAcls({ acl: [...kafkaAcls(security.roles)] });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError('LocalStackFailed', `Kafka did not take the rights of its users: ${reason}`, {
      cause,
    });
  } finally {
    await admin.disconnect();
  }
};
