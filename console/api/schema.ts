/** Generated from docs/openapi.json by `npm run openapi`. Do not edit it. */

export interface paths {
  '/v1/clients': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the clients that the token may see.
     * @description Needs a token of role viewer.
     */
    get: operations['listClients'];
    put?: never;
    /**
     * Create a client: the tenant that owns databases and replications.
     * @description Needs a token of role admin and of all clients.
     */
    post: operations['createClient'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clients/{client_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a client.
     * @description Needs a token of role viewer.
     */
    get: operations['getClient'];
    put?: never;
    post?: never;
    /**
     * Delete a client that has no replications, databases and tokens. Its number is never used again.
     * @description Needs a token of role admin and of all clients.
     */
    delete: operations['deleteClient'];
    options?: never;
    head?: never;
    /**
     * Give a client another name.
     * @description Needs a token of role admin and of all clients.
     */
    patch: operations['updateClient'];
    trace?: never;
  };
  '/v1/clients/{client_id}/quotas': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What a client has, and how much of it it may have.
     * @description Needs a token of role viewer.
     */
    get: operations['getClientQuotas'];
    /**
     * Set how much a client may have, other than each client of the environment.
     * @description Needs a token of role admin and of all clients.
     */
    put: operations['setClientQuotas'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Say whose token this is, and what it may do.
     * @description Needs a token of role viewer.
     */
    get: operations['getMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Say which Millrace this is, and which image its consumers and copy workers run.
     * @description Needs a token of role viewer.
     */
    get: operations['getVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the tokens that the caller may see. None shows its text.
     * @description Needs a token of role admin.
     */
    get: operations['listTokens'];
    put?: never;
    /**
     * Create a token. It is shown this once.
     * @description Needs a token of role admin.
     */
    post: operations['createToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clients/{client_id}/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Create a token for a client, by default of role operator. It is shown this once.
     * @description Needs a token of role admin.
     */
    post: operations['createClientToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/tokens/{token_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a token. Its text is not shown.
     * @description Needs a token of role admin.
     */
    get: operations['getToken'];
    put?: never;
    post?: never;
    /**
     * Revoke a token. It is refused after one minute at the latest.
     * @description Needs a token of role admin.
     */
    delete: operations['revokeToken'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/databases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the registered databases.
     * @description Needs a token of role viewer.
     */
    get: operations['listDatabases'];
    put?: never;
    /**
     * Register a database as a source or target. Nothing connects to it yet when its kind is given.
     * @description Needs a token of role operator.
     */
    post: operations['registerDatabase'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/databases/{database_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a registered database.
     * @description Needs a token of role viewer.
     */
    get: operations['getDatabase'];
    put?: never;
    post?: never;
    /**
     * Delete a database that no replication uses, with its secret. Nothing is changed in the database itself.
     * @description Needs a token of role operator.
     */
    delete: operations['deleteDatabase'];
    options?: never;
    head?: never;
    /**
     * Change how a database is reached: address, TLS, user, password. It is connected to before anything is saved, and replications that run take the change.
     * @description Needs a token of role operator.
     */
    patch: operations['updateDatabase'];
    trace?: never;
  };
  '/v1/databases/{database_id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Connect to a database and say what is missing to use it as a source or target.
     * @description Needs a token of role operator.
     */
    post: operations['testDatabase'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/databases/{database_id}/tables': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the tables of a database with keys, row estimates and sizes.
     * @description Needs a token of role viewer.
     */
    get: operations['discoverTables'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/snapshot-modes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the snapshot modes of Debezium's connectors do, which one replications have, and why.
     * @description Needs a token of role viewer.
     */
    get: operations['listSnapshotModes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the replications, without their tables.
     * @description Needs a token of role viewer.
     */
    get: operations['listReplications'];
    put?: never;
    /**
     * Configure a replication. Its tables are checked at the source; nothing runs until it is started.
     * @description Needs a token of role operator.
     */
    post: operations['createReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a replication.
     * @description Needs a token of role viewer.
     */
    get: operations['getReplication'];
    put?: never;
    post?: never;
    /**
     * Delete a replication with everything it consists of: consumer, connector, slot, publication, topics, checkpoints.
     * @description Needs a token of role operator.
     */
    delete: operations['deleteReplication'];
    options?: never;
    head?: never;
    /**
     * Change the mapping of tables and columns, value policies, and options of the connector. Tables whose rows come out otherwise are copied again while the others stream.
     * @description Needs a token of role operator.
     */
    patch: operations['updateReplication'];
    trace?: never;
  };
  '/v1/replications/{replication_id}/validate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A dry run: makes every check of a start, with Kafka Connect's own of the connector, and changes nothing.
     * @description Needs a token of role operator.
     */
    post: operations['validateReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Start a replication. Starting it twice is one start; an active one is left as it is.
     * @description Needs a token of role operator.
     */
    post: operations['startReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pause an active replication: nothing is written at the target, and capture goes on. Changes wait in Kafka.
     * @description Needs a token of role operator.
     */
    post: operations['pauseReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resume a paused replication: it applies what was captured meanwhile. Nothing is copied again.
     * @description Needs a token of role operator.
     */
    post: operations['resumeReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/restart': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Restart consumer, connector and its tasks of a replication that is active or has failed. Nothing is copied again.
     * @description Needs a token of role operator.
     */
    post: operations['restartReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stop a replication: the consumer commits what it has in hand, and the connector is paused. A start goes on from there.
     * @description Needs a token of role operator.
     */
    post: operations['stopReplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/consumer': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change where the consumer runs, and the size of a task of its own. One that is at work is launched again there; nothing is copied again.
     * @description Needs a token of role operator.
     */
    patch: operations['updateConsumerSettings'];
    trace?: never;
  };
  '/v1/replications/{replication_id}/schema-policy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What is done when a table of the replication is changed at the source.
     * @description Needs a token of role viewer.
     */
    get: operations['getSchemaPolicy'];
    /**
     * Choose what is done when a table is changed at the source. It counts from the next change on; a table that is held tries again when its consumer starts again.
     * @description Needs a token of role operator.
     */
    put: operations['setSchemaPolicy'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/tables': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Add tables to a replication. The others stream on, and are not copied again.
     * @description Needs a token of role operator.
     */
    post: operations['addTables'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/tables/{table}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Leave a table out of a replication. The others stream on, and the target table stays as it is.
     * @description Needs a token of role operator.
     */
    delete: operations['removeTable'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/tables/{table}/resync': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Copy one table again, in the shape that it has at the source now. The others stream on.
     * @description Needs a token of role operator.
     */
    post: operations['resyncTable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/deletion': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How far the deletion of a replication is. It is kept for 90 days after the replication is gone.
     * @description Needs a token of role viewer.
     */
    get: operations['getDeletion'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Whether it replicates: connector, consumer, lag and the state of each table.
     * @description Needs a token of role viewer.
     */
    get: operations['getStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/copy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How far the initial copy is: rows, bytes, percent, rows per second and time left.
     * @description Needs a token of role viewer.
     */
    get: operations['getCopyProgress'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/activity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What happened to a replication in the last 90 days: who started, stopped or changed it, failures and heals. Also of one that is deleted.
     * @description Needs a token of role viewer.
     */
    get: operations['listActivity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/activity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What happened to all replications and databases of the client in the last 90 days.
     * @description Needs a token of role viewer.
     */
    get: operations['listClientActivity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/activity/installation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What was done in the last 90 days that is of no one client: clients created and deleted, tokens and alert rules of all clients, connectors of nobody deleted.
     * @description Needs a token of role viewer and of all clients.
     */
    get: operations['listInstallationActivity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/schema-changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the changes of tables that wait for a person, and those that were decided in the last 90 days.
     * @description Needs a token of role viewer.
     */
    get: operations['listSchemaChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/schema-changes/{change_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a change of a table: what it is, what is planned at the target, its risk and its last rehearsal.
     * @description Needs a token of role viewer.
     */
    get: operations['getSchemaChange'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/schema-changes/{change_id}/rehearse': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Try a change at the target, and leave nothing of it: in a transaction that is rolled back, or on a copy without rows.
     * @description Needs a token of role operator.
     */
    post: operations['rehearseSchemaChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/schema-changes/{change_id}/approve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Approve a change as it was shown. The consumer does it at its place between the rows, at once or when it runs next; a change that cannot be followed begins a new copy of its table.
     * @description Needs a token of role operator.
     */
    post: operations['approveSchemaChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/schema-changes/{change_id}/reject': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Reject a change. Its table stays held; the answer names the ways on.
     * @description Needs a token of role operator.
     */
    post: operations['rejectSchemaChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/dead-letters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the dead letters: changes that the target has refused, and those that wait behind them.
     * @description Needs a token of role viewer.
     */
    get: operations['listDeadLetters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change what happens to changes that the target refuses, and how many dead letters there may be.
     * @description Needs a token of role operator.
     */
    patch: operations['updateDeadLetterSettings'];
    trace?: never;
  };
  '/v1/replications/{replication_id}/dead-letters/causes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The dead letters by cause: how many, since when, with an example.
     * @description Needs a token of role viewer.
     */
    get: operations['listDeadLetterCauses'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/dead-letters/{dead_letter_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a dead letter.
     * @description Needs a token of role viewer.
     */
    get: operations['getDeadLetter'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/dead-letters/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replay dead letters: each row is read again from the source, and written in the order of the stream. A dry run only tries.
     * @description Needs a token of role operator.
     */
    post: operations['replayDeadLetters'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/dead-letters/discard': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give dead letters up, with a reason. Their rows may differ from the source until their next change.
     * @description Needs a token of role operator.
     */
    post: operations['discardDeadLetters'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/why': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Why it is healthy or not: the cause, where it is, since when, and what to do.
     * @description Needs a token of role viewer.
     */
    get: operations['explainReplication'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Its health, lag and applied changes, minute by minute or in longer steps, for up to 7 days.
     * @description Needs a token of role viewer.
     */
    get: operations['listHealthHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/incidents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What is the matter with the replications of the client, or was within the last 90 days.
     * @description Needs a token of role viewer.
     */
    get: operations['listIncidents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/incidents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What is the matter with a replication, or was within the last 90 days.
     * @description Needs a token of role viewer.
     */
    get: operations['listReplicationIncidents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/incidents/{incident_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get an incident, open or closed.
     * @description Needs a token of role viewer.
     */
    get: operations['getIncident'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/source': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the source keeps for a replication: its log against the limit, how fast that grows, who reads it, open transactions.
     * @description Needs a token of role viewer.
     */
    get: operations['getSourceSafety'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connect': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Whether Kafka Connect answers, and which of its connectors belong to no replication.
     * @description Needs a token of role viewer.
     */
    get: operations['getConnectHealth'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The connectors of the replications of the client, with their states.
     * @description Needs a token of role viewer.
     */
    get: operations['listConnectors'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The state of a connector and its tasks, with the traces of what has failed.
     * @description Needs a token of role viewer.
     */
    get: operations['getConnector'];
    put?: never;
    post?: never;
    /**
     * Delete a connector that belongs to no replication. That of a replication goes when the replication is deleted.
     * @description Needs a token of role admin and of all clients.
     */
    delete: operations['deleteConnector'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/config': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The configuration of a connector, without secrets. It is changed through its replication.
     * @description Needs a token of role viewer.
     */
    get: operations['getConnectorConfig'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The tasks of a connector.
     * @description Needs a token of role viewer.
     */
    get: operations['listConnectorTasks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/validate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Kafka Connect's own check of the configuration that a connector has. Nothing is changed.
     * @description Needs a token of role operator.
     */
    post: operations['validateConnector'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pause a connector that is not meant to run. One that is meant to is paused by stopping its replication.
     * @description Needs a token of role operator.
     */
    post: operations['pauseConnector'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resume a connector whose replication is meant to capture. A health check does it within a minute, too.
     * @description Needs a token of role operator.
     */
    post: operations['resumeConnector'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/restart': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Restart a connector with all its tasks, which read their secrets again. It goes on where it stopped.
     * @description Needs a token of role operator.
     */
    post: operations['restartConnector'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{connector}/tasks/{task}/restart': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Restart one task of a connector.
     * @description Needs a token of role operator.
     */
    post: operations['restartConnectorTask'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the health checks measure of all replications that the token may see, for a Prometheus.
     * @description Needs a token of role viewer.
     */
    get: operations['readMetrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/metrics/targets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Where the consumers and copy workers show their own metrics, for a Prometheus to find them.
     * @description Needs a token of role viewer.
     */
    get: operations['listMetricsTargets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replications/{replication_id}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the consumer, the copy worker, the steps of a start, the healer and the connector of a replication have logged, in one list. With `wait_seconds` it waits for a line, so that a caller can follow.
     * @description Needs a token of role viewer.
     */
    get: operations['readLogs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fleet': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * All replications that the token may see, of all its clients, with what the health check found last.
     * @description Needs a token of role viewer.
     */
    get: operations['getFleet'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-channels/{channel_id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a test to a channel, on the way of every alert, and say how it ended. It is tried once.
     * @description Needs a token of role operator.
     */
    post: operations['testAlertChannel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-topic/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a test to the alert topic of the deployment, whose subscribers get it by mail.
     * @description Needs a token of role operator and of all clients.
     */
    post: operations['testAlertTopic'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Which alerts went to which channel in the last 30 days, how often they were tried and how that ended. A token of one client sees those to its own channels.
     * @description Needs a token of role viewer.
     */
    get: operations['listAlertDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-channels': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the channels that the token may see. The alert topic of the deployment is not among them: it gets everything that no route keeps from it.
     * @description Needs a token of role viewer.
     */
    get: operations['listAlertChannels'];
    put?: never;
    /**
     * Add a channel for alerts: Slack, or a signed webhook. Routes say what goes there.
     * @description Needs a token of role operator.
     */
    post: operations['createAlertChannel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-channels/{channel_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a channel. Its URL and key are not shown.
     * @description Needs a token of role viewer.
     */
    get: operations['getAlertChannel'];
    put?: never;
    post?: never;
    /**
     * Delete a channel that no route uses, with its secret.
     * @description Needs a token of role operator.
     */
    delete: operations['deleteAlertChannel'];
    options?: never;
    head?: never;
    /**
     * Change the name of a channel, or its URL with its key.
     * @description Needs a token of role operator.
     */
    patch: operations['updateAlertChannel'];
    trace?: never;
  };
  '/v1/alert-routes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the routes of alerts that the token may see.
     * @description Needs a token of role viewer.
     */
    get: operations['listAlertRoutes'];
    put?: never;
    /**
     * Send incidents of a client, or of all clients, to channels.
     * @description Needs a token of role operator.
     */
    post: operations['createAlertRoute'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-routes/{route_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a route of alerts.
     * @description Needs a token of role viewer.
     */
    get: operations['getAlertRoute'];
    put?: never;
    post?: never;
    /**
     * Delete a route of alerts. Its channels stay.
     * @description Needs a token of role operator.
     */
    delete: operations['deleteAlertRoute'];
    options?: never;
    head?: never;
    /**
     * Change what a route takes, and where it sends it.
     * @description Needs a token of role operator.
     */
    patch: operations['updateAlertRoute'];
    trace?: never;
  };
  '/v1/alert-mutes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the mutes that the token may see: for all clients they are shown to every token.
     * @description Needs a token of role viewer.
     */
    get: operations['listAlertMutes'];
    put?: never;
    /**
     * Tell nobody of incidents until a time, for maintenance. They are opened and listed as ever, and what still lasts then is told.
     * @description Needs a token of role operator.
     */
    post: operations['createAlertMute'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alert-mutes/{mute_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * End a mute. What still lasts is told within a minute.
     * @description Needs a token of role operator.
     */
    delete: operations['deleteAlertMute'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Client: {
      client_id: number;
      name: string;
      /** Format: date-time */
      created_at: string;
    };
    ClientList: {
      clients: components['schemas']['Client'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    ClientQuotas: {
      client_id: number;
      databases: {
        used: number;
        /** @description Null: none. */
        limit: number | null;
        /** @description Whether the limit was set for this client, and is not that of the environment. */
        is_own: boolean;
      };
      replications: {
        used: number;
        /** @description Null: none. */
        limit: number | null;
        /** @description Whether the limit was set for this client, and is not that of the environment. */
        is_own: boolean;
      };
      /** @description Of all replications together. */
      tables: {
        used: number;
        /** @description Null: none. */
        limit: number | null;
        /** @description Whether the limit was set for this client, and is not that of the environment. */
        is_own: boolean;
      };
      tokens: {
        used: number;
        /** @description Null: none. */
        limit: number | null;
        /** @description Whether the limit was set for this client, and is not that of the environment. */
        is_own: boolean;
      };
      /** @description Channels, routes and mutes together. */
      alert_rules: {
        used: number;
        /** @description Null: none. */
        limit: number | null;
        /** @description Whether the limit was set for this client, and is not that of the environment. */
        is_own: boolean;
      };
    };
    Token: {
      token_id: number;
      name: string;
      /** @enum {string} */
      role: 'viewer' | 'operator' | 'admin';
      /** @description Null: all clients. */
      client_id: number | null;
      /** Format: date-time */
      created_at: string;
      /** @description The name of the token that created it. */
      created_by: string;
      expires_at: string | null;
      /** @description To the minute; null: never used. */
      last_used_at: string | null;
    };
    NewToken: {
      token_id: number;
      name: string;
      /** @enum {string} */
      role: 'viewer' | 'operator' | 'admin';
      /** @description Null: all clients. */
      client_id: number | null;
      /** Format: date-time */
      created_at: string;
      /** @description The name of the token that created it. */
      created_by: string;
      expires_at: string | null;
      /** @description To the minute; null: never used. */
      last_used_at: string | null;
      /** @description Shown this once; only its SHA-256 is stored. */
      token: string;
    };
    TokenList: {
      tokens: components['schemas']['Token'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    Me: {
      name: string;
      /** @enum {string} */
      role: 'viewer' | 'operator' | 'admin';
      /** @description Null: all clients. */
      client_id: number | null;
      /** @description Null: the admin token of the deployment. */
      token_id: number | null;
    };
    Versions: {
      /** @description Of Millrace. */
      version: string;
      api_version: string;
      /** @description Of consumers and copy workers that are launched now; those that run are replaced one after the other. */
      worker_image: string;
    };
    Database: {
      database_id: number;
      name: string;
      /** @enum {string} */
      kind: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
      host: string;
      port: number;
      database: string;
      username: string;
      /** @enum {string} */
      tls_mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
      ca_pem: string | null;
      /** Format: date-time */
      created_at: string;
    };
    DatabaseList: {
      databases: components['schemas']['Database'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    UpdatedDatabase: {
      database: components['schemas']['Database'];
      /** @description What became of the replications that use the database. */
      replications: {
        replication_id: number;
        /**
         * @description restarted: connector and consumer work with the change. started: it had failed and starts again. next-start: nothing runs. failed: it could not be told; send the change again.
         * @enum {string}
         */
        effect: 'restarted' | 'started' | 'next-start' | 'failed';
        message: string;
      }[];
    };
    DatabaseTest: {
      database_id: number;
      server_version: string;
      /** @description One round trip on an open connection. */
      latency_ms: number;
      /** @description Connecting, TLS and logging in. */
      connect_ms: number;
      /** @description Whether changes can be captured from it. */
      as_source: {
        ready: boolean;
        problems: components['schemas']['Problem'][];
      };
      /** @description Whether tables can be created and written in the default schema. */
      as_target: {
        ready: boolean;
        problems: components['schemas']['Problem'][];
      };
    };
    DiscoveredTables: {
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
      tables: {
        schema: string;
        table: string;
        /** @enum {string} */
        kind: 'table' | 'partitioned-table' | 'view' | 'foreign-table' | 'other';
        /** @description Or the columns of the unique index that serves as the key; empty when it has neither. */
        primary_key: string[];
        /** @description The unique index, or constraint, that serves as the key. null: the primary key, or none. */
        key_index: string | null;
        /** @enum {string} */
        replica_identity: 'default' | 'full' | 'nothing' | 'index';
        columns: number;
        /** @description From the catalog's statistics; null when the table was never analysed. */
        estimated_rows: number | null;
        /** @description Without indexes. */
        bytes: number;
        replicable: boolean;
        /** @description Why it is not replicable. */
        problems: components['schemas']['Problem'][];
      }[];
    };
    Replication: {
      replication_id: number;
      name: string;
      source_database_id: number;
      target_database_id: number;
      connector_name: string;
      topic_prefix: string;
      /** @enum {string} */
      status:
        | 'configured'
        | 'starting'
        | 'active'
        | 'pausing'
        | 'paused'
        | 'stopping'
        | 'stopped'
        | 'error'
        | 'needs-resync'
        | 'deleting';
      is_active: boolean;
      /** @enum {string} */
      desired: 'running' | 'paused' | 'stopped';
      /** @description Counts the starts. */
      generation: number;
      execution_arn: string | null;
      last_error_code: string | null;
      last_error_message: string | null;
      /** Format: date-time */
      status_since: string;
      /** Format: date-time */
      created_at: string;
      table_count: number;
      consumer: components['schemas']['ConsumerSettings'];
      dead_letters: components['schemas']['DeadLetterSettings'];
      target_table_name: string;
      /** @description Counts the changes of `tables`. */
      tables_version: number;
      /** @description A change of the tables that is at work or has failed; null when there is none. */
      table_change: {
        version: number;
        /** @enum {string} */
        state: 'running' | 'failed';
        /** @description Source tables that are being left out. */
        leaving: {
          schema: string;
          table: string;
        }[];
        /** @description Source tables that are copied again. */
        resync: {
          schema: string;
          table: string;
        }[];
        /** Format: date-time */
        started_at: string;
        /** @description Why it failed. */
        message: string | null;
      } | null;
      tables: {
        source: {
          schema: string;
          table: string;
        };
        target: {
          schema: string;
          table: string;
        };
        columns: {
          source: string;
          /** @description Null: as at the source. */
          target: string | null;
          omit: boolean;
          /** @description Null: that of the source. */
          type: string | null;
        }[];
        /** @enum {string} */
        value_policy: 'fail' | 'null' | 'text';
        /** @enum {string} */
        unlogged_cascades: 'refuse' | 'accept';
      }[];
      capture: {
        /** @enum {string} */
        snapshot_mode: 'no_data' | 'initial' | 'when_needed';
        max_batch_events: number;
        max_queue_events: number;
        max_queue_bytes: number;
        heartbeat_interval_ms: number;
        poll_interval_ms: number;
        retriable_restart_wait_ms: number;
        /** @description Null: the driver's own. */
        connect_timeout_ms: number | null;
      };
      schema_changes: {
        /** @enum {string} */
        preset: 'safe' | 'strict' | 'mirror';
        kinds: {
          [key: string]: 'auto' | 'ask' | 'ignore' | 'stop';
        };
        tables: {
          source: {
            schema: string;
            table: string;
          };
          /** @description Null: that of the replication. */
          preset: ('safe' | 'strict' | 'mirror') | null;
          kinds: {
            [key: string]: 'auto' | 'ask' | 'ignore' | 'stop';
          };
        }[];
      };
      /** @description Null: no table joins by itself. */
      new_tables: {
        include: string[];
        exclude: string[];
        /** @description Tables that match and are not replicated. `waiting`: add it (POST /replications/{id}/tables), or exclude it. `refused`: it cannot be added, and `message` says why; it is tried again every minute. */
        found: {
          source: {
            schema: string;
            table: string;
          };
          /** @enum {string} */
          state: 'waiting' | 'refused';
          message: string | null;
          /** Format: date-time */
          since: string;
        }[];
      } | null;
    };
    ReplicationList: {
      replications: {
        replication_id: number;
        name: string;
        source_database_id: number;
        target_database_id: number;
        connector_name: string;
        topic_prefix: string;
        /** @enum {string} */
        status:
          | 'configured'
          | 'starting'
          | 'active'
          | 'pausing'
          | 'paused'
          | 'stopping'
          | 'stopped'
          | 'error'
          | 'needs-resync'
          | 'deleting';
        is_active: boolean;
        /** @enum {string} */
        desired: 'running' | 'paused' | 'stopped';
        /** @description Counts the starts. */
        generation: number;
        execution_arn: string | null;
        last_error_code: string | null;
        last_error_message: string | null;
        /** Format: date-time */
        status_since: string;
        /** Format: date-time */
        created_at: string;
        table_count: number;
      }[];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    SchemaPolicy: {
      /** @enum {string} */
      preset: 'safe' | 'strict' | 'mirror';
      kinds: {
        [key: string]: 'auto' | 'ask' | 'ignore' | 'stop';
      };
      tables: {
        source: {
          schema: string;
          table: string;
        };
        /** @description Null: that of the replication. */
        preset: ('safe' | 'strict' | 'mirror') | null;
        kinds: {
          [key: string]: 'auto' | 'ask' | 'ignore' | 'stop';
        };
      }[];
      /** @description What is done at each kind of change, for tables without a policy of their own. */
      actions: {
        [key: string]: 'auto' | 'ask' | 'ignore' | 'stop';
      };
    };
    Validation: {
      replication_id: number;
      ready: boolean;
      /** @description All of them; empty when it can start. */
      problems: components['schemas']['Problem'][];
      /** @description What keeps no start from succeeding and should be changed all the same. */
      warnings: components['schemas']['Problem'][];
    };
    SnapshotModes: {
      snapshot_modes: {
        mode: string;
        former_names: string[];
        kinds: ('postgresql' | 'mysql' | 'mariadb' | 'oracle')[];
        /** @description What a connector of this mode does before it streams. */
        meaning: string;
        /** @description Whether a replication can have it. */
        supported: boolean;
        /** @description How the same is had here. */
        in_millrace: string;
      }[];
    };
    Status: {
      /** @enum {string} */
      overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
      /**
       * Format: date-time
       * @description Since when it is so, as far as the health check has seen it.
       */
      since: string;
      /** @description Where the most likely cause is; null when it is healthy. */
      hop: ('source' | 'capture' | 'kafka' | 'consumer' | 'target') | null;
      /** @description When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not. */
      tries_again_at: string | null;
      /** @description Why it is not healthy; empty when it is. */
      reasons: string[];
      /** @description What may harm the source, with what to do. */
      warnings: string[];
      /** @description The way of a change, with the lag of each place. */
      hops: components['schemas']['Hop'][];
      connector: {
        /** @enum {string} */
        state:
          | 'RUNNING'
          | 'PAUSED'
          | 'FAILED'
          | 'UNASSIGNED'
          | 'STOPPED'
          | 'RESTARTING'
          | 'NOT_CREATED'
          | 'UNKNOWN';
        healthy: boolean;
        tasks: {
          id: number;
          /** @enum {string} */
          state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
        }[];
        message: string;
      };
      consumer: {
        /** @enum {string} */
        state: 'STARTING' | 'RUNNING' | 'RETRYING' | 'STOPPED' | 'ERROR' | 'NOT_RUNNING';
        healthy: boolean;
        task_arn: string | null;
        last_heartbeat: string | null;
        heartbeat_recent: boolean;
        message: string;
      };
      /** @description What a start waits for at the source; null while it waits for nothing. */
      wait: {
        /** Format: date-time */
        since: string;
        /**
         * Format: date-time
         * @description When the start gives up.
         */
        until: string;
        transaction_count: number;
        /** @description The oldest first, at most 50. */
        transactions: string[];
      } | null;
      /** @description The pause that it is in; null when it is in none. */
      pause: {
        /** Format: date-time */
        since: string;
        /** @description Whose token it was. */
        by: string;
        reason: string | null;
        /**
         * Format: date-time
         * @description Kafka keeps what is captured meanwhile until then at least. A later resume may need `force_resync`.
         */
        changes_kept_until: string;
      } | null;
      /** @description What Millrace has created at the source and not removed. */
      source_objects: {
        /** @description `replication slot`, `publication` or `table`. */
        kind: string;
        name: string;
        /** @description Whether the source keeps its log for it as long as it exists and nothing reads it. */
        keeps_log: boolean;
      }[];
      config: {
        /** @enum {string} */
        status:
          | 'configured'
          | 'starting'
          | 'active'
          | 'pausing'
          | 'paused'
          | 'stopping'
          | 'stopped'
          | 'error'
          | 'needs-resync'
          | 'deleting';
        is_active: boolean;
        /** @enum {string} */
        desired: 'running' | 'paused' | 'stopped';
        connector_name: string;
        kafka_topic_prefix: string;
        generation: number;
        last_error_code: string | null;
        last_error_message: string | null;
        /** Format: date-time */
        status_since: string;
      };
      statistics: {
        /** @description Rows copied, inserted, updated and deleted. */
        total_rows_synced: number;
        rows_copied: number;
        rows_inserted: number;
        rows_updated: number;
        rows_deleted: number;
        tables_truncated: number;
        duplicates_skipped: number;
        tables_enabled: number;
        tables_live: number;
        last_sync_at: string | null;
        /** @description Changes of all tables that are not applied yet, as of the last heartbeat. Null while that is not known. */
        lag_events: number | null;
        /** @description Age in milliseconds of the oldest change that is not applied yet, since its commit at the source; 0 when there is none. Null when `lag_events` is. */
        lag_ms: number | null;
        /** @description Why the lag is not known; null when it is. */
        lag_message: string | null;
        source_position: string | null;
        /** @description Bytes of the source's log from where capture would go on to its end. PostgreSQL keeps them for the replication. Null: not known. */
        source_retained_bytes: number | null;
        /** @description When that was read. */
        source_retained_at: string | null;
        /** @description How fast that has grown within the last quarter of an hour. Null: not known yet. */
        source_retained_bytes_per_minute: number | null;
        /** @description Minutes until the source removes log that was not captured, at this rate (`max_slot_wal_keep_size`, expiry of the binary log). Null: it has no limit, or nothing grows. */
        source_minutes_to_loss: number | null;
      };
      tables: components['schemas']['TableStatus'][];
      /** Format: date-time */
      timestamp: string;
    };
    CopyProgress: {
      replication_id: number;
      rows_copied: number;
      bytes_copied: number;
      estimated_rows: number;
      percent: number;
      rows_per_second: number | null;
      bytes_per_second: number | null;
      seconds_left: number | null;
      tables: components['schemas']['TableCopy'][];
    };
    TableCopy: {
      source: {
        schema: string;
        table: string;
      };
      target: {
        schema: string;
        table: string;
      };
      /** @enum {string} */
      state: 'pending' | 'copying' | 'catching-up' | 'live' | 'skipped' | 'held';
      rows_copied: number;
      bytes_copied: number;
      estimated_rows: number;
      percent: number;
      rows_per_second: number | null;
      bytes_per_second: number | null;
      seconds_left: number | null;
      estimated_bytes: number;
      chunks: number;
      chunks_done: number;
      /** @description The chunk that took longest of those that are done. Null: none is done. */
      slowest_chunk: {
        /** @description Counted from 1. */
        chunk: number;
        duration_ms: number;
      } | null;
      runs_on: ('lambda' | 'fargate') | null;
      /** @description The unique index of the source table that serves as its key. null: the primary key does. */
      key_index: string | null;
      started_at: string | null;
      finished_at: string | null;
      /** @description Why the table is skipped or held, and what to do. */
      message: string | null;
      /** @description Since when the table waits, in state held. */
      held_since: string | null;
    };
    TableStatus: {
      source: {
        schema: string;
        table: string;
      };
      target: {
        schema: string;
        table: string;
      };
      /** @enum {string} */
      state: 'pending' | 'copying' | 'catching-up' | 'live' | 'skipped' | 'held';
      rows_copied: number;
      bytes_copied: number;
      estimated_rows: number;
      percent: number;
      rows_per_second: number | null;
      bytes_per_second: number | null;
      seconds_left: number | null;
      estimated_bytes: number;
      chunks: number;
      chunks_done: number;
      /** @description The chunk that took longest of those that are done. Null: none is done. */
      slowest_chunk: {
        /** @description Counted from 1. */
        chunk: number;
        duration_ms: number;
      } | null;
      runs_on: ('lambda' | 'fargate') | null;
      /** @description The unique index of the source table that serves as its key. null: the primary key does. */
      key_index: string | null;
      started_at: string | null;
      finished_at: string | null;
      /** @description Why the table is skipped or held, and what to do. */
      message: string | null;
      /** @description Since when the table waits, in state held. */
      held_since: string | null;
      /** @description Rows with dead letters: the target has refused a change of them. A table that has any is not in sync. Null: not known yet. */
      rows_known_to_differ: number | null;
      /** @description Rows of its changes that were inserted at the target, within the last minute or so. Null: no consumer has told it yet, or the table shares its topic with another one. */
      rows_inserted: number | null;
      /** @description As `rows_inserted`. */
      rows_updated: number | null;
      /** @description As `rows_inserted`. */
      rows_deleted: number | null;
      /** @description When the last of its changes was applied. Null: none was, or it was before this was counted. */
      last_change_at: string | null;
      /** @description Changes of this table that are not applied yet, as of the last heartbeat. Null before the copy of the table has ended, while the lag is not known (see `statistics.lag_message`), and for a table that is not among the 100 furthest behind when 100 or more are. */
      lag_events: number | null;
      /** @description Age in milliseconds of the oldest change of this table that is not applied yet, since its commit at the source; 0 when there is none. Null when `lag_events` is. */
      lag_ms: number | null;
    };
    Activity: {
      replication_id: number;
      /** @description Newest first. With a filter a page may have fewer than asked for, or none: the list ends where `next_cursor` is null. */
      activity: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        actor: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
        action: string;
        message: string;
        /** @description Null: it is of the client as a whole. */
        replication_id: number | null;
        /** @description Whose token it was, of what a user did. */
        by: string | null;
        /** @description Why, in the words of the user. */
        reason: string | null;
        /** @description What was changed, as it was. */
        before: {
          [key: string]: string;
        } | null;
        /** @description What was changed, as it is since. */
        after: {
          [key: string]: string;
        } | null;
      }[];
      /** @description Null: there is no more. */
      next_cursor: string | null;
    };
    ClientActivity: {
      /** @description Newest first. With a filter a page may have fewer than asked for, or none: the list ends where `next_cursor` is null. */
      activity: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        actor: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
        action: string;
        message: string;
        /** @description Null: it is of the client as a whole. */
        replication_id: number | null;
        /** @description Whose token it was, of what a user did. */
        by: string | null;
        /** @description Why, in the words of the user. */
        reason: string | null;
        /** @description What was changed, as it was. */
        before: {
          [key: string]: string;
        } | null;
        /** @description What was changed, as it is since. */
        after: {
          [key: string]: string;
        } | null;
      }[];
      /** @description Null: there is no more. */
      next_cursor: string | null;
    };
    Why: {
      replication_id: number;
      /** @enum {string} */
      overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
      /** @description What is the matter, where and for how long. */
      sentence: string;
      /** @description The most likely cause; null: nothing is at fault. */
      condition:
        | (
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed'
          )
        | null;
      /** @description Where the fault is. */
      hop: ('source' | 'capture' | 'kafka' | 'consumer' | 'target') | null;
      /** Format: date-time */
      since: string;
      /** @description What was measured. */
      evidence: {
        name: string;
        value: string | number;
      }[];
      /** @description What Millrace does about it by itself. */
      doing: string;
      /** @description When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not. */
      tries_again_at: string | null;
      /** @description What an operator can do. */
      advice: string | null;
      /** @description A call of this API that may end it. */
      call: string | null;
      /** @description The section about it, relative to the repository. */
      runbook: string | null;
      /** @description Everything that is looked at, in the order of the way of a change. */
      checks: {
        /** @enum {string} */
        check:
          | 'life-cycle'
          | 'source-reachable'
          | 'source-log'
          | 'connector'
          | 'capture'
          | 'consumer'
          | 'lag'
          | 'target'
          | 'tables'
          | 'table-change'
          | 'new-tables'
          | 'dead-letters'
          | 'health-check';
        /** @enum {string} */
        hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
        /** @description What is so when it is ok. */
        title: string;
        /**
         * @description `unknown`: nobody has looked, or what was seen says nothing. It is never called ok.
         * @enum {string}
         */
        state: 'ok' | 'failing' | 'unknown';
        /** @description Why it is unknown; null when it is not. */
        unknown: string | null;
        /** @description What it has found, the most likely cause first. */
        faults: {
          /** @enum {string} */
          condition:
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed';
          /** @enum {string} */
          hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
          message: string;
          /** Format: date-time */
          since: string;
          doing: string;
          /** @description When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not. */
          tries_again_at: string | null;
          advice: string;
          call: string | null;
          runbook: string;
        }[];
        /** @description What it would find, with the section about it. */
        looks_for: {
          /** @enum {string} */
          condition:
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed';
          runbook: string;
        }[];
      }[];
      /** @description What else is at fault, perhaps because of it. */
      others: {
        /** @enum {string} */
        condition:
          | 'replication-failed'
          | 'needs-resync'
          | 'deletion-blocked'
          | 'ending-stuck'
          | 'pause-running-out'
          | 'credentials-refused'
          | 'source-unreachable'
          | 'source-unreadable'
          | 'source-not-watched'
          | 'connect-silent'
          | 'connector-missing'
          | 'connector-failed'
          | 'connector-paused'
          | 'connector-not-running'
          | 'capture-not-reading'
          | 'capture-stalled'
          | 'capture-behind'
          | 'capture-unknown'
          | 'source-log-limit'
          | 'consumer-retrying'
          | 'consumer-ended'
          | 'consumer-silent'
          | 'consumer-starting'
          | 'lag-unknown'
          | 'target-behind'
          | 'dead-letters'
          | 'table-held'
          | 'schema-change-waiting'
          | 'table-skipped'
          | 'table-change-failed'
          | 'new-tables'
          | 'check-failed';
        /** @enum {string} */
        hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
        message: string;
        /** Format: date-time */
        since: string;
      }[];
      /** @description Age of the last look at the source. This call makes none; null: there was none yet. */
      looked_ago_ms: number | null;
      /** Format: date-time */
      timestamp: string;
    };
    HealthHistory: {
      replication_id: number;
      step_minutes: number;
      /** @description One for each step, the oldest first; a step without a health check is missing. Health and cause are those of its worst minute, each other figure is the last that was known in it. */
      points: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
        hop: ('source' | 'capture' | 'kafka' | 'consumer' | 'target') | null;
        condition:
          | (
              | 'replication-failed'
              | 'needs-resync'
              | 'deletion-blocked'
              | 'ending-stuck'
              | 'pause-running-out'
              | 'credentials-refused'
              | 'source-unreachable'
              | 'source-unreadable'
              | 'source-not-watched'
              | 'connect-silent'
              | 'connector-missing'
              | 'connector-failed'
              | 'connector-paused'
              | 'connector-not-running'
              | 'capture-not-reading'
              | 'capture-stalled'
              | 'capture-behind'
              | 'capture-unknown'
              | 'source-log-limit'
              | 'consumer-retrying'
              | 'consumer-ended'
              | 'consumer-silent'
              | 'consumer-starting'
              | 'lag-unknown'
              | 'target-behind'
              | 'dead-letters'
              | 'table-held'
              | 'schema-change-waiting'
              | 'table-skipped'
              | 'table-change-failed'
              | 'new-tables'
              | 'check-failed'
            )
          | null;
        capture_lag_ms: number | null;
        capture_lag_bytes: number | null;
        apply_lag_ms: number | null;
        apply_lag_events: number | null;
        source_retained_bytes: number | null;
        /** @description Since the replication was created; null: the check could not look. */
        applied_events: number | null;
        /** @description As `applied_events`, of inserts alone. */
        inserted_rows: number | null;
        updated_rows: number | null;
        deleted_rows: number | null;
        /** @description Rows that are known to differ from the source. */
        dead_letter_rows: number | null;
        /** @description How many minutes of the step were looked at. */
        minutes: number;
        /** @description In how many of them it was degraded or failed. */
        faulty_minutes: number;
        /** @description Over the minutes of the step. */
        capture_lag_p50_ms: number | null;
        capture_lag_p99_ms: number | null;
        apply_lag_p50_ms: number | null;
        apply_lag_p99_ms: number | null;
      }[];
    };
    Incident: {
      incident_id: string;
      replication_id: number;
      /** @enum {string} */
      condition:
        | 'replication-failed'
        | 'needs-resync'
        | 'deletion-blocked'
        | 'ending-stuck'
        | 'pause-running-out'
        | 'credentials-refused'
        | 'source-unreachable'
        | 'source-unreadable'
        | 'source-not-watched'
        | 'connect-silent'
        | 'connector-missing'
        | 'connector-failed'
        | 'connector-paused'
        | 'connector-not-running'
        | 'capture-not-reading'
        | 'capture-stalled'
        | 'capture-behind'
        | 'capture-unknown'
        | 'source-log-limit'
        | 'consumer-retrying'
        | 'consumer-ended'
        | 'consumer-silent'
        | 'consumer-starting'
        | 'lag-unknown'
        | 'target-behind'
        | 'dead-letters'
        | 'table-held'
        | 'schema-change-waiting'
        | 'table-skipped'
        | 'table-change-failed'
        | 'new-tables'
        | 'check-failed'
        | 'copy-done'
        | 'resync-done';
      /** @enum {string} */
      severity: 'info' | 'warning' | 'critical';
      /** @enum {string} */
      hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
      /** @enum {string} */
      state: 'open' | 'closed';
      message: string;
      /** Format: date-time */
      since: string;
      /** Format: date-time */
      opened_at: string;
      /** Format: date-time */
      updated_at: string;
      closed_at: string | null;
      /** @description How long it took, and what caught up. */
      ending: string | null;
      /** @description The same text at other incidents: they have one cause, and one alert. */
      shared_cause: string | null;
      /** @description When people were told of it; null: not yet. */
      told_at: string | null;
      /** @description Because of which nobody is told; null: it is not muted. */
      mute: {
        mute_id: number;
        /** Format: date-time */
        until: string;
        reason: string;
        created_by: string;
      } | null;
      runbook: string;
    };
    Incidents: {
      /** @description The newest first. */
      incidents: components['schemas']['Incident'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    ConnectHealth: {
      healthy: boolean;
      /** @description Why it is not. */
      message: string | null;
      /** @description Connectors that belong to no replication, for tokens of all clients; null for others, and while Kafka Connect does not answer. */
      unowned: string[] | null;
    };
    Connector: {
      name: string;
      replication_id: number;
      /** @description Null: Kafka Connect has no connector of this name. */
      state: ('RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING') | null;
      /** @description Why the connector itself has failed. */
      trace: string | null;
      tasks: {
        task: number;
        /** @enum {string} */
        state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
        /** @description Why it has failed. */
        trace: string | null;
      }[];
    };
    ConnectorList: {
      connectors: components['schemas']['Connector'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    ConnectorTasks: {
      name: string;
      tasks: {
        task: number;
        /** @enum {string} */
        state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
        /** @description Why it has failed. */
        trace: string | null;
      }[];
    };
    ConnectorConfig: {
      name: string;
      /** @description As Kafka Connect has it; what may be a secret is shown as `***`. */
      config: {
        [key: string]: string;
      };
    };
    ConnectorValidation: {
      name: string;
      ready: boolean;
      /** @description What Kafka Connect says of each field with an error. */
      problems: string[];
    };
    DeletedConnector: {
      name: string;
    };
    Fleet: {
      /** @description In the order of their numbers. */
      replications: {
        client_id: number;
        client_name: string;
        replication_id: number;
        name: string;
        /** @description The name of the source database. */
        source: string;
        /** @description The name of the target database. */
        target: string;
        source_database_id: number;
        target_database_id: number;
        /** @enum {string} */
        status:
          | 'configured'
          | 'starting'
          | 'active'
          | 'pausing'
          | 'paused'
          | 'stopping'
          | 'stopped'
          | 'error'
          | 'needs-resync'
          | 'deleting';
        /** @enum {string} */
        desired: 'running' | 'paused' | 'stopped';
        /** Format: date-time */
        status_since: string;
        last_error_message: string | null;
        table_count: number;
        /** @description What the health check found last. It looks once a minute, so it may be older than the status. Null: it has not looked yet. */
        health: {
          /** @enum {string} */
          overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
          /** Format: date-time */
          since: string;
          /** Format: date-time */
          looked_at: string;
          /** @description The most likely cause. */
          condition:
            | (
                | 'replication-failed'
                | 'needs-resync'
                | 'deletion-blocked'
                | 'ending-stuck'
                | 'pause-running-out'
                | 'credentials-refused'
                | 'source-unreachable'
                | 'source-unreadable'
                | 'source-not-watched'
                | 'connect-silent'
                | 'connector-missing'
                | 'connector-failed'
                | 'connector-paused'
                | 'connector-not-running'
                | 'capture-not-reading'
                | 'capture-stalled'
                | 'capture-behind'
                | 'capture-unknown'
                | 'source-log-limit'
                | 'consumer-retrying'
                | 'consumer-ended'
                | 'consumer-silent'
                | 'consumer-starting'
                | 'lag-unknown'
                | 'target-behind'
                | 'dead-letters'
                | 'table-held'
                | 'schema-change-waiting'
                | 'table-skipped'
                | 'table-change-failed'
                | 'new-tables'
                | 'check-failed'
              )
            | null;
          hop: ('source' | 'capture' | 'kafka' | 'consumer' | 'target') | null;
          /** @description When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not. */
          tries_again_at: string | null;
          /** @description Rows that are known to differ from the source. Null: not counted yet. */
          dead_letter_rows: number | null;
          /** @description Bytes of log that the source keeps for it. Null: not known. */
          source_retained_bytes: number | null;
          /** @description After so many the source removes log that was not captured. Null: no limit, or not known. */
          source_limit_bytes: number | null;
          /** @description Until then, if it grows on as now. Null: nothing is known to grow. */
          source_minutes_to_loss: number | null;
          /** @description How many tables are in each state. */
          tables: {
            [key: string]: number;
          };
        } | null;
      }[];
      /** Format: date-time */
      timestamp: string;
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    AlertChannel: {
      channel_id: number;
      /** @description Null: of all clients. */
      client_id: number | null;
      name: string;
      /** @enum {string} */
      kind: 'slack' | 'webhook';
      /** @description Host and port of the URL. The rest of it is a secret. */
      host: string;
      /** Format: date-time */
      created_at: string;
      created_by: string;
    };
    SavedAlertChannel: {
      channel_id: number;
      /** @description Null: of all clients. */
      client_id: number | null;
      name: string;
      /** @enum {string} */
      kind: 'slack' | 'webhook';
      /** @description Host and port of the URL. The rest of it is a secret. */
      host: string;
      /** Format: date-time */
      created_at: string;
      created_by: string;
      /** @description A new key, shown this once. Null: none was made. */
      signing_secret: string | null;
    };
    AlertChannelList: {
      channels: components['schemas']['AlertChannel'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    AlertRoute: {
      route_id: number;
      /** @description Null: of all clients. */
      client_id: number | null;
      /**
       * @description Incidents of this severity and of higher ones.
       * @enum {string}
       */
      min_severity: 'info' | 'warning' | 'critical';
      /** @description Only these; null: every condition. */
      conditions:
        | (
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed'
            | 'copy-done'
            | 'resync-done'
          )[]
        | null;
      /** @description At least one, unless `alert_topic` is false. */
      channel_ids: number[];
      /** @description Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false. */
      alert_topic: boolean;
      /** @description It takes only what no other route takes. */
      is_default: boolean;
      /** Format: date-time */
      created_at: string;
      created_by: string;
    };
    AlertRouteList: {
      routes: components['schemas']['AlertRoute'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    AlertMute: {
      mute_id: number;
      /** @description Null: of all clients. */
      client_id: number | null;
      replication_id: number | null;
      condition:
        | (
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed'
            | 'copy-done'
            | 'resync-done'
          )
        | null;
      /** Format: date-time */
      until: string;
      reason: string;
      /** Format: date-time */
      created_at: string;
      created_by: string;
    };
    AlertMuteList: {
      mutes: components['schemas']['AlertMute'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    AlertDelivery: {
      /** @description Also the header `webhook-id`. */
      delivery_id: string;
      /** @description Null: the alert topic of the deployment. */
      channel_id: number | null;
      channel: string;
      /** @enum {string} */
      event: 'opened' | 'worse' | 'closed' | 'done' | 'test';
      /** @enum {string} */
      severity: 'info' | 'warning' | 'critical';
      condition:
        | (
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed'
            | 'copy-done'
            | 'resync-done'
          )
        | null;
      subject: string;
      incident_ids: string[];
      /**
       * @description waiting: an attempt is due at `due_at`. failed: no attempt is left.
       * @enum {string}
       */
      state: 'waiting' | 'delivered' | 'failed';
      begun_attempts: number;
      max_attempts: number;
      attempts: {
        /** Format: date-time */
        at: string;
        http_status: number | null;
        /** @description Null: it was delivered. */
        error: string | null;
      }[];
      /** Format: date-time */
      created_at: string;
      due_at: string | null;
    };
    /** @description Of the last 30 days, the newest first. */
    AlertDeliveryList: {
      deliveries: components['schemas']['AlertDelivery'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    Hop: {
      /** @enum {string} */
      hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
      /** @description What is at fault there; null: nothing. */
      fault:
        | (
            | 'replication-failed'
            | 'needs-resync'
            | 'deletion-blocked'
            | 'ending-stuck'
            | 'pause-running-out'
            | 'credentials-refused'
            | 'source-unreachable'
            | 'source-unreadable'
            | 'source-not-watched'
            | 'connect-silent'
            | 'connector-missing'
            | 'connector-failed'
            | 'connector-paused'
            | 'connector-not-running'
            | 'capture-not-reading'
            | 'capture-stalled'
            | 'capture-behind'
            | 'capture-unknown'
            | 'source-log-limit'
            | 'consumer-retrying'
            | 'consumer-ended'
            | 'consumer-silent'
            | 'consumer-starting'
            | 'lag-unknown'
            | 'target-behind'
            | 'dead-letters'
            | 'table-held'
            | 'schema-change-waiting'
            | 'table-skipped'
            | 'table-change-failed'
            | 'new-tables'
            | 'check-failed'
          )
        | null;
      /** @description Age of the oldest change that has not passed it. Capture: from the log of the source into Kafka, a minute exact. Target: from Kafka into the tables. Null: not measured, or not known. */
      lag_ms: number | null;
      /** @description Bytes of log that capture has not passed. */
      lag_bytes: number | null;
      /** @description Changes in Kafka that are not applied. */
      lag_events: number | null;
    };
    Logs: {
      replication_id: number;
      /** @description The oldest first, from all parts. Lines of the same time may come in any order. */
      lines: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        level: 'debug' | 'info' | 'warn' | 'error';
        /** @enum {string} */
        component: 'consumer' | 'copy-worker' | 'steps' | 'healer' | 'connector';
        /** @description The Lambda, task or class that speaks. */
        service: string;
        message: string;
        /** @description The error with its causes and traces. */
        error: string | null;
      }[];
      /** @description Where the lines go on, also after the last one: to follow them. */
      next_cursor: string;
      /** @description Whether these are all lines that there are by now. */
      is_at_end: boolean;
      /** @description Where the same lines come as Server-Sent Events, with the same token and the same query (without `wait_seconds`); `next_cursor` as `Last-Event-ID` goes on here. Null where nothing streams: follow by `wait_seconds`. */
      stream_url: string | null;
    };
    /** @description Prometheus' text format. docs/guide/monitoring.md lists the metrics. */
    Metrics: string;
    /** @description What the HTTP service discovery of Prometheus expects. */
    MetricsTargets: {
      /** @description One `host:port`. */
      targets: string[];
      labels: {
        /** @enum {string} */
        role: 'consumer' | 'copy-worker';
        /** @description Of a task that several replications share; `/metrics` when absent. */
        __metrics_path__?: string;
      };
    }[];
    SchemaChange: {
      replication_id: number;
      /** @description Names one change of one table. */
      change_id: string;
      /** @description Changes with the change. A decision names the version that its person has seen. */
      version: number;
      /** @description The source table as `schema.table`. */
      table: string;
      target_table: string;
      /**
       * @description waiting: the table is held until a person decides. approved: not done yet. applied: the target has it. rejected: the table stays held, until closed_at is set. expired: another change has taken its place, or the table was copied again or left out.
       * @enum {string}
       */
      state: 'waiting' | 'approved' | 'applied' | 'rejected' | 'expired';
      /**
       * @description What approving does. follow: the target table is changed at this place between the rows. truncate: it is emptied there. resync: the table is copied again.
       * @enum {string}
       */
      way: 'follow' | 'truncate' | 'resync';
      kinds: (
        | 'add-column'
        | 'add-column-default'
        | 'drop-column'
        | 'rename-column'
        | 'widen-type'
        | 'change-type'
        | 'drop-not-null'
        | 'change-key'
        | 'rewrite'
        | 'drop-partition'
        | 'attach-partition'
        | 'replace-table'
        | 'drop-table'
        | 'truncate'
        | 'create-table'
        | 'other'
      )[];
      /** @description The change in words. */
      what: string;
      /** @description What can be done about it now. */
      message: string;
      /** @description Planned at the target, in their order. */
      statements: string[];
      /** @description What was approved in the place of the planned statements. */
      edited_statement: string | null;
      risk: {
        /** @enum {string} */
        level: 'low' | 'medium' | 'high';
        message: string;
      };
      /** Format: date-time */
      detected_at: string;
      decided_at: string | null;
      decided_by: string | null;
      /** @description Why it was decided so. */
      reason: string | null;
      /** @description Since when nothing is to be decided or done about it. */
      closed_at: string | null;
      /** @description How it ended, or why an approval was not carried out. */
      note: string | null;
      /** @description The source table before the change. */
      before: {
        columns: {
          name: string;
          /** @description As the source spells it. */
          type: string;
          not_null: boolean;
          generated: boolean;
        }[];
        primary_key: string[];
      } | null;
      /** @description The source table after it; null where that is not known. */
      after: {
        columns: {
          name: string;
          /** @description As the source spells it. */
          type: string;
          not_null: boolean;
          generated: boolean;
        }[];
        primary_key: string[];
      } | null;
      /** @description Exactly before the change; null where the log has not come to it. */
      position: {
        topic: string;
        partition: number;
        offset: string;
      } | null;
      /** @description The last one of this version. */
      rehearsal: {
        /** Format: date-time */
        at: string;
        /** @description What was tried; nothing of it is left. */
        statements: string[];
        /**
         * @description rolled-back: on the target table, in a transaction that was rolled back. empty-copy: on a copy of it without rows, which was dropped. counted: no statement was run, rows were only counted.
         * @enum {string}
         */
        method: 'rolled-back' | 'empty-copy' | 'counted';
        /** @description Nothing was found that keeps the change from being done. */
        ok: boolean;
        problems: string[];
        /** @description Whether the server writes each row again; null where that is not known. */
        rewrites_table: boolean | null;
        /** @description What is locked meanwhile, in words. */
        lock: string | null;
        /** @description The target's own estimate. */
        estimated_rows: number | null;
        /** @description Rows of the target that the new columns of the source would not hold. */
        unfit: {
          column: string;
          /** @description Completes "rows that ". */
          what: string;
          /** @description Null where counting took too long. */
          rows: number | null;
        }[];
        note: string | null;
        duration_ms: number;
      } | null;
    };
    SchemaChangeList: {
      replication_id: number;
      /** @description The newest first. */
      schema_changes: {
        /** @description Names one change of one table. */
        change_id: string;
        /** @description Changes with the change. A decision names the version that its person has seen. */
        version: number;
        /** @description The source table as `schema.table`. */
        table: string;
        target_table: string;
        /**
         * @description waiting: the table is held until a person decides. approved: not done yet. applied: the target has it. rejected: the table stays held, until closed_at is set. expired: another change has taken its place, or the table was copied again or left out.
         * @enum {string}
         */
        state: 'waiting' | 'approved' | 'applied' | 'rejected' | 'expired';
        /**
         * @description What approving does. follow: the target table is changed at this place between the rows. truncate: it is emptied there. resync: the table is copied again.
         * @enum {string}
         */
        way: 'follow' | 'truncate' | 'resync';
        kinds: (
          | 'add-column'
          | 'add-column-default'
          | 'drop-column'
          | 'rename-column'
          | 'widen-type'
          | 'change-type'
          | 'drop-not-null'
          | 'change-key'
          | 'rewrite'
          | 'drop-partition'
          | 'attach-partition'
          | 'replace-table'
          | 'drop-table'
          | 'truncate'
          | 'create-table'
          | 'other'
        )[];
        /** @description The change in words. */
        what: string;
        /** @description What can be done about it now. */
        message: string;
        /** @description Planned at the target, in their order. */
        statements: string[];
        /** @description What was approved in the place of the planned statements. */
        edited_statement: string | null;
        risk: {
          /** @enum {string} */
          level: 'low' | 'medium' | 'high';
          message: string;
        };
        /** Format: date-time */
        detected_at: string;
        decided_at: string | null;
        decided_by: string | null;
        /** @description Why it was decided so. */
        reason: string | null;
        /** @description Since when nothing is to be decided or done about it. */
        closed_at: string | null;
        /** @description How it ended, or why an approval was not carried out. */
        note: string | null;
      }[];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    DeadLetter: {
      dead_letter_id: string;
      /** @description The source table as `schema.table`. */
      table: string;
      /** @description The values of the key, in its order. Null for a viewer, who may not see values. */
      key: string[] | null;
      /** @description The same for all dead letters of a row. */
      key_hash: string;
      /**
       * @description dead: the target refused it. waiting: a change of a part of the row, behind one that was refused.
       * @enum {string}
       */
      state: 'dead' | 'waiting';
      /**
       * @description upsert: the whole row. patch: a part of it. move, rekey: its key changes.
       * @enum {string}
       */
      operation: 'upsert' | 'patch' | 'delete' | 'move' | 'rekey';
      topic: string;
      partition: number;
      /** @description Of the event in its topic. */
      offset: string;
      /** @description Where the event stands in the dead-letter topic. */
      dead_letter_offset: string | null;
      error_code: string;
      cause: string;
      message: string;
      attempts: number;
      /** Format: date-time */
      first_at: string;
      /** Format: date-time */
      last_at: string;
      /** @description What a person has asked for and the consumer has not done yet. */
      requested: ('replay' | 'check' | 'discard') | null;
      /** @description How the last check or replay ended. */
      verdict: ('would-apply' | 'still-fails' | 'unreadable') | null;
      verdict_message: string | null;
      verdict_at: string | null;
    };
    DeadLetterList: {
      replication_id: number;
      settings: components['schemas']['DeadLetterSettings'];
      dead_letters: components['schemas']['DeadLetter'][];
      /** @description Where the list goes on; null at its end. */
      next_cursor: string | null;
    };
    DeadLetterCauses: {
      replication_id: number;
      /** @description The most frequent first. */
      causes: {
        /** @description The error's code, the server's own code, constraint and column. */
        cause: string;
        error_code: string;
        /** @description The source table as `schema.table`. */
        table: string;
        events: number;
        /** @description Rows that are known to differ for it. */
        rows: number;
        /** Format: date-time */
        first_at: string;
        /** Format: date-time */
        last_at: string;
        sample_id: string;
        sample_message: string;
      }[];
    };
    SourceSafety: {
      replication_id: number;
      /** @description When the health check has read the log last. Null: not yet. */
      read_at: string | null;
      /** @description Why the log cannot be read now. The figures are those of `read_at`. */
      failure: {
        message: string;
        /** Format: date-time */
        since: string;
      } | null;
      /** @description Bytes of log from where capture would go on to its end. PostgreSQL keeps them for it. Null: not known. */
      retained_bytes: number | null;
      /** @description After so many bytes the source removes log that was not captured. Null: it has no such limit. */
      limit_bytes: number | null;
      /** @description The source removes log that is older than this. Null: it does not. */
      kept_ms: number | null;
      /** @description How fast the kept log has grown within the last quarter of an hour. Null: not known yet. */
      bytes_per_minute: number | null;
      /** @description Minutes until the source removes log that was not captured. Null: no limit, or nothing grows. */
      minutes_to_loss: number | null;
      /** @description The log's end. */
      position: string | null;
      /** @description Everything before it is in Kafka. */
      captured_position: string | null;
      /** @description Bytes of log that are not captured. */
      ahead_bytes: number | null;
      /** @description Whether a session reads the log for the capture: for PostgreSQL, whether the slot is active. Null: the source does not tell. */
      reader: {
        is_reading: boolean;
        /** Format: date-time */
        since: string;
      } | null;
      /** @description What Millrace has created at the source and not removed. */
      objects: {
        kind: string;
        name: string;
        keeps_log: boolean;
      }[];
      /** @description Transactions that have written something and are open, the oldest first: the log is kept from where the oldest began. Null: `open_transactions_message` says why they are not told. */
      open_transactions: string[] | null;
      open_transactions_message: string | null;
      /** @description What should be changed at the source. */
      warnings: string[];
    };
    ConsumerSettings: {
      /** @enum {string} */
      placement: 'own' | 'pooled';
      /** @description Of a task of its own; null: the environment's. */
      cpu: number | null;
      /** @description Of a task of its own; null: the environment's. */
      memory_mib: number | null;
      /** @description While a pooled replication has a task of its own, since it is not quiet. */
      moved_out: {
        /** Format: date-time */
        since: string;
        reason: string;
      } | null;
    };
    DeadLetterSettings: {
      /**
       * @description What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
       * @enum {string}
       */
      policy: 'hold_table' | 'continue' | 'stop';
      /** @description How many dead letters, waiting events included, the replication may have. An event beyond them holds its table. */
      limit: number;
    };
    RequestedDeadLetters: {
      replication_id: number;
      /** @enum {string} */
      action: 'replay' | 'check' | 'discard';
      /** @description How many dead letters it is about. */
      asked: number;
      message: string;
      /** @description Of a dry run, at most 100; empty otherwise. */
      verdicts: {
        dead_letter_id: string;
        /**
         * @description superseded: it is gone, since a later change made the row right. pending: not tried yet; list the dead letters later.
         * @enum {string}
         */
        verdict: 'would-apply' | 'still-fails' | 'unreadable' | 'superseded' | 'pending';
        message: string;
      }[];
    };
    Deletion: {
      replication_id: number;
      name: string;
      /**
       * @description blocked: a part cannot be removed until a person acts. done: the replication is gone.
       * @enum {string}
       */
      state: 'running' | 'blocked' | 'done';
      drop_target_tables: boolean;
      force: boolean;
      /** Format: date-time */
      requested_at: string;
      /** Format: date-time */
      updated_at: string;
      finished_at: string | null;
      /** @description While it runs: until then a step of the last start may be at work and make again what was removed, so it is looked at again. Null: it does not wait for that. */
      ends_not_before: string | null;
      /** @description Parts that are gone. */
      removed: (
        | 'start'
        | 'consumer'
        | 'connector'
        | 'source'
        | 'topics'
        | 'consumer-groups'
        | 'target'
        | 'records'
      )[];
      /** @description Parts that are still there; of one that is done: what was left by force. */
      remains: {
        /** @enum {string} */
        part:
          | 'start'
          | 'consumer'
          | 'connector'
          | 'source'
          | 'topics'
          | 'consumer-groups'
          | 'target'
          | 'records';
        problem: string;
        /** @description What to do; statements to run where there are any. */
        remedy: string | null;
      }[];
    };
    Problem: {
      /** @description What it is about: a field, a table, a column, a server. */
      subject: string;
      message: string;
      /** @description What to do; a statement to run where there is one. */
      remedy: string | null;
    };
    ProblemDetails: {
      /** @constant */
      type: 'about:blank';
      title: string;
      status: number;
      detail: string;
      /** @description Stable; a code of core/errors/error-policies.ts. */
      code: string;
      /** @description What to do next. */
      advice: string;
      /** @description By which the log knows the request; also in X-Request-Id. */
      request_id: string;
      problems?: components['schemas']['Problem'][];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listClients: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        name?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClientList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createClient: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Client'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getClient: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        client_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Client'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteClient: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        client_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Client'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateClient: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        client_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Client'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getClientQuotas: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        client_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClientQuotas'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  setClientQuotas: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        client_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          databases?: number | null;
          replications?: number | null;
          /** @description Of all replications together. */
          tables?: number | null;
          tokens?: number | null;
          /** @description Channels, routes and mutes together. */
          alert_rules?: number | null;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClientQuotas'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getVersions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Versions'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listTokens: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        role?: 'viewer' | 'operator' | 'admin';
        of_client?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TokenList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Who or what uses it. The activity names the caller by it. */
          name: string;
          /**
           * @description viewer: reads. operator: also changes, starts and stops. admin: also clients and tokens.
           * @enum {string}
           */
          role: 'viewer' | 'operator' | 'admin';
          /** @description The client that it is for; null: all clients. By default that of the token that asks. */
          client_id?: number | null;
          /**
           * Format: date-time
           * @description From then on it is refused; never by default.
           */
          expires_at?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewToken'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createClientToken: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        client_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /**
           * @description Who or what uses it. The activity names the caller by it.
           * @default client token
           */
          name?: string;
          /**
           * @description viewer: reads. operator: also changes, starts and stops. admin: also clients and tokens.
           * @default operator
           * @enum {string}
           */
          role?: 'viewer' | 'operator' | 'admin';
          /**
           * Format: date-time
           * @description From then on it is refused; never by default.
           */
          expires_at?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewToken'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Token'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  revokeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Token'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listDatabases: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        name?: string;
        kind?: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
        client_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatabaseList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  registerDatabase: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /**
           * @description When it is left out, the server is asked what it is; otherwise nothing connects to it yet.
           * @enum {string}
           */
          kind?: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
          host: string;
          port: number;
          database: string;
          username: string;
          /** @description Kept in Secrets Manager; never returned and never logged. */
          password: string;
          /**
           * @description `require` encrypts; `verify-ca` and `verify-full` also check the certificate.
           * @default require
           * @enum {string}
           */
          tls_mode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
          /**
           * Format: includes
           * @description Certificates that the server must chain to; the system roots when absent.
           */
          ca_pem?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Database'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getDatabase: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        database_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Database'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteDatabase: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        database_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Database'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateDatabase: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        database_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          name?: string;
          host?: string;
          port?: number;
          /** @description Only while no replication uses the database: another name means other tables. */
          database?: string;
          username?: string;
          /** @description Kept in Secrets Manager; never returned and never logged. Needed with another host, port or `ca_pem`, and with a `tls_mode` that checks less: the stored one goes to no other server. */
          password?: string;
          /** @enum {string} */
          tls_mode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
          /** @description Null: the system roots. */
          ca_pem?: string | null;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UpdatedDatabase'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseAuthenticationFailed, DatabaseTlsFailed, DatabaseNotFound, SecretMissing, ValidationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  testDatabase: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        database_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatabaseTest'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, DatabaseAuthenticationFailed, DatabaseTlsFailed, DatabaseNotFound, SecretMissing, ValidationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  discoverTables: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        schema?: string;
        replicable?: 'true' | 'false';
        client_id?: string;
      };
      header?: never;
      path: {
        database_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DiscoveredTables'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseAuthenticationFailed, DatabaseTlsFailed, DatabaseNotFound, SecretMissing */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listSnapshotModes: {
    parameters: {
      query?: {
        kind?: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SnapshotModes'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listReplications: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        name?: string;
        status?:
          | 'configured'
          | 'starting'
          | 'active'
          | 'pausing'
          | 'paused'
          | 'stopping'
          | 'stopped'
          | 'error'
          | 'needs-resync'
          | 'deleting';
        database_id?: string;
        client_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplicationList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description By default `{source} to {target}`. */
          name?: string;
          source_database_id: number;
          target_database_id: number;
          /**
           * @description How target tables are named that have no name by hand: text with the placeholders {sourcedb}, {schema}, {table} and {client}.
           * @default {sourcedb}_{table}
           */
          target_table_name?: string;
          tables: {
            source: {
              /** @description By default `public` of PostgreSQL, and otherwise the registered database. */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table: string;
            };
            /** @description By default a table named by `target_table_name`, in the default schema. */
            target?: {
              /** @description By default `public` of PostgreSQL, and otherwise the registered database. */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table?: string;
            };
            /** @default [] */
            columns?: {
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              source: string;
              /** @description By default the name at the source. */
              target?: string;
              /**
               * @description Leaves the column out: it is neither copied nor captured.
               * @default false
               */
              omit?: boolean;
              /** @description The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, `text`. One that does not hold every value as it is is refused. */
              type?: string;
            }[];
            /**
             * @description What happens with a value that the type at the target has no place for: `fail` stops the replication, `null` writes NULL, `text` creates columns that can have such values as text.
             * @default fail
             * @enum {string}
             */
            value_policy?: 'fail' | 'null' | 'text';
            /**
             * @description Whether the table is replicated though the source changes rows of it without writing so to its log, which MySQL before 9.6 and MariaDB do by foreign keys with ON DELETE or ON UPDATE.
             * @default refuse
             * @enum {string}
             */
            unlogged_cascades?: 'refuse' | 'accept';
          }[];
          /**
           * @description What the connector may have otherwise. Nothing else of it can be set.
           * @default {}
           */
          capture?: {
            /**
             * @description How existing rows are copied: `no_data` (also by its former names `never` and `schema_only`) with direct SQL, `initial` through Kafka Connect and Kafka, `when_needed` as `initial` and again by itself when changes were lost. See GET /snapshot-modes.
             * @enum {string}
             */
            snapshot_mode?: 'no_data' | 'never' | 'schema_only' | 'initial' | 'when_needed';
            /** @description Events per hand-over to Kafka. By default 8,192. */
            max_batch_events?: number;
            /** @description Events that wait in memory; more than a batch. By default 32,768. */
            max_queue_events?: number;
            /** @description The same in bytes, whichever is reached first. By default 33,554,432. */
            max_queue_bytes?: number;
            /** @description How often an idle connector stores its position. By default 5,000. */
            heartbeat_interval_ms?: number;
            /** @description How often it looks for new events. By default 50. */
            poll_interval_ms?: number;
            /** @description How long it waits before it tries again after a retriable error. By default 2,000. */
            retriable_restart_wait_ms?: number;
            /** @description For a connection from Kafka Connect to the source. By default the driver's own. */
            connect_timeout_ms?: number;
          };
          /**
           * @description What happens to changes that the target refuses because of their row.
           * @default {}
           */
          dead_letters?: {
            /**
             * @description What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
             * @default hold_table
             * @enum {string}
             */
            policy?: 'hold_table' | 'continue' | 'stop';
            /**
             * @description How many dead letters, waiting events included, the replication may have. An event beyond them holds its table.
             * @default 1000
             */
            limit?: number;
          };
          /**
           * @description Where the consumer runs; by default as the environment says. Later: PATCH /replications/{id}/consumer.
           * @default {}
           */
          consumer?: {
            /**
             * @description `own`: a task for this replication alone. `pooled`: it shares a task with others while it is quiet; one that is not quiet for minutes is moved to a task of its own by itself, and back later.
             * @enum {string}
             */
            placement?: 'own' | 'pooled';
            /**
             * @description CPU units of Fargate: 256 is a quarter of a vCPU.
             * @example 256
             */
            cpu?: number;
            /**
             * @description MiB of memory. Which there are depends on `cpu`.
             * @example 512
             */
            memory_mib?: number;
          };
          /**
           * @description What is done when a table is changed at the source. Later: PUT /replications/{id}/schema-policy.
           * @default {}
           */
          schema_changes?: {
            /**
             * @description `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
             * @default safe
             * @enum {string}
             */
            preset?: 'safe' | 'strict' | 'mirror';
            /**
             * @description Actions for single kinds of change, in place of those of the preset. `auto`: done at the target, in its place between the rows. `ask`: the table is held before it. `ignore`: the target stays as it is. `stop`: the replication stops before it.
             * @default {}
             */
            kinds?: {
              /** @enum {string} */
              'add-column'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'add-column-default'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
              /** @enum {string} */
              'rename-column'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'widen-type'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'change-type'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-not-null'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'change-key'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              rewrite?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
              /** @enum {string} */
              'attach-partition'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'replace-table'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-table'?: 'ask' | 'stop';
              /** @enum {string} */
              truncate?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'create-table'?: 'auto' | 'ask' | 'ignore';
              /** @enum {string} */
              other?: 'ask' | 'stop';
            };
            /**
             * @description Tables with a policy of their own, which goes before that of all.
             * @default []
             */
            tables?: {
              source: {
                /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
                schema?: string;
                /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
                table: string;
              };
              /**
               * @description `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
               * @enum {string}
               */
              preset?: 'safe' | 'strict' | 'mirror';
              /** @default {} */
              kinds?: {
                /** @enum {string} */
                'add-column'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'add-column-default'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
                /** @enum {string} */
                'rename-column'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'widen-type'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'change-type'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'drop-not-null'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'change-key'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                rewrite?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
                /** @enum {string} */
                'attach-partition'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'replace-table'?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                'drop-table'?: 'ask' | 'stop';
                /** @enum {string} */
                truncate?: 'auto' | 'ask' | 'stop';
                /** @enum {string} */
                other?: 'ask' | 'stop';
              };
            }[];
          };
          /** @description Tables of the source that join the replication by themselves when they are there, or wait for a person: `create-table` of `schema_changes` says which. Without it no table does. */
          new_tables?: {
            /** @description Which tables belong to the replication, as patterns `schema.table`: `*` stands for any characters, `?` for one, and a backslash makes the next character stand for itself. */
            include: string[];
            /**
             * @description Which of them are left out all the same.
             * @default []
             */
            exclude?: string[];
          };
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, TargetTableClaimed, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, ValidationFailed, ReplicationTooLarge, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteReplication: {
    parameters: {
      query?: {
        drop_target_tables?: 'true' | 'false';
        force?: 'true' | 'false';
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Deletion'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description Tables of the replication that are mapped otherwise. One whose rows come out otherwise is copied again. */
          tables?: {
            source: {
              /** @description By default `public` of PostgreSQL, and otherwise the registered database. */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table: string;
            };
            /** @description Where it goes from now on. */
            target?: {
              /** @description By default `public` of PostgreSQL, and otherwise the registered database. */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table?: string;
            };
            /** @description All that is mapped of its columns, in the place of what was. */
            columns?: {
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              source: string;
              /** @description By default the name at the source. */
              target?: string;
              /**
               * @description Leaves the column out: it is neither copied nor captured.
               * @default false
               */
              omit?: boolean;
              /** @description The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, `text`. One that does not hold every value as it is is refused. */
              type?: string;
            }[];
            /** @enum {string} */
            value_policy?: 'fail' | 'null' | 'text';
            /** @enum {string} */
            unlogged_cascades?: 'refuse' | 'accept';
          }[];
          /** @description Options of the connector (null: as by default), and how rows are copied. */
          capture?: {
            /**
             * @description How rows are copied from the next copy on. Nothing is copied again for it.
             * @enum {string}
             */
            snapshot_mode?: 'no_data' | 'never' | 'schema_only' | 'initial' | 'when_needed';
            max_batch_events?: number | null;
            max_queue_events?: number | null;
            max_queue_bytes?: number | null;
            heartbeat_interval_ms?: number | null;
            poll_interval_ms?: number | null;
            retriable_restart_wait_ms?: number | null;
            connect_timeout_ms?: number | null;
          };
          /** @description In the place of what was; null: no table joins by itself any more. */
          new_tables?: {
            /** @description Which tables belong to the replication, as patterns `schema.table`: `*` stands for any characters, `?` for one, and a backslash makes the next character stand for itself. */
            include: string[];
            /**
             * @description Which of them are left out all the same.
             * @default []
             */
            exclude?: string[];
          } | null;
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, TargetTableClaimed */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description ValidationFailed, ReplicationTooLarge, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  validateReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Validation'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, SecretMissing */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  startReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description Why, for the activity. */
          reason?: string;
          /**
           * @description Truncates the target tables and copies everything again, also when the replication is active.
           * @default false
           */
          force_resync?: boolean;
          /**
           * @description How long the start waits for transactions that are open at the source when it begins. The status names them.
           * @default 600
           */
          transaction_wait_seconds?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, NeedsResync */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, ValidationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable, KafkaUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  pauseReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  resumeReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description Why, for the activity. */
          reason?: string;
          /**
           * @description How long the start waits for transactions that are open at the source when it begins. The status names them.
           * @default 600
           */
          transaction_wait_seconds?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, NeedsResync */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, ValidationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable, KafkaUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  restartReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description Why, for the activity. */
          reason?: string;
          /**
           * @description How long the start waits for transactions that are open at the source when it begins. The status names them.
           * @default 600
           */
          transaction_wait_seconds?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, NeedsResync */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, ValidationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable, KafkaUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  stopReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateConsumerSettings: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /**
           * @description `own`: a task for this replication alone. `pooled`: it shares a task with others while it is quiet; one that is not quiet for minutes is moved to a task of its own by itself, and back later.
           * @enum {string}
           */
          placement?: 'own' | 'pooled';
          /** @description Null: the environment's. */
          cpu?: number | null;
          /** @description Null: the environment's. */
          memory_mib?: number | null;
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConsumerSettings'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, TaskLaunchFailed */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getSchemaPolicy: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaPolicy'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  setSchemaPolicy: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /**
           * @description `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
           * @default safe
           * @enum {string}
           */
          preset?: 'safe' | 'strict' | 'mirror';
          /**
           * @description Actions for single kinds of change, in place of those of the preset. `auto`: done at the target, in its place between the rows. `ask`: the table is held before it. `ignore`: the target stays as it is. `stop`: the replication stops before it.
           * @default {}
           */
          kinds?: {
            /** @enum {string} */
            'add-column'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'add-column-default'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
            /** @enum {string} */
            'rename-column'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'widen-type'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'change-type'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'drop-not-null'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'change-key'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            rewrite?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
            /** @enum {string} */
            'attach-partition'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'replace-table'?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'drop-table'?: 'ask' | 'stop';
            /** @enum {string} */
            truncate?: 'auto' | 'ask' | 'stop';
            /** @enum {string} */
            'create-table'?: 'auto' | 'ask' | 'ignore';
            /** @enum {string} */
            other?: 'ask' | 'stop';
          };
          /**
           * @description Tables with a policy of their own, which goes before that of all.
           * @default []
           */
          tables?: {
            source: {
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table: string;
            };
            /**
             * @description `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
             * @enum {string}
             */
            preset?: 'safe' | 'strict' | 'mirror';
            /** @default {} */
            kinds?: {
              /** @enum {string} */
              'add-column'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'add-column-default'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
              /** @enum {string} */
              'rename-column'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'widen-type'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'change-type'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-not-null'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'change-key'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              rewrite?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
              /** @enum {string} */
              'attach-partition'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'replace-table'?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              'drop-table'?: 'ask' | 'stop';
              /** @enum {string} */
              truncate?: 'auto' | 'ask' | 'stop';
              /** @enum {string} */
              other?: 'ask' | 'stop';
            };
          }[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaPolicy'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  addTables: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          tables: {
            source: {
              /** @description By default `public` of PostgreSQL, and otherwise the registered database. */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table: string;
            };
            /** @description By default a table named by `target_table_name`, in the default schema. */
            target?: {
              /** @description By default `public` of PostgreSQL, and otherwise the registered database. */
              schema?: string;
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              table?: string;
            };
            /** @default [] */
            columns?: {
              /** @description As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes). */
              source: string;
              /** @description By default the name at the source. */
              target?: string;
              /**
               * @description Leaves the column out: it is neither copied nor captured.
               * @default false
               */
              omit?: boolean;
              /** @description The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, `text`. One that does not hold every value as it is is refused. */
              type?: string;
            }[];
            /**
             * @description What happens with a value that the type at the target has no place for: `fail` stops the replication, `null` writes NULL, `text` creates columns that can have such values as text.
             * @default fail
             * @enum {string}
             */
            value_policy?: 'fail' | 'null' | 'text';
            /**
             * @description Whether the table is replicated though the source changes rows of it without writing so to its log, which MySQL before 9.6 and MariaDB do by foreign keys with ON DELETE or ON UPDATE.
             * @default refuse
             * @enum {string}
             */
            unlogged_cascades?: 'refuse' | 'accept';
          }[];
          /** @description The tables_version that the caller has seen: 409 when it is another one by now. */
          version?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, TargetTableClaimed, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, ValidationFailed, ReplicationTooLarge, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  removeTable: {
    parameters: {
      query?: {
        version?: string;
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
        table: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  resyncTable: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
        table: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description The tables_version that the caller has seen: 409 when it is another one by now. */
          version?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replication'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getDeletion: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Deletion'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getStatus: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Status'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getCopyProgress: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CopyProgress'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listActivity: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        actor?: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
        action?: string;
        by?: string;
        since?: string;
        until?: string;
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Activity'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listClientActivity: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        actor?: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
        action?: string;
        by?: string;
        since?: string;
        until?: string;
        client_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClientActivity'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listInstallationActivity: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        actor?: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
        action?: string;
        by?: string;
        since?: string;
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClientActivity'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listSchemaChanges: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        state?: 'waiting' | 'approved' | 'applied' | 'rejected' | 'expired';
        table?: string;
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaChangeList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getSchemaChange: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
        change_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaChange'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  rehearseSchemaChange: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
        change_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description One ALTER TABLE of the target table, in the place of the planned statements. It adds and renames the same columns, with the same values in the rows that are there; types, the dropping of columns that the source dropped, ALGORITHM and LOCK are free. */
          statement?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaChange'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  approveSchemaChange: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
        change_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The version of the change that the caller has seen: 409 when it is another one by now. */
          version: number;
          /** @description One ALTER TABLE of the target table, in the place of the planned statements. It adds and renames the same columns, with the same values in the rows that are there; types, the dropping of columns that the source dropped, ALGORITHM and LOCK are free. */
          statement?: string;
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaChange'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  rejectSchemaChange: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
        change_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The version of the change that the caller has seen: 409 when it is another one by now. */
          version: number;
          /** @description Why, for the activity. */
          reason: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchemaChange'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listDeadLetters: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        table?: string;
        cause?: string;
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateDeadLetterSettings: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /**
           * @description What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
           * @enum {string}
           */
          policy?: 'hold_table' | 'continue' | 'stop';
          /** @description How many dead letters, waiting events included, the replication may have. An event beyond them holds its table. */
          limit?: number;
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterSettings'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listDeadLetterCauses: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterCauses'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getDeadLetter: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
        dead_letter_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetter'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  replayDeadLetters: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description These dead letters. */
          ids?: string[];
          /** @description All of this cause. */
          cause?: string;
          /** @description All of this source table. */
          table?: string;
          /**
           * @description All of the replication.
           * @constant
           */
          all?: true;
          /**
           * @description Only tries: reads each row from the source, writes it at the target, and rolls that back.
           * @default false
           */
          dry_run?: boolean;
          /** @description Why, for the activity. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RequestedDeadLetters'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  discardDeadLetters: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description These dead letters. */
          ids?: string[];
          /** @description All of this cause. */
          cause?: string;
          /** @description All of this source table. */
          table?: string;
          /**
           * @description All of the replication.
           * @constant
           */
          all?: true;
          /** @description Why, for the activity. */
          reason: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RequestedDeadLetters'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused, SecretMissing, DatabaseAuthenticationFailed */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description DatabaseUnreachable */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout, DatabaseTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  explainReplication: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Why'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listHealthHistory: {
    parameters: {
      query?: {
        minutes?: string;
        step_minutes?: string;
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthHistory'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listIncidents: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        state?: 'open' | 'all';
        min_severity?: 'info' | 'warning' | 'critical';
        condition?:
          | 'replication-failed'
          | 'needs-resync'
          | 'deletion-blocked'
          | 'ending-stuck'
          | 'pause-running-out'
          | 'credentials-refused'
          | 'source-unreachable'
          | 'source-unreadable'
          | 'source-not-watched'
          | 'connect-silent'
          | 'connector-missing'
          | 'connector-failed'
          | 'connector-paused'
          | 'connector-not-running'
          | 'capture-not-reading'
          | 'capture-stalled'
          | 'capture-behind'
          | 'capture-unknown'
          | 'source-log-limit'
          | 'consumer-retrying'
          | 'consumer-ended'
          | 'consumer-silent'
          | 'consumer-starting'
          | 'lag-unknown'
          | 'target-behind'
          | 'dead-letters'
          | 'table-held'
          | 'schema-change-waiting'
          | 'table-skipped'
          | 'table-change-failed'
          | 'new-tables'
          | 'check-failed'
          | 'copy-done'
          | 'resync-done';
        client_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Incidents'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listReplicationIncidents: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        state?: 'open' | 'all';
        min_severity?: 'info' | 'warning' | 'critical';
        condition?:
          | 'replication-failed'
          | 'needs-resync'
          | 'deletion-blocked'
          | 'ending-stuck'
          | 'pause-running-out'
          | 'credentials-refused'
          | 'source-unreachable'
          | 'source-unreadable'
          | 'source-not-watched'
          | 'connect-silent'
          | 'connector-missing'
          | 'connector-failed'
          | 'connector-paused'
          | 'connector-not-running'
          | 'capture-not-reading'
          | 'capture-stalled'
          | 'capture-behind'
          | 'capture-unknown'
          | 'source-log-limit'
          | 'consumer-retrying'
          | 'consumer-ended'
          | 'consumer-silent'
          | 'consumer-starting'
          | 'lag-unknown'
          | 'target-behind'
          | 'dead-letters'
          | 'table-held'
          | 'schema-change-waiting'
          | 'table-skipped'
          | 'table-change-failed'
          | 'new-tables'
          | 'check-failed'
          | 'copy-done'
          | 'resync-done';
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Incidents'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getIncident: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        incident_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Incident'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getSourceSafety: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SourceSafety'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getConnectHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectHealth'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listConnectors: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        state?: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
        client_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getConnector: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connector'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteConnector: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeletedConnector'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getConnectorConfig: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorConfig'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listConnectorTasks: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: never;
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorTasks'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  validateConnector: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorValidation'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  pauseConnector: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connector'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  resumeConnector: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connector'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  restartConnector: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        connector: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connector'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  restartConnectorTask: {
    parameters: {
      query?: {
        client_id?: string;
      };
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        connector: string;
        task: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connector'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ConnectUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  readMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': components['schemas']['Metrics'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listMetricsTargets: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricsTargets'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  readLogs: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        component?: 'consumer' | 'copy-worker' | 'steps' | 'healer' | 'connector';
        level?: 'debug' | 'info' | 'warn' | 'error';
        since?: string;
        until?: string;
        text?: string;
        wait_seconds?: string;
        client_id?: string;
      };
      header?: never;
      path: {
        replication_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Logs'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PermissionDenied */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getFleet: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        of_client?: string;
        name?: string;
        status?:
          | 'configured'
          | 'starting'
          | 'active'
          | 'pausing'
          | 'paused'
          | 'stopping'
          | 'stopped'
          | 'error'
          | 'needs-resync'
          | 'deleting';
        overall?: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Fleet'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  testAlertChannel: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path: {
        channel_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertDelivery'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  testAlertTopic: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertDelivery'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable, ServiceUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listAlertDeliveries: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        channel_id?: string;
        replication_id?: string;
        state?: 'waiting' | 'delivered' | 'failed';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertDeliveryList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listAlertChannels: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        kind?: 'slack' | 'webhook';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertChannelList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createAlertChannel: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /** @description Null: of all clients, for which the token has to be of all clients. By default that of the token. */
          client_id?: number | null;
          /**
           * @description slack: an incoming webhook of Slack. webhook: a POST of JSON, signed as Standard Webhooks describe.
           * @enum {string}
           */
          kind: 'slack' | 'webhook';
          /** @description Where alerts are sent: https, a public address, no redirection. It is a secret: it is stored in Secrets Manager and never shown. */
          url: string;
          /** @description For a webhook: `whsec_` and 24 to 64 bytes in base64. One is made, and shown this once, when it is left out. */
          signing_secret?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SavedAlertChannel'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getAlertChannel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channel_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertChannel'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteAlertChannel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channel_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertChannel'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateAlertChannel: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        channel_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          name?: string;
          /** @description Replaces the URL. A webhook gets a new key with it, which is shown this once. */
          url?: string;
          /** @description The new key, only together with `url`. */
          signing_secret?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SavedAlertChannel'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listAlertRoutes: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        channel_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertRouteList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createAlertRoute: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Null: of all clients, for which the token has to be of all clients. By default that of the token. */
          client_id?: number | null;
          /**
           * @description Incidents of this severity and of higher ones.
           * @default warning
           * @enum {string}
           */
          min_severity?: 'info' | 'warning' | 'critical';
          /**
           * @description Only these; null: every condition.
           * @default null
           */
          conditions?:
            | (
                | 'replication-failed'
                | 'needs-resync'
                | 'deletion-blocked'
                | 'ending-stuck'
                | 'pause-running-out'
                | 'credentials-refused'
                | 'source-unreachable'
                | 'source-unreadable'
                | 'source-not-watched'
                | 'connect-silent'
                | 'connector-missing'
                | 'connector-failed'
                | 'connector-paused'
                | 'connector-not-running'
                | 'capture-not-reading'
                | 'capture-stalled'
                | 'capture-behind'
                | 'capture-unknown'
                | 'source-log-limit'
                | 'consumer-retrying'
                | 'consumer-ended'
                | 'consumer-silent'
                | 'consumer-starting'
                | 'lag-unknown'
                | 'target-behind'
                | 'dead-letters'
                | 'table-held'
                | 'schema-change-waiting'
                | 'table-skipped'
                | 'table-change-failed'
                | 'new-tables'
                | 'check-failed'
                | 'copy-done'
                | 'resync-done'
              )[]
            | null;
          /** @description At least one, unless `alert_topic` is false. */
          channel_ids: number[];
          /**
           * @description Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false.
           * @default true
           */
          alert_topic?: boolean;
          /**
           * @description It takes only what no other route takes.
           * @default false
           */
          is_default?: boolean;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertRoute'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  getAlertRoute: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        route_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertRoute'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteAlertRoute: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        route_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertRoute'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  updateAlertRoute: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag of the resource that the caller has read: 412 when it is another one by now. */
        'If-Match'?: string;
      };
      path: {
        route_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /**
           * @description Incidents of this severity and of higher ones.
           * @enum {string}
           */
          min_severity?: 'info' | 'warning' | 'critical';
          /** @description Only these; null: every condition. */
          conditions?:
            | (
                | 'replication-failed'
                | 'needs-resync'
                | 'deletion-blocked'
                | 'ending-stuck'
                | 'pause-running-out'
                | 'credentials-refused'
                | 'source-unreachable'
                | 'source-unreadable'
                | 'source-not-watched'
                | 'connect-silent'
                | 'connector-missing'
                | 'connector-failed'
                | 'connector-paused'
                | 'connector-not-running'
                | 'capture-not-reading'
                | 'capture-stalled'
                | 'capture-behind'
                | 'capture-unknown'
                | 'source-log-limit'
                | 'consumer-retrying'
                | 'consumer-ended'
                | 'consumer-silent'
                | 'consumer-starting'
                | 'lag-unknown'
                | 'target-behind'
                | 'dead-letters'
                | 'table-held'
                | 'schema-change-waiting'
                | 'table-skipped'
                | 'table-change-failed'
                | 'new-tables'
                | 'check-failed'
                | 'copy-done'
                | 'resync-done'
              )[]
            | null;
          /** @description At least one, unless `alert_topic` is false. */
          channel_ids?: number[];
          /** @description Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false. */
          alert_topic?: boolean;
          /** @description It takes only what no other route takes. */
          is_default?: boolean;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertRoute'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description PreconditionFailed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  listAlertMutes: {
    parameters: {
      query?: {
        limit?: string;
        cursor?: string;
        state?: 'active' | 'all';
        replication_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertMuteList'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  createAlertMute: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first request is at work. A UUID is a good key. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Null: of all clients, for which the token has to be of all clients. By default that of the token. */
          client_id?: number | null;
          /**
           * @description Null: all replications. With a token of all clients it needs `client_id`, too.
           * @default null
           */
          replication_id?: number | null;
          /**
           * @description Null: every condition.
           * @default null
           */
          condition?:
            | (
                | 'replication-failed'
                | 'needs-resync'
                | 'deletion-blocked'
                | 'ending-stuck'
                | 'pause-running-out'
                | 'credentials-refused'
                | 'source-unreachable'
                | 'source-unreadable'
                | 'source-not-watched'
                | 'connect-silent'
                | 'connector-missing'
                | 'connector-failed'
                | 'connector-paused'
                | 'connector-not-running'
                | 'capture-not-reading'
                | 'capture-stalled'
                | 'capture-behind'
                | 'capture-unknown'
                | 'source-log-limit'
                | 'consumer-retrying'
                | 'consumer-ended'
                | 'consumer-silent'
                | 'consumer-starting'
                | 'lag-unknown'
                | 'target-behind'
                | 'dead-letters'
                | 'table-held'
                | 'schema-change-waiting'
                | 'table-skipped'
                | 'table-change-failed'
                | 'new-tables'
                | 'check-failed'
                | 'copy-done'
                | 'resync-done'
              )
            | null;
          /**
           * Format: date-time
           * @description At most 30 days from now.
           */
          until: string;
          reason: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertMute'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Conflict, QuotaExceeded */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description IdempotencyKeyReused */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
  deleteAlertMute: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        mute_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertMute'];
        };
      };
      /** @description InvalidRequest */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description NotFound */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description TooManyRequests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description Internal */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description StateTooNew, StoreUnavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
      /** @description RequestTimeout */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemDetails'];
        };
      };
    };
  };
}
