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

/** The mode of every connector that Millrace creates. */
export const usedSnapshotMode = 'no_data';

const copiesItself =
  'Not used: Millrace copies existing rows with direct SQL, in parallel and resumable, instead of through Kafka.';

/** `custom` is left out: it takes a class of one's own, and connectors come from a closed schema. */
export const snapshotModes: readonly SnapshotMode[] = [
  {
    mode: 'no_data',
    kinds: everyKind,
    formerNames: ['never', 'schema_only'],
    meaning: 'Reads no rows; streams from the current position, or from the slot of a PostgreSQL source.',
    isUsed: true,
    inMillrace:
      'The mode of every replication: capture streams first, then the rows are copied with direct SQL.',
  },
  {
    mode: 'initial',
    kinds: everyKind,
    formerNames: [],
    meaning: 'Reads all rows on the first start, then streams.',
    isUsed: false,
    inMillrace: copiesItself,
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
    isUsed: false,
    inMillrace:
      'Not used: when changes were lost, the replication stops with needs-resync, and a start with force_resync copies again.',
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

/** A mode by its name of today or a former one. */
export const findSnapshotMode = (name: string): SnapshotMode | undefined =>
  snapshotModes.find(({ mode, formerNames }) => mode === name || formerNames.includes(name));
