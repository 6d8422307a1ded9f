import type { Hop } from '../contracts/hop.ts';
import type { ErrorCode } from '../errors/error-policies.ts';
import type { MillraceError } from '../errors/millrace-error.ts';

/** The databases of a replication as errors name them in `facts.database`: `host:port/name`. */
export interface DatabaseLabels {
  readonly source: string;
  readonly target: string;
}

/** Where the fault is that an error tells of. A database that is both source and target counts as the target. */
export const hopOfError = ({ code, facts }: MillraceError, labels: DatabaseLabels): Hop => {
  if (facts.database === labels.target) return 'target';
  if (facts.database === labels.source) return 'source';
  return hopOfCode(code);
};

/** Where the fault is most likely, by the error's code alone. */
export const hopOfCode = (code: ErrorCode): Hop => {
  switch (code) {
    case 'KafkaUnavailable':
      return 'kafka';
    case 'ConnectUnavailable':
    case 'ConnectRejected':
    case 'CaptureNotStreaming':
    case 'CaptureFailed':
    case 'NeedsResync':
    case 'UndecodableEvent':
      return 'capture';
    case 'OpenTransactions':
    case 'SchemaChanged':
    case 'TableNotFound':
    case 'UnreadableText':
    case 'UnsupportedType':
    case 'ValidationFailed':
      return 'source';
    case 'ConstraintViolated':
    case 'DatabaseConflict':
    case 'DatabaseFull':
    case 'DeadLetterLimit':
    case 'OwnershipLost':
    case 'SchemaMismatch':
    case 'SystemicFault':
    case 'TargetChanged':
    case 'TargetTableClaimed':
    case 'ValueRejected':
      return 'target';
    default:
      return 'consumer';
  }
};
