import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { localImagesSchema } from './ecs-shim/images.ts';
import { isRunning, type ProcessIdentity } from './processes.ts';
import { replaceFile } from './replace-file.ts';
import { type StateFolder, stateFolder } from './state-folder.ts';

/** In the order in which they are started; `engine` is the Docker engine that runs ECS tasks as processes. */
export const requiredParts = [
  'source',
  'target',
  'kafka',
  'connect',
  'engine',
  'emulator',
  'stream',
] as const;
/** Started, and downloaded, only when they are asked for. */
export const optionalParts = [
  'mariadb',
  'kafka2',
  'kafka3',
  'connect2',
  'connect3',
  'monitoring',
  'console',
] as const;
export type OptionalPart = (typeof optionalParts)[number];

/** Kafka Connect workers that join the first one, in this order. */
export const moreWorkers = ['connect2', 'connect3'] as const satisfies readonly OptionalPart[];

/** Kafka brokers besides the first one: all of them, or none. */
export const moreBrokers = ['kafka2', 'kafka3'] as const satisfies readonly OptionalPart[];

export const partNames = [...requiredParts, ...optionalParts] as const;
export type PartName = (typeof partNames)[number];
export const isPartName = (name: string): name is PartName => partNames.some((known) => known === name);

const databaseSchema = z.strictObject({
  host: z.string(),
  port: z.number().int(),
  user: z.string(),
  password: z.string(),
  database: z.string(),
});

/** What programs need to use the running stack: `.millrace/run/stack.json`. */
const stackStateSchema = z.strictObject({
  kafka: z.strictObject({ brokers: z.string() }),
  /** Of a stack that was started with --secure. */
  secure: z
    .strictObject({
      /** Whom its servers' certificates are from, in PEM, and the file with it. */
      caPem: z.string(),
      caFile: z.string(),
      /** Who may do everything at Kafka. */
      kafkaAdministrator: z.strictObject({ username: z.string(), password: z.string() }),
    })
    .optional(),
  connect: z.strictObject({ url: z.string() }),
  emulator: z.strictObject({ url: z.string(), region: z.string(), accountId: z.string() }),
  source: databaseSchema,
  target: databaseSchema,
  /** One server for both roles, when it was asked for. */
  mariadb: databaseSchema.optional(),
  /** When it was asked for. */
  prometheus: z.strictObject({ url: z.string() }).optional(),
  /** Only once the app is deployed. */
  api: z.strictObject({ url: z.string(), adminTokenSecretArn: z.string() }).optional(),
  /** The app's outputs by name; names are unique over its stacks. */
  outputs: z.record(z.string(), z.string()),
});
export type StackState = z.infer<typeof stackStateSchema>;

const portsSchema = z.strictObject({
  source: z.number(),
  target: z.number(),
  kafka: z.number(),
  kafkaController: z.number(),
  /** For other brokers. */
  kafkaPeer: z.number().optional(),
  kafka2: z.number().optional(),
  kafka2Controller: z.number().optional(),
  kafka2Peer: z.number().optional(),
  kafka3: z.number().optional(),
  kafka3Controller: z.number().optional(),
  kafka3Peer: z.number().optional(),
  connect: z.number(),
  emulator: z.number(),
  stream: z.number().optional(),
  /** Kept, like the others, also while the part is not started. */
  mariadb: z.number().optional(),
  connect2: z.number().optional(),
  connect3: z.number().optional(),
  monitoring: z.number().optional(),
  /** Where the Connect workers show their metrics. */
  connectMetrics: z.number().optional(),
  connect2Metrics: z.number().optional(),
  connect3Metrics: z.number().optional(),
  console: z.number().optional(),
});
export type StackPorts = z.infer<typeof portsSchema>;

/** The ports of a part; the engine has none. */
export const portNamesOf = (part: PartName): readonly (keyof StackPorts)[] => {
  switch (part) {
    case 'engine':
      return [];
    case 'kafka':
      return ['kafka', 'kafkaController', 'kafkaPeer'];
    case 'kafka2':
      return ['kafka2', 'kafka2Controller', 'kafka2Peer'];
    case 'kafka3':
      return ['kafka3', 'kafka3Controller', 'kafka3Peer'];
    case 'connect':
      return ['connect', 'connectMetrics'];
    case 'connect2':
      return ['connect2', 'connect2Metrics'];
    case 'connect3':
      return ['connect3', 'connect3Metrics'];
    default:
      return [part];
  }
};

/** What the data of a stack is made for: it serves no other. */
const modeSchema = z.strictObject({
  brokers: z.union([z.literal(1), z.literal(3)]),
  /** TLS everywhere, SCRAM and rights at Kafka. */
  secure: z.boolean(),
  /** Of Kafka, where it has several nodes. */
  clusterId: z.string().optional(),
});
export type StackMode = z.infer<typeof modeSchema>;

/** What a part is started with, so that a later process can start it again. */
const stackPlanSchema = z.strictObject({
  ports: portsSchema,
  mode: modeSchema.optional(),
  /** Which of the optional parts belong to it. */
  with: z.array(z.enum(optionalParts)).readonly().optional(),
  java: z.strictObject({ command: z.string(), connectHome: z.string() }),
  emulatorPython: z.string(),
  engineSocket: z.string(),
  /** What ECS tasks of an image run. */
  images: localImagesSchema,
});
export type StackPlan = z.infer<typeof stackPlanSchema>;

const identitySchema = z.strictObject({ pid: z.number(), startedAt: z.string() });

/** Undefined unless `startStack` has ended well and nobody has stopped the stack since. */
export const readStackState = (folder: StateFolder = stateFolder()): StackState | undefined =>
  readJson(stateFile(folder), stackStateSchema);

export const writeStackState = (folder: StateFolder, state: StackState): void =>
  writeJson(stateFile(folder), stackStateSchema.parse(state));

export const readPlan = (folder: StateFolder): StackPlan | undefined =>
  readJson(join(folder.run, 'plan.json'), stackPlanSchema);

export const writePlan = (folder: StateFolder, plan: StackPlan): void =>
  writeJson(join(folder.run, 'plan.json'), plan);

/**
 * The ports of the last start: databases are registered with the product by host and port, and its state outlives a
 * `down`, so the same ones are taken again where they are free.
 */
export const readPorts = (folder: StateFolder): StackPorts | undefined =>
  readJson(join(folder.data, 'ports.json'), portsSchema);

export const writePorts = (folder: StateFolder, ports: StackPorts): void =>
  writeJson(join(folder.data, 'ports.json'), ports);

/** Undefined for a stack without data, and for one of before there were several modes. */
export const readMode = (folder: StateFolder): StackMode | undefined =>
  readJson(join(folder.data, 'mode.json'), modeSchema);

export const writeMode = (folder: StateFolder, mode: StackMode): void =>
  writeJson(join(folder.data, 'mode.json'), mode);

/** The parts of a planned stack. */
export const plannedParts = (plan: Pick<StackPlan, 'with'> = {}): readonly PartName[] => [
  ...requiredParts,
  ...(plan.with ?? []),
];

/** Where a part's process is recorded while it runs. */
export const recordFile = (folder: StateFolder, part: PartName): string =>
  join(folder.run, 'processes', `${part}.json`);

/** Where the shim records the processes of ECS tasks. */
export const taskRecordsFolder = (folder: StateFolder): string => join(folder.run, 'tasks');

export const readRecord = (file: string): ProcessIdentity | undefined => readJson(file, identitySchema);

/** The part's process while it lives. */
export const runningPart = (folder: StateFolder, part: PartName): ProcessIdentity | undefined => {
  const identity = readRecord(recordFile(folder, part));
  return identity !== undefined && isRunning(identity) ? identity : undefined;
};

/** Name and process of every ECS task that runs now. */
export const runningTasks = (
  folder: StateFolder,
): readonly { readonly name: string; readonly identity: ProcessIdentity }[] => {
  const records = taskRecordsFolder(folder);
  if (!existsSync(records)) return [];
  return readdirSync(records).flatMap((file) => {
    // A record that is being written has another ending.
    if (!file.endsWith('.json')) return [];
    const identity = readRecord(join(records, file));
    return identity !== undefined && isRunning(identity) ? [{ name: basename(file, '.json'), identity }] : [];
  });
};

const stateFile = (folder: StateFolder): string => join(folder.run, 'stack.json');

const readJson = <T>(file: string, schema: z.ZodType<T>): T | undefined => {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // Not there, or written by an older version: as good as not there.
  }
};

const writeJson = (file: string, value: unknown): void =>
  replaceFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
