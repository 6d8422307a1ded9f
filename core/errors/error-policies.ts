/**
 * What is done about an error, decided in this one table and nowhere else.
 *
 * - `transient`: the same action may succeed later; callers retry it with back-off.
 * - `persistent`: repeating cannot help; someone has to change something first.
 * - `bug`: an invariant of Millrace is broken; stop and report.
 */
export type ErrorDisposition = 'transient' | 'persistent' | 'bug';

export interface ErrorPolicy {
  readonly disposition: ErrorDisposition;
  /** HTTP status when the error reaches the API's edge. */
  readonly httpStatus: number;
  /** The next thing an operator should do, as one sentence. */
  readonly advice: string;
  /** The fault is one table's: the consumer holds this table, and the others go on. */
  readonly isOfOneTable?: true;
  /** The target refuses one row: the policy of the replication decides (core/contracts/dead-letter.ts). Set together with `isOfOneTable`. */
  readonly isOfOneRow?: true;
}

/**
 * What the consumer does when applying ends with an error. retry: it tries again from the checkpoint for as long as the error lasts.
 * dead-letter: the event may become a dead letter, if the replication's policy says so; else its table is held. hold-table: the table
 * is held exactly before the event. stop: the replication ends. Faults of a whole server, as a full disk or a missing
 * privilege, are never dead letters. A full disk is waited for, as a target that is away is.
 */
export type ApplyAction = 'retry' | 'dead-letter' | 'hold-table' | 'stop';

const transient = (httpStatus: number, advice: string): ErrorPolicy => ({
  disposition: 'transient',
  httpStatus,
  advice,
});
const persistent = (httpStatus: number, advice: string): ErrorPolicy => ({
  disposition: 'persistent',
  httpStatus,
  advice,
});
const ofOneTable = (httpStatus: number, advice: string): ErrorPolicy => ({
  ...persistent(httpStatus, advice),
  isOfOneTable: true,
});
const ofOneRow = (httpStatus: number, advice: string): ErrorPolicy => ({
  ...ofOneTable(httpStatus, advice),
  isOfOneRow: true,
});
const bug = (advice: string): ErrorPolicy => ({ disposition: 'bug', httpStatus: 500, advice });

export const errorPolicies = {
  // What a caller of the API sent.
  InvalidRequest: persistent(400, 'Correct the fields that the error names and send the request again.'),
  Unauthorized: persistent(401, 'Send a valid token in the Authorization header: Bearer <token>.'),
  Forbidden: persistent(403, 'Use a token whose role and client allow this action.'),
  NotFound: persistent(404, 'Check the identifier against the list of what your token can see.'),
  MethodNotAllowed: persistent(405, 'Use a method that the header Allow names.'),
  PreconditionFailed: persistent(
    412,
    'Read the resource again, decide again, and send its new ETag in If-Match.',
  ),
  RequestTimeout: transient(
    504,
    'Read the current state before you repeat the request: what it had begun may be done by now. Then check the load and ' +
      'the locks of the database that it concerns.',
  ),
  TooManyRequests: transient(429, 'Repeat the request after the seconds that the header Retry-After names.'),
  Conflict: persistent(409, 'Read the current state of the resource, then decide again.'),
  IdempotencyKeyReused: persistent(
    422,
    'Send another request with another Idempotency-Key, or the same request exactly as before.',
  ),
  QuotaExceeded: persistent(
    409,
    'Delete what is not used any more, or ask who runs this installation for more: PUT /clients/{id}/quotas.',
  ),
  TargetTableClaimed: persistent(
    409,
    'Map the table to another target name: a target table belongs to one replication.',
  ),
  ReplicationTooLarge: persistent(
    422,
    'Spread the tables over several replications, or map fewer columns by name.',
  ),
  ValidationFailed: persistent(422, 'Fix every listed problem, then try again.'),

  // Databases.
  DatabaseUnreachable: transient(502, 'Check host, port, network path and security groups of the database.'),
  DatabaseAuthenticationFailed: persistent(
    422,
    'Correct the user name or password of the registered database: PATCH /databases/{id} {"password": ...}.',
  ),
  DatabaseAddressRefused: persistent(
    422,
    'Register the database at an address and a port that this environment allows (PATCH /databases/{id}), or add its network ' +
      'to databaseNetwork in infra/config and deploy.',
  ),
  DatabaseTlsFailed: persistent(
    422,
    'Correct the TLS mode or the CA bundle of the registered database (PATCH /databases/{id}), or the certificate of its server.',
  ),
  DatabaseNotFound: persistent(422, 'Correct the database name, or create the database.'),
  DatabaseTimeout: transient(504, 'Check the load and locks of the database.'),
  DatabaseConflict: transient(
    503,
    'No action is needed: the whole transaction is tried again after a deadlock or serialization failure.',
  ),
  DatabaseUnavailable: transient(503, 'Check that the database is up, writable and not out of connections.'),
  DatabaseFull: transient(
    507,
    'Free or add disk space on the database. A replication that is active goes on by itself then; start one that is in error.',
  ),
  PermissionDenied: persistent(422, 'Grant the missing privilege that the error names.'),
  TableNotFound: ofOneTable(422, 'Check the schema and table name; names are case-sensitive.'),
  ConstraintViolated: ofOneRow(
    422,
    'Compare the named target constraint with the source and drop or fix it.',
  ),
  ValueRejected: ofOneRow(
    422,
    'Widen the named target column or correct its type, or give the table another value_policy.',
  ),
  UnreadableText: ofOneTable(
    422,
    'Correct the text at the source: it has bytes that are not valid in the encoding of its database.',
  ),
  SchemaMismatch: ofOneTable(
    422,
    'Change the target table so that it matches the source, or start with force_resync.',
  ),
  TargetChanged: ofOneTable(
    409,
    'Bring the target table into line with the source, then copy the table again: POST /replications/{id}/tables/{table}/resync. ' +
      'Without a new copy, rows that the change has rounded, cut or emptied would stay as they are.',
  ),
  SchemaChanged: ofOneTable(
    409,
    'Copy the table again in its new form: POST /replications/{id}/tables/{table}/resync.',
  ),
  SchemaChangeStops: persistent(
    409,
    'Choose another action for such changes (PUT /replications/{id}/schema-policy), or leave the table out, then start the replication.',
  ),
  UnsupportedType: ofOneTable(
    422,
    'Leave the column out of the replication or change its type at the source.',
  ),
  EventsExpired: ofOneTable(
    409,
    'Copy the table again: POST /replications/{id}/tables/{table}/resync, or leave it out.',
  ),
  EventTooLarge: ofOneTable(
    422,
    'Make the row smaller at the source, or leave the column out, then copy the table again: POST ' +
      '/replications/{id}/tables/{table}/resync.',
  ),
  UndecodableEvent: ofOneTable(
    500,
    'Read the event at the named topic and offset: it does not have the form that Debezium writes.',
  ),

  SystemicFault: ofOneTable(
    422,
    'Fix the named constraint or column of the target, then restart the replication. Replay what became dead letters before.',
  ),
  DeadLetterLimit: ofOneTable(
    422,
    'Fix the cause, replay or discard the dead letters (GET /replications/{id}/dead-letters), or raise the limit; then restart the ' +
      'replication.',
  ),

  OpenTransactions: persistent(
    409,
    'Commit the named transactions, roll them back or end their sessions, then start the replication again. A start with ' +
      'a longer transaction_wait_seconds waits longer.',
  ),

  // Kafka and Connect.
  KafkaUnavailable: transient(503, 'Check the brokers and the network path to them.'),
  ConnectUnavailable: transient(503, 'Check the Kafka Connect service.'),
  ConnectRejected: persistent(422, 'Read the message of Kafka Connect; a setting or grant is wrong.'),
  CaptureNotStreaming: transient(503, 'Check the status of the connector and the log of Kafka Connect.'),
  CaptureFailed: persistent(422, 'Read the trace of the connector task in the status and fix its cause.'),

  // Correctness guards: each stops the replication with its data untouched.
  NeedsResync: persistent(
    409,
    'Changes were lost before they were applied: start with force_resync to reload.',
  ),
  Fenced: persistent(
    409,
    'No action is needed: a newer consumer owns this replication, and this one has stopped.',
  ),
  OwnershipLost: persistent(
    409,
    'Start the replication: it takes its target tables again, unless another replication has them now.',
  ),
  StartInterrupted: persistent(
    409,
    'Start the replication again: it resumes where the start was interrupted.',
  ),
  Superseded: persistent(409, 'No action is needed: a stop or a newer start has replaced this run.'),

  // AWS.
  StoreUnavailable: transient(
    503,
    'No action is needed while the call is retried. If the error lasts, check DynamoDB.',
  ),
  ServiceUnavailable: transient(
    503,
    'No action is needed while the call is retried. If the error lasts, check the AWS service that it names.',
  ),
  StateTooNew: persistent(
    503,
    'Deploy the version of Millrace that was deployed last, or a newer one: an older one would misread what it has written.',
  ),
  SecretMissing: persistent(
    422,
    'Give the password of the database again (PATCH /databases/{id} {"password": ...}): the secret with it was deleted.',
  ),
  TaskLaunchFailed: transient(503, 'Check Fargate capacity, the subnets and the task definition.'),
  CopyFailed: persistent(500, 'Read the message of the failed table and start the replication again.'),

  // The local stack.
  PrerequisiteMissing: persistent(500, 'Install what the message names, then run the command again.'),
  LocalStackFailed: persistent(
    500,
    'Fix what the message or the log that it names says, then run the command again.',
  ),

  Internal: bug('Report this with the log lines around it: it is a defect of Millrace.'),
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorCode = keyof typeof errorPolicies;

/** What is done about an error of applying, by its policy alone. */
export const applyActionOf = (code: ErrorCode): ApplyAction => {
  const { disposition, isOfOneTable, isOfOneRow }: ErrorPolicy = errorPolicies[code];
  if (disposition === 'transient') return 'retry';
  if (isOfOneRow === true) return 'dead-letter';
  return isOfOneTable === true ? 'hold-table' : 'stop';
};

/** Server errors of the API for which a client's database answers, and not this service. */
const faultsOfDatabases: ReadonlySet<ErrorCode> = new Set([
  'DatabaseUnreachable',
  'DatabaseTimeout',
  'DatabaseConflict',
  'DatabaseUnavailable',
  'DatabaseFull',
  'RequestTimeout',
]);

/** Whether an answer of the API with this code is for its operators to look at. */
export const isOurFault = (code: ErrorCode): boolean =>
  errorPolicies[code].httpStatus >= 500 && !faultsOfDatabases.has(code);

/** A code as it was stored or sent by another part; what is not in the table counts as `Internal`. */
export const toErrorCode = (code: string | undefined): ErrorCode =>
  code !== undefined && Object.hasOwn(errorPolicies, code) ? (code as ErrorCode) : 'Internal';
