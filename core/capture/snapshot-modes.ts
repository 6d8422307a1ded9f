import type { DatabaseKind } from '../contracts/database.ts';

/** A mode of Debezium's connectors (3.5): what a connector does before it streams. */
export interface SnapshotMode {
  readonly mode: string;
  readonly kinds: readonly DatabaseKind[];
  /** What it was called before Debezium 2.6; still understood here. */
  readonly formerNames: readonly string[];
  readonly meaning: string;
  /** Whether a replication can have it, and why not, or where the same is to be had. */
  readonly isUsed: boolean;
  readonly inMillrace: string;
}

const everyKind: readonly DatabaseKind[] = ['postgresql', 'mysql', 'mariadb', 'oracle'];
const withSchemaHistory: readonly DatabaseKind[] = ['mysql', 'mariadb', 'oracle'];

/** The mode of every capture, and of a replication that says nothing else. */
export const defaultSnapshotMode = 'no_data';

const copiesItself =
  'Not used: Millrace copies existing rows itself, with direct SQL or through Kafka (initial), and captures changes before that.';

const throughKafka =
  'Existing rows are copied through Kafka Connect and Kafka, for a source that the copy workers may not query: capture streams first, then ' +
  'a connector of Millrace reads the planned chunks, and the workers write them to the target. ' +
  'For Oracle by the documentation of its driver: it was not tried on a server.';

/** `custom` is left out: it takes a class of one's own, and connectors come from a closed schema. */
export const snapshotModes: readonly SnapshotMode[] = [
  {
    mode: 'no_data',
    kinds: everyKind,
    formerNames: ['never', 'schema_only'],
    meaning: 'Reads no rows; streams from the current position, or from the slot of a PostgreSQL source.',
    isUsed: true,
    inMillrace:
      'The default: capture streams first, then the rows are copied with direct SQL, in parallel and resumable.',
  },
  {
    mode: 'initial',
    kinds: everyKind,
    formerNames: [],
    meaning: 'Reads all rows on the first start, then streams.',
    isUsed: true,
    inMillrace: throughKafka,
  },
  {
    mode: 'initial_only',
    kinds: everyKind,
    formerNames: [],
    meaning: 'Reads all rows once and does not stream.',
    isUsed: false,
    inMillrace: copiesItself,
  },
  {
    mode: 'always',
    kinds: everyKind,
    formerNames: [],
    meaning: 'Reads all rows on every start, then streams.',
    isUsed: false,
    inMillrace: `${copiesItself} Start with force_resync to copy again.`,
  },
  {
    mode: 'when_needed',
    kinds: everyKind,
    formerNames: [],
    meaning: 'Reads all rows when the stored position is no longer in the log, then streams.',
    isUsed: true,
    inMillrace:
      'As initial. When changes were lost, the replication empties its target tables and copies them again by itself, once an hour at most, with ' +
      'an alert. With the other modes it stops with needs-resync until a start with force_resync.',
  },
  {
    mode: 'configuration_based',
    kinds: everyKind,
    formerNames: [],
    meaning: 'Reads schema and rows as single settings say.',
    isUsed: false,
    inMillrace: copiesItself,
  },
  {
    mode: 'recovery',
    kinds: withSchemaHistory,
    formerNames: ['schema_only_recovery'],
    meaning: 'Builds a lost or broken schema history again from the tables as they are now, then streams on.',
    isUsed: false,
    inMillrace:
      'Not used: it is only right when no table changed since the stored position. Start with force_resync instead.',
  },
];

/** What a replication can have, by the names of today. */
export const usedSnapshotModes = ['no_data', 'initial', 'when_needed'] as const;
export type UsedSnapshotMode = (typeof usedSnapshotModes)[number];

export const isUsedSnapshotMode = (mode: string): mode is UsedSnapshotMode =>
  usedSnapshotModes.some((used) => used === mode);

/** A mode by its name of today or a former one. */
export const findSnapshotMode = (name: string): SnapshotMode | undefined =>
  snapshotModes.find(({ mode, formerNames }) => mode === name || formerNames.includes(name));
