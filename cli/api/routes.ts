/** Generated from docs/openapi.json by `npm run openapi`. Do not edit it. */

/** The SHA-256 of the document that this was generated from. */
export const documentDigest = 'cfc8b07c71180fb5a4aaf08aeef861b96258d9ca0f7a3f933338d80f815f1e55';

/** Which HTTP call an operation is. */
export const routes = {
  createClient: { method: 'POST', path: '/v1/clients' },
  listClients: { method: 'GET', path: '/v1/clients' },
  getClient: { method: 'GET', path: '/v1/clients/{client_id}' },
  updateClient: { method: 'PATCH', path: '/v1/clients/{client_id}' },
  deleteClient: { method: 'DELETE', path: '/v1/clients/{client_id}' },
  getClientQuotas: { method: 'GET', path: '/v1/clients/{client_id}/quotas' },
  setClientQuotas: { method: 'PUT', path: '/v1/clients/{client_id}/quotas' },
  getMe: { method: 'GET', path: '/v1/me' },
  getVersions: { method: 'GET', path: '/v1/versions' },
  createToken: { method: 'POST', path: '/v1/tokens' },
  listTokens: { method: 'GET', path: '/v1/tokens' },
  createClientToken: { method: 'POST', path: '/v1/clients/{client_id}/tokens' },
  getToken: { method: 'GET', path: '/v1/tokens/{token_id}' },
  revokeToken: { method: 'DELETE', path: '/v1/tokens/{token_id}' },
  registerDatabase: { method: 'POST', path: '/v1/databases', ofClient: true },
  listDatabases: { method: 'GET', path: '/v1/databases', ofClient: true },
  getDatabase: { method: 'GET', path: '/v1/databases/{database_id}', ofClient: true },
  updateDatabase: { method: 'PATCH', path: '/v1/databases/{database_id}', ofClient: true },
  deleteDatabase: { method: 'DELETE', path: '/v1/databases/{database_id}', ofClient: true },
  testDatabase: { method: 'POST', path: '/v1/databases/{database_id}/test', ofClient: true },
  discoverTables: { method: 'GET', path: '/v1/databases/{database_id}/tables', ofClient: true },
  listSnapshotModes: { method: 'GET', path: '/v1/snapshot-modes' },
  createReplication: { method: 'POST', path: '/v1/replications', ofClient: true },
  listReplications: { method: 'GET', path: '/v1/replications', ofClient: true },
  getReplication: { method: 'GET', path: '/v1/replications/{replication_id}', ofClient: true },
  updateReplication: { method: 'PATCH', path: '/v1/replications/{replication_id}', ofClient: true },
  deleteReplication: { method: 'DELETE', path: '/v1/replications/{replication_id}', ofClient: true },
  validateReplication: { method: 'POST', path: '/v1/replications/{replication_id}/validate', ofClient: true },
  startReplication: { method: 'POST', path: '/v1/replications/{replication_id}/start', ofClient: true },
  pauseReplication: { method: 'POST', path: '/v1/replications/{replication_id}/pause', ofClient: true },
  resumeReplication: { method: 'POST', path: '/v1/replications/{replication_id}/resume', ofClient: true },
  restartReplication: { method: 'POST', path: '/v1/replications/{replication_id}/restart', ofClient: true },
  stopReplication: { method: 'POST', path: '/v1/replications/{replication_id}/stop', ofClient: true },
  updateConsumerSettings: {
    method: 'PATCH',
    path: '/v1/replications/{replication_id}/consumer',
    ofClient: true,
  },
  getSchemaPolicy: { method: 'GET', path: '/v1/replications/{replication_id}/schema-policy', ofClient: true },
  setSchemaPolicy: { method: 'PUT', path: '/v1/replications/{replication_id}/schema-policy', ofClient: true },
  addTables: { method: 'POST', path: '/v1/replications/{replication_id}/tables', ofClient: true },
  removeTable: { method: 'DELETE', path: '/v1/replications/{replication_id}/tables/{table}', ofClient: true },
  resyncTable: {
    method: 'POST',
    path: '/v1/replications/{replication_id}/tables/{table}/resync',
    ofClient: true,
  },
  getDeletion: { method: 'GET', path: '/v1/replications/{replication_id}/deletion', ofClient: true },
  getStatus: { method: 'GET', path: '/v1/replications/{replication_id}/status', ofClient: true },
  getCopyProgress: { method: 'GET', path: '/v1/replications/{replication_id}/copy', ofClient: true },
  listActivity: { method: 'GET', path: '/v1/replications/{replication_id}/activity', ofClient: true },
  listClientActivity: { method: 'GET', path: '/v1/activity', ofClient: true },
  listInstallationActivity: { method: 'GET', path: '/v1/activity/installation' },
  listSchemaChanges: {
    method: 'GET',
    path: '/v1/replications/{replication_id}/schema-changes',
    ofClient: true,
  },
  getSchemaChange: {
    method: 'GET',
    path: '/v1/replications/{replication_id}/schema-changes/{change_id}',
    ofClient: true,
  },
  rehearseSchemaChange: {
    method: 'POST',
    path: '/v1/replications/{replication_id}/schema-changes/{change_id}/rehearse',
    ofClient: true,
  },
  approveSchemaChange: {
    method: 'POST',
    path: '/v1/replications/{replication_id}/schema-changes/{change_id}/approve',
    ofClient: true,
  },
  rejectSchemaChange: {
    method: 'POST',
    path: '/v1/replications/{replication_id}/schema-changes/{change_id}/reject',
    ofClient: true,
  },
  listDeadLetters: { method: 'GET', path: '/v1/replications/{replication_id}/dead-letters', ofClient: true },
  updateDeadLetterSettings: {
    method: 'PATCH',
    path: '/v1/replications/{replication_id}/dead-letters',
    ofClient: true,
  },
  listDeadLetterCauses: {
    method: 'GET',
    path: '/v1/replications/{replication_id}/dead-letters/causes',
    ofClient: true,
  },
  getDeadLetter: {
    method: 'GET',
    path: '/v1/replications/{replication_id}/dead-letters/{dead_letter_id}',
    ofClient: true,
  },
  replayDeadLetters: {
    method: 'POST',
    path: '/v1/replications/{replication_id}/dead-letters/replay',
    ofClient: true,
  },
  discardDeadLetters: {
    method: 'POST',
    path: '/v1/replications/{replication_id}/dead-letters/discard',
    ofClient: true,
  },
  explainReplication: { method: 'GET', path: '/v1/replications/{replication_id}/why', ofClient: true },
  listHealthHistory: { method: 'GET', path: '/v1/replications/{replication_id}/history', ofClient: true },
  listIncidents: { method: 'GET', path: '/v1/incidents', ofClient: true },
  listReplicationIncidents: {
    method: 'GET',
    path: '/v1/replications/{replication_id}/incidents',
    ofClient: true,
  },
  getIncident: { method: 'GET', path: '/v1/incidents/{incident_id}', ofClient: true },
  getSourceSafety: { method: 'GET', path: '/v1/replications/{replication_id}/source', ofClient: true },
  getConnectHealth: { method: 'GET', path: '/v1/connect' },
  listConnectors: { method: 'GET', path: '/v1/connectors', ofClient: true },
  getConnector: { method: 'GET', path: '/v1/connectors/{connector}', ofClient: true },
  deleteConnector: { method: 'DELETE', path: '/v1/connectors/{connector}' },
  getConnectorConfig: { method: 'GET', path: '/v1/connectors/{connector}/config', ofClient: true },
  listConnectorTasks: { method: 'GET', path: '/v1/connectors/{connector}/tasks', ofClient: true },
  validateConnector: { method: 'POST', path: '/v1/connectors/{connector}/validate', ofClient: true },
  pauseConnector: { method: 'POST', path: '/v1/connectors/{connector}/pause', ofClient: true },
  resumeConnector: { method: 'POST', path: '/v1/connectors/{connector}/resume', ofClient: true },
  restartConnector: { method: 'POST', path: '/v1/connectors/{connector}/restart', ofClient: true },
  restartConnectorTask: {
    method: 'POST',
    path: '/v1/connectors/{connector}/tasks/{task}/restart',
    ofClient: true,
  },
  readMetrics: { method: 'GET', path: '/v1/metrics' },
  listMetricsTargets: { method: 'GET', path: '/v1/metrics/targets' },
  readLogs: { method: 'GET', path: '/v1/replications/{replication_id}/logs', ofClient: true },
  getFleet: { method: 'GET', path: '/v1/fleet' },
  testAlertChannel: { method: 'POST', path: '/v1/alert-channels/{channel_id}/test' },
  testAlertTopic: { method: 'POST', path: '/v1/alert-topic/test' },
  listAlertDeliveries: { method: 'GET', path: '/v1/alert-deliveries' },
  createAlertChannel: { method: 'POST', path: '/v1/alert-channels' },
  listAlertChannels: { method: 'GET', path: '/v1/alert-channels' },
  getAlertChannel: { method: 'GET', path: '/v1/alert-channels/{channel_id}' },
  updateAlertChannel: { method: 'PATCH', path: '/v1/alert-channels/{channel_id}' },
  deleteAlertChannel: { method: 'DELETE', path: '/v1/alert-channels/{channel_id}' },
  createAlertRoute: { method: 'POST', path: '/v1/alert-routes' },
  listAlertRoutes: { method: 'GET', path: '/v1/alert-routes' },
  getAlertRoute: { method: 'GET', path: '/v1/alert-routes/{route_id}' },
  updateAlertRoute: { method: 'PATCH', path: '/v1/alert-routes/{route_id}' },
  deleteAlertRoute: { method: 'DELETE', path: '/v1/alert-routes/{route_id}' },
  createAlertMute: { method: 'POST', path: '/v1/alert-mutes' },
  listAlertMutes: { method: 'GET', path: '/v1/alert-mutes' },
  deleteAlertMute: { method: 'DELETE', path: '/v1/alert-mutes/{mute_id}' },
} as const;

/**
 * What the HTTP service discovery of Prometheus expects.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "MetricsTargets".
 */
export type MetricsTargets = {
  /**
   * One `host:port`.
   */
  targets: string[];
  labels: {
    role: 'consumer' | 'copy-worker';
    /**
     * Of a task that several replications share; `/metrics` when absent.
     */
    __metrics_path__?: string;
  };
}[];
/**
 * Prometheus' text format. docs/guide/monitoring.md lists the metrics.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Metrics".
 */
export type Metrics = string;

export interface Operations {
  createClient: {
    body: {
      name: string;
    };
    answer: Client;
  };
  listClients: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      name?: string | number;
    };
    answer: ClientList;
  };
  getClient: {
    path: {
      client_id: string | number;
    };
    answer: Client;
  };
  updateClient: {
    path: {
      client_id: string | number;
    };
    /**
     * Names of connectors that were made from the old name stay as they are.
     */
    body: {
      name: string;
    };
    answer: Client;
  };
  deleteClient: {
    path: {
      client_id: string | number;
    };
    answer: Client;
  };
  getClientQuotas: {
    path: {
      client_id: string | number;
    };
    answer: ClientQuotas;
  };
  setClientQuotas: {
    path: {
      client_id: string | number;
    };
    /**
     * The limits of this client. What is null or left out is that of the environment. What the client has already stays.
     */
    body: {
      databases?: number | null;
      replications?: number | null;
      /**
       * Of all replications together.
       */
      tables?: number | null;
      tokens?: number | null;
      /**
       * Channels, routes and mutes together.
       */
      alert_rules?: number | null;
    };
    answer: ClientQuotas;
  };
  getMe: {
    answer: Me;
  };
  getVersions: {
    answer: Versions;
  };
  createToken: {
    body: {
      /**
       * Who or what uses it. The activity names the caller by it.
       */
      name: string;
      /**
       * viewer: reads. operator: also changes, starts and stops. admin: also clients and tokens.
       */
      role: 'viewer' | 'operator' | 'admin';
      /**
       * The client that it is for; null: all clients. By default that of the token that asks.
       */
      client_id?: number | null;
      /**
       * From then on it is refused; never by default.
       */
      expires_at?: string;
    };
    answer: NewToken;
  };
  listTokens: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      role?: 'viewer' | 'operator' | 'admin';
      of_client?: string | number;
    };
    answer: TokenList;
  };
  createClientToken: {
    path: {
      client_id: string | number;
    };
    body: {
      /**
       * Who or what uses it. The activity names the caller by it.
       */
      name?: string;
      /**
       * viewer: reads. operator: also changes, starts and stops. admin: also clients and tokens.
       */
      role?: 'viewer' | 'operator' | 'admin';
      /**
       * From then on it is refused; never by default.
       */
      expires_at?: string;
    };
    answer: NewToken;
  };
  getToken: {
    path: {
      token_id: string | number;
    };
    answer: Token;
  };
  revokeToken: {
    path: {
      token_id: string | number;
    };
    answer: Token;
  };
  registerDatabase: {
    query?: {
      client_id?: string | number;
    };
    body: {
      name: string;
      /**
       * When it is left out, the server is asked what it is; otherwise nothing connects to it yet.
       */
      kind?: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
      host: string;
      port: number;
      database: string;
      username: string;
      /**
       * Kept in Secrets Manager; never returned and never logged.
       */
      password: string;
      /**
       * `require` encrypts; `verify-ca` and `verify-full` also check the certificate.
       */
      tls_mode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
      /**
       * Certificates that the server must chain to; the system roots when absent.
       */
      ca_pem?: string;
    };
    answer: Database;
  };
  listDatabases: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      name?: string | number;
      kind?: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
      client_id?: string | number;
    };
    answer: DatabaseList;
  };
  getDatabase: {
    path: {
      database_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Database;
  };
  updateDatabase: {
    path: {
      database_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    /**
     * What is left out stays as it is.
     */
    body: {
      name?: string;
      host?: string;
      port?: number;
      /**
       * Only while no replication uses the database: another name means other tables.
       */
      database?: string;
      username?: string;
      /**
       * Kept in Secrets Manager; never returned and never logged. Needed with another host, port or `ca_pem`, and with a `tls_mode` that checks less: the stored one goes to no other server.
       */
      password?: string;
      tls_mode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
      /**
       * Null: the system roots.
       */
      ca_pem?: string | null;
    };
    answer: UpdatedDatabase;
  };
  deleteDatabase: {
    path: {
      database_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Database;
  };
  testDatabase: {
    path: {
      database_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: DatabaseTest;
  };
  discoverTables: {
    path: {
      database_id: string | number;
    };
    query?: {
      limit?: string | number;
      cursor?: string | number;
      schema?: string | number;
      replicable?: 'true' | 'false';
      client_id?: string | number;
    };
    answer: DiscoveredTables;
  };
  listSnapshotModes: {
    query?: {
      kind?: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
    };
    answer: SnapshotModes;
  };
  createReplication: {
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * By default `{source} to {target}`.
       */
      name?: string;
      source_database_id: number;
      target_database_id: number;
      /**
       * How target tables are named that have no name by hand: text with the placeholders {sourcedb}, {schema}, {table} and {client}.
       */
      target_table_name?: string;
      /**
       * @minItems 1
       * @maxItems 1000
       */
      tables: {
        source: {
          /**
           * By default `public` of PostgreSQL, and otherwise the registered database.
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table: string;
        };
        /**
         * By default a table named by `target_table_name`, in the default schema.
         */
        target?: {
          /**
           * By default `public` of PostgreSQL, and otherwise the registered database.
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table?: string;
        };
        /**
         * @maxItems 1600
         *
         * Items: A column that is not listed keeps its name and type.
         */
        columns?: {
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          source: string;
          /**
           * By default the name at the source.
           */
          target?: string;
          /**
           * Leaves the column out: it is neither copied nor captured.
           */
          omit?: boolean;
          /**
           * The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, `text`. One that does not hold every value as it is is refused.
           */
          type?: string;
        }[];
        /**
         * What happens with a value that the type at the target has no place for: `fail` stops the replication, `null` writes NULL, `text` creates columns that can have such values as text.
         */
        value_policy?: 'fail' | 'null' | 'text';
        /**
         * Whether the table is replicated though the source changes rows of it without writing so to its log, which MySQL before 9.6 and MariaDB do by foreign keys with ON DELETE or ON UPDATE.
         */
        unlogged_cascades?: 'refuse' | 'accept';
      }[];
      /**
       * What the connector may have otherwise. Nothing else of it can be set.
       */
      capture?: {
        /**
         * How existing rows are copied: `no_data` (also by its former names `never` and `schema_only`) with direct SQL, `initial` through Kafka Connect and Kafka, `when_needed` as `initial` and again by itself when changes were lost. See GET /snapshot-modes.
         */
        snapshot_mode?: 'no_data' | 'never' | 'schema_only' | 'initial' | 'when_needed';
        /**
         * Events per hand-over to Kafka. By default 8,192.
         */
        max_batch_events?: number;
        /**
         * Events that wait in memory; more than a batch. By default 32,768.
         */
        max_queue_events?: number;
        /**
         * The same in bytes, whichever is reached first. By default 33,554,432.
         */
        max_queue_bytes?: number;
        /**
         * How often an idle connector stores its position. By default 5,000.
         */
        heartbeat_interval_ms?: number;
        /**
         * How often it looks for new events. By default 50.
         */
        poll_interval_ms?: number;
        /**
         * How long it waits before it tries again after a retriable error. By default 2,000.
         */
        retriable_restart_wait_ms?: number;
        /**
         * For a connection from Kafka Connect to the source. By default the driver's own.
         */
        connect_timeout_ms?: number;
      };
      /**
       * What happens to changes that the target refuses because of their row.
       */
      dead_letters?: {
        /**
         * What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
         */
        policy?: 'hold_table' | 'continue' | 'stop';
        /**
         * How many dead letters, waiting events included, the replication may have. An event beyond them holds its table.
         */
        limit?: number;
      };
      /**
       * Where the consumer runs; by default as the environment says. Later: PATCH /replications/{id}/consumer.
       */
      consumer?: {
        /**
         * `own`: a task for this replication alone. `pooled`: it shares a task with others while it is quiet; one that is not quiet for minutes is moved to a task of its own by itself, and back later.
         */
        placement?: 'own' | 'pooled';
        /**
         * CPU units of Fargate: 256 is a quarter of a vCPU.
         */
        cpu?: number;
        /**
         * MiB of memory. Which there are depends on `cpu`.
         */
        memory_mib?: number;
      };
      /**
       * What is done when a table is changed at the source. Later: PUT /replications/{id}/schema-policy.
       */
      schema_changes?: {
        /**
         * `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
         */
        preset?: 'safe' | 'strict' | 'mirror';
        /**
         * Actions for single kinds of change, in place of those of the preset. `auto`: done at the target, in its place between the rows. `ask`: the table is held before it. `ignore`: the target stays as it is. `stop`: the replication stops before it.
         */
        kinds?: {
          'add-column'?: 'auto' | 'ask' | 'stop';
          'add-column-default'?: 'auto' | 'ask' | 'stop';
          'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
          'rename-column'?: 'auto' | 'ask' | 'stop';
          'widen-type'?: 'auto' | 'ask' | 'stop';
          'change-type'?: 'auto' | 'ask' | 'stop';
          'drop-not-null'?: 'auto' | 'ask' | 'stop';
          'change-key'?: 'auto' | 'ask' | 'stop';
          rewrite?: 'auto' | 'ask' | 'stop';
          'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
          'attach-partition'?: 'auto' | 'ask' | 'stop';
          'replace-table'?: 'auto' | 'ask' | 'stop';
          'drop-table'?: 'ask' | 'stop';
          truncate?: 'auto' | 'ask' | 'stop';
          'create-table'?: 'auto' | 'ask' | 'ignore';
          other?: 'ask' | 'stop';
        };
        /**
         * Tables with a policy of their own, which goes before that of all.
         *
         * @maxItems 1000
         */
        tables?: {
          source: {
            /**
             * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
             */
            schema?: string;
            /**
             * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
             */
            table: string;
          };
          /**
           * `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
           */
          preset?: 'safe' | 'strict' | 'mirror';
          kinds?: {
            'add-column'?: 'auto' | 'ask' | 'stop';
            'add-column-default'?: 'auto' | 'ask' | 'stop';
            'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
            'rename-column'?: 'auto' | 'ask' | 'stop';
            'widen-type'?: 'auto' | 'ask' | 'stop';
            'change-type'?: 'auto' | 'ask' | 'stop';
            'drop-not-null'?: 'auto' | 'ask' | 'stop';
            'change-key'?: 'auto' | 'ask' | 'stop';
            rewrite?: 'auto' | 'ask' | 'stop';
            'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
            'attach-partition'?: 'auto' | 'ask' | 'stop';
            'replace-table'?: 'auto' | 'ask' | 'stop';
            'drop-table'?: 'ask' | 'stop';
            truncate?: 'auto' | 'ask' | 'stop';
            other?: 'ask' | 'stop';
          };
        }[];
      };
      /**
       * Tables of the source that join the replication by themselves when they are there, or wait for a person: `create-table` of `schema_changes` says which. Without it no table does.
       */
      new_tables?: {
        /**
         * Which tables belong to the replication, as patterns `schema.table`: `*` stands for any characters, `?` for one, and a backslash makes the next character stand for itself.
         *
         * @minItems 1
         * @maxItems 200
         */
        include: string[];
        /**
         * Which of them are left out all the same.
         *
         * @maxItems 200
         */
        exclude?: string[];
      };
    };
    answer: Replication;
  };
  listReplications: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      name?: string | number;
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
      database_id?: string | number;
      client_id?: string | number;
    };
    answer: ReplicationList;
  };
  getReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Replication;
  };
  updateReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    /**
     * What is left out stays as it is.
     */
    body: {
      /**
       * Tables of the replication that are mapped otherwise. One whose rows come out otherwise is copied again.
       *
       * @minItems 1
       * @maxItems 1000
       */
      tables?: {
        source: {
          /**
           * By default `public` of PostgreSQL, and otherwise the registered database.
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table: string;
        };
        /**
         * Where it goes from now on.
         */
        target?: {
          /**
           * By default `public` of PostgreSQL, and otherwise the registered database.
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table?: string;
        };
        /**
         * All that is mapped of its columns, in the place of what was.
         *
         * @maxItems 1600
         *
         * Items: A column that is not listed keeps its name and type.
         */
        columns?: {
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          source: string;
          /**
           * By default the name at the source.
           */
          target?: string;
          /**
           * Leaves the column out: it is neither copied nor captured.
           */
          omit?: boolean;
          /**
           * The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, `text`. One that does not hold every value as it is is refused.
           */
          type?: string;
        }[];
        value_policy?: 'fail' | 'null' | 'text';
        unlogged_cascades?: 'refuse' | 'accept';
      }[];
      /**
       * Options of the connector (null: as by default), and how rows are copied.
       */
      capture?: {
        /**
         * How rows are copied from the next copy on. Nothing is copied again for it.
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
      /**
       * In the place of what was; null: no table joins by itself any more.
       */
      new_tables?: {
        /**
         * Which tables belong to the replication, as patterns `schema.table`: `*` stands for any characters, `?` for one, and a backslash makes the next character stand for itself.
         *
         * @minItems 1
         * @maxItems 200
         */
        include: string[];
        /**
         * Which of them are left out all the same.
         *
         * @maxItems 200
         */
        exclude?: string[];
      } | null;
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: Replication;
  };
  deleteReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      drop_target_tables?: 'true' | 'false';
      force?: 'true' | 'false';
      client_id?: string | number;
    };
    answer: Deletion;
  };
  validateReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: Record<string, never>;
    answer: Validation;
  };
  startReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * Why, for the activity.
       */
      reason?: string;
      /**
       * Truncates the target tables and copies everything again, also when the replication is active.
       */
      force_resync?: boolean;
      /**
       * How long the start waits for transactions that are open at the source when it begins. The status names them.
       */
      transaction_wait_seconds?: number;
    };
    answer: Replication;
  };
  pauseReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: Replication;
  };
  resumeReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * Why, for the activity.
       */
      reason?: string;
      /**
       * How long the start waits for transactions that are open at the source when it begins. The status names them.
       */
      transaction_wait_seconds?: number;
    };
    answer: Replication;
  };
  restartReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * Why, for the activity.
       */
      reason?: string;
      /**
       * How long the start waits for transactions that are open at the source when it begins. The status names them.
       */
      transaction_wait_seconds?: number;
    };
    answer: Replication;
  };
  stopReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: Replication;
  };
  updateConsumerSettings: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * `own`: a task for this replication alone. `pooled`: it shares a task with others while it is quiet; one that is not quiet for minutes is moved to a task of its own by itself, and back later.
       */
      placement?: 'own' | 'pooled';
      /**
       * Null: the environment's.
       */
      cpu?: number | null;
      /**
       * Null: the environment's.
       */
      memory_mib?: number | null;
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: ConsumerSettings;
  };
  getSchemaPolicy: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: SchemaPolicy;
  };
  setSchemaPolicy: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
       */
      preset?: 'safe' | 'strict' | 'mirror';
      /**
       * Actions for single kinds of change, in place of those of the preset. `auto`: done at the target, in its place between the rows. `ask`: the table is held before it. `ignore`: the target stays as it is. `stop`: the replication stops before it.
       */
      kinds?: {
        'add-column'?: 'auto' | 'ask' | 'stop';
        'add-column-default'?: 'auto' | 'ask' | 'stop';
        'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
        'rename-column'?: 'auto' | 'ask' | 'stop';
        'widen-type'?: 'auto' | 'ask' | 'stop';
        'change-type'?: 'auto' | 'ask' | 'stop';
        'drop-not-null'?: 'auto' | 'ask' | 'stop';
        'change-key'?: 'auto' | 'ask' | 'stop';
        rewrite?: 'auto' | 'ask' | 'stop';
        'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
        'attach-partition'?: 'auto' | 'ask' | 'stop';
        'replace-table'?: 'auto' | 'ask' | 'stop';
        'drop-table'?: 'ask' | 'stop';
        truncate?: 'auto' | 'ask' | 'stop';
        'create-table'?: 'auto' | 'ask' | 'ignore';
        other?: 'ask' | 'stop';
      };
      /**
       * Tables with a policy of their own, which goes before that of all.
       *
       * @maxItems 1000
       */
      tables?: {
        source: {
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table: string;
        };
        /**
         * `safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. `mirror` is `safe`, and drops columns at the target that were dropped at the source.
         */
        preset?: 'safe' | 'strict' | 'mirror';
        kinds?: {
          'add-column'?: 'auto' | 'ask' | 'stop';
          'add-column-default'?: 'auto' | 'ask' | 'stop';
          'drop-column'?: 'auto' | 'ask' | 'ignore' | 'stop';
          'rename-column'?: 'auto' | 'ask' | 'stop';
          'widen-type'?: 'auto' | 'ask' | 'stop';
          'change-type'?: 'auto' | 'ask' | 'stop';
          'drop-not-null'?: 'auto' | 'ask' | 'stop';
          'change-key'?: 'auto' | 'ask' | 'stop';
          rewrite?: 'auto' | 'ask' | 'stop';
          'drop-partition'?: 'auto' | 'ask' | 'ignore' | 'stop';
          'attach-partition'?: 'auto' | 'ask' | 'stop';
          'replace-table'?: 'auto' | 'ask' | 'stop';
          'drop-table'?: 'ask' | 'stop';
          truncate?: 'auto' | 'ask' | 'stop';
          other?: 'ask' | 'stop';
        };
      }[];
    };
    answer: SchemaPolicy;
  };
  addTables: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * @minItems 1
       * @maxItems 1000
       */
      tables: {
        source: {
          /**
           * By default `public` of PostgreSQL, and otherwise the registered database.
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table: string;
        };
        /**
         * By default a table named by `target_table_name`, in the default schema.
         */
        target?: {
          /**
           * By default `public` of PostgreSQL, and otherwise the registered database.
           */
          schema?: string;
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          table?: string;
        };
        /**
         * @maxItems 1600
         *
         * Items: A column that is not listed keeps its name and type.
         */
        columns?: {
          /**
           * As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).
           */
          source: string;
          /**
           * By default the name at the source.
           */
          target?: string;
          /**
           * Leaves the column out: it is neither copied nor captured.
           */
          omit?: boolean;
          /**
           * The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, `text`. One that does not hold every value as it is is refused.
           */
          type?: string;
        }[];
        /**
         * What happens with a value that the type at the target has no place for: `fail` stops the replication, `null` writes NULL, `text` creates columns that can have such values as text.
         */
        value_policy?: 'fail' | 'null' | 'text';
        /**
         * Whether the table is replicated though the source changes rows of it without writing so to its log, which MySQL before 9.6 and MariaDB do by foreign keys with ON DELETE or ON UPDATE.
         */
        unlogged_cascades?: 'refuse' | 'accept';
      }[];
      /**
       * The tables_version that the caller has seen: 409 when it is another one by now.
       */
      version?: number;
    };
    answer: Replication;
  };
  removeTable: {
    path: {
      replication_id: string | number;
      table: string | number;
    };
    query?: {
      version?: string | number;
      client_id?: string | number;
    };
    answer: Replication;
  };
  resyncTable: {
    path: {
      replication_id: string | number;
      table: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * The tables_version that the caller has seen: 409 when it is another one by now.
       */
      version?: number;
    };
    answer: Replication;
  };
  getDeletion: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Deletion;
  };
  getStatus: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Status;
  };
  getCopyProgress: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: CopyProgress;
  };
  listActivity: {
    path: {
      replication_id: string | number;
    };
    query?: {
      limit?: string | number;
      cursor?: string | number;
      actor?: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
      action?: string | number;
      by?: string | number;
      since?: string | number;
      until?: string | number;
      client_id?: string | number;
    };
    answer: Activity;
  };
  listClientActivity: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      actor?: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
      action?: string | number;
      by?: string | number;
      since?: string | number;
      until?: string | number;
      client_id?: string | number;
    };
    answer: ClientActivity;
  };
  listInstallationActivity: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      actor?: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
      action?: string | number;
      by?: string | number;
      since?: string | number;
      until?: string | number;
    };
    answer: ClientActivity;
  };
  listSchemaChanges: {
    path: {
      replication_id: string | number;
    };
    query?: {
      limit?: string | number;
      cursor?: string | number;
      state?: 'waiting' | 'approved' | 'applied' | 'rejected' | 'expired';
      table?: string | number;
      client_id?: string | number;
    };
    answer: SchemaChangeList;
  };
  getSchemaChange: {
    path: {
      replication_id: string | number;
      change_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: SchemaChange;
  };
  rehearseSchemaChange: {
    path: {
      replication_id: string | number;
      change_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * One ALTER TABLE of the target table, in the place of the planned statements. It adds and renames the same columns, with the same values in the rows that are there; types, the dropping of columns that the source dropped, ALGORITHM and LOCK are free.
       */
      statement?: string;
    };
    answer: SchemaChange;
  };
  approveSchemaChange: {
    path: {
      replication_id: string | number;
      change_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * The version of the change that the caller has seen: 409 when it is another one by now.
       */
      version: number;
      /**
       * One ALTER TABLE of the target table, in the place of the planned statements. It adds and renames the same columns, with the same values in the rows that are there; types, the dropping of columns that the source dropped, ALGORITHM and LOCK are free.
       */
      statement?: string;
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: SchemaChange;
  };
  rejectSchemaChange: {
    path: {
      replication_id: string | number;
      change_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    body: {
      /**
       * The version of the change that the caller has seen: 409 when it is another one by now.
       */
      version: number;
      /**
       * Why, for the activity.
       */
      reason: string;
    };
    answer: SchemaChange;
  };
  listDeadLetters: {
    path: {
      replication_id: string | number;
    };
    query?: {
      limit?: string | number;
      cursor?: string | number;
      table?: string | number;
      cause?: string | number;
      client_id?: string | number;
    };
    answer: DeadLetterList;
  };
  updateDeadLetterSettings: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    /**
     * What is left out stays as it is. A consumer that runs takes the change within seconds.
     */
    body: {
      /**
       * What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
       */
      policy?: 'hold_table' | 'continue' | 'stop';
      /**
       * How many dead letters, waiting events included, the replication may have. An event beyond them holds its table.
       */
      limit?: number;
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: DeadLetterSettings;
  };
  listDeadLetterCauses: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: DeadLetterCauses;
  };
  getDeadLetter: {
    path: {
      replication_id: string | number;
      dead_letter_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: DeadLetter;
  };
  replayDeadLetters: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    /**
     * Say which: ids, cause, table (all conditions hold), or all. The other dead letters of the same rows come along.
     */
    body: {
      /**
       * These dead letters.
       *
       * @minItems 1
       * @maxItems 1000
       */
      ids?: string[];
      /**
       * All of this cause.
       */
      cause?: string;
      /**
       * All of this source table.
       */
      table?: string;
      /**
       * All of the replication.
       */
      all?: true;
      /**
       * Only tries: reads each row from the source, writes it at the target, and rolls that back.
       */
      dry_run?: boolean;
      /**
       * Why, for the activity.
       */
      reason?: string;
    };
    answer: RequestedDeadLetters;
  };
  discardDeadLetters: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    /**
     * Say which, as for a replay.
     */
    body: {
      /**
       * These dead letters.
       *
       * @minItems 1
       * @maxItems 1000
       */
      ids?: string[];
      /**
       * All of this cause.
       */
      cause?: string;
      /**
       * All of this source table.
       */
      table?: string;
      /**
       * All of the replication.
       */
      all?: true;
      /**
       * Why, for the activity.
       */
      reason: string;
    };
    answer: RequestedDeadLetters;
  };
  explainReplication: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Why;
  };
  listHealthHistory: {
    path: {
      replication_id: string | number;
    };
    query?: {
      minutes?: string | number;
      step_minutes?: string | number;
      client_id?: string | number;
    };
    answer: HealthHistory;
  };
  listIncidents: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
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
      client_id?: string | number;
    };
    answer: Incidents;
  };
  listReplicationIncidents: {
    path: {
      replication_id: string | number;
    };
    query?: {
      limit?: string | number;
      cursor?: string | number;
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
      client_id?: string | number;
    };
    answer: Incidents;
  };
  getIncident: {
    path: {
      incident_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Incident;
  };
  getSourceSafety: {
    path: {
      replication_id: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: SourceSafety;
  };
  getConnectHealth: {
    answer: ConnectHealth;
  };
  listConnectors: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      state?: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
      client_id?: string | number;
    };
    answer: ConnectorList;
  };
  getConnector: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Connector;
  };
  deleteConnector: {
    path: {
      connector: string | number;
    };
    answer: DeletedConnector;
  };
  getConnectorConfig: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: ConnectorConfig;
  };
  listConnectorTasks: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: ConnectorTasks;
  };
  validateConnector: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: ConnectorValidation;
  };
  pauseConnector: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Connector;
  };
  resumeConnector: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Connector;
  };
  restartConnector: {
    path: {
      connector: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Connector;
  };
  restartConnectorTask: {
    path: {
      connector: string | number;
      task: string | number;
    };
    query?: {
      client_id?: string | number;
    };
    answer: Connector;
  };
  readMetrics: {
    answer: string;
  };
  listMetricsTargets: {
    answer: MetricsTargets;
  };
  readLogs: {
    path: {
      replication_id: string | number;
    };
    query?: {
      limit?: string | number;
      cursor?: string | number;
      component?: 'consumer' | 'copy-worker' | 'steps' | 'healer' | 'connector';
      level?: 'debug' | 'info' | 'warn' | 'error';
      since?: string | number;
      until?: string | number;
      text?: string | number;
      wait_seconds?: string | number;
      client_id?: string | number;
    };
    answer: Logs;
  };
  getFleet: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      of_client?: string | number;
      name?: string | number;
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
    answer: Fleet;
  };
  testAlertChannel: {
    path: {
      channel_id: string | number;
    };
    answer: AlertDelivery;
  };
  testAlertTopic: {
    answer: AlertDelivery;
  };
  listAlertDeliveries: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      channel_id?: string | number;
      replication_id?: string | number;
      state?: 'waiting' | 'delivered' | 'failed';
    };
    answer: AlertDeliveryList;
  };
  createAlertChannel: {
    body: {
      name: string;
      /**
       * Null: of all clients, for which the token has to be of all clients. By default that of the token.
       */
      client_id?: number | null;
      /**
       * slack: an incoming webhook of Slack. webhook: a POST of JSON, signed as Standard Webhooks describe.
       */
      kind: 'slack' | 'webhook';
      /**
       * Where alerts are sent: https, a public address, no redirection. It is a secret: it is stored in Secrets Manager and never shown.
       */
      url: string;
      /**
       * For a webhook: `whsec_` and 24 to 64 bytes in base64. One is made, and shown this once, when it is left out.
       */
      signing_secret?: string;
    };
    answer: SavedAlertChannel;
  };
  listAlertChannels: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      kind?: 'slack' | 'webhook';
    };
    answer: AlertChannelList;
  };
  getAlertChannel: {
    path: {
      channel_id: string | number;
    };
    answer: AlertChannel;
  };
  updateAlertChannel: {
    path: {
      channel_id: string | number;
    };
    body: {
      name?: string;
      /**
       * Replaces the URL. A webhook gets a new key with it, which is shown this once.
       */
      url?: string;
      /**
       * The new key, only together with `url`.
       */
      signing_secret?: string;
    };
    answer: SavedAlertChannel;
  };
  deleteAlertChannel: {
    path: {
      channel_id: string | number;
    };
    answer: AlertChannel;
  };
  createAlertRoute: {
    body: {
      /**
       * Null: of all clients, for which the token has to be of all clients. By default that of the token.
       */
      client_id?: number | null;
      /**
       * Incidents of this severity and of higher ones.
       */
      min_severity?: 'info' | 'warning' | 'critical';
      /**
       * Only these; null: every condition.
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
      /**
       * At least one, unless `alert_topic` is false.
       *
       * @maxItems 20
       */
      channel_ids: number[];
      /**
       * Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false.
       */
      alert_topic?: boolean;
      /**
       * It takes only what no other route takes.
       */
      is_default?: boolean;
    };
    answer: AlertRoute;
  };
  listAlertRoutes: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      channel_id?: string | number;
    };
    answer: AlertRouteList;
  };
  getAlertRoute: {
    path: {
      route_id: string | number;
    };
    answer: AlertRoute;
  };
  updateAlertRoute: {
    path: {
      route_id: string | number;
    };
    body: {
      /**
       * Incidents of this severity and of higher ones.
       */
      min_severity?: 'info' | 'warning' | 'critical';
      /**
       * Only these; null: every condition.
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
      /**
       * At least one, unless `alert_topic` is false.
       *
       * @maxItems 20
       */
      channel_ids?: number[];
      /**
       * Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false.
       */
      alert_topic?: boolean;
      /**
       * It takes only what no other route takes.
       */
      is_default?: boolean;
    };
    answer: AlertRoute;
  };
  deleteAlertRoute: {
    path: {
      route_id: string | number;
    };
    answer: AlertRoute;
  };
  createAlertMute: {
    body: {
      /**
       * Null: of all clients, for which the token has to be of all clients. By default that of the token.
       */
      client_id?: number | null;
      /**
       * Null: all replications. With a token of all clients it needs `client_id`, too.
       */
      replication_id?: number | null;
      /**
       * Null: every condition.
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
       * At most 30 days from now.
       */
      until: string;
      reason: string;
    };
    answer: AlertMute;
  };
  listAlertMutes: {
    query?: {
      limit?: string | number;
      cursor?: string | number;
      state?: 'active' | 'all';
      replication_id?: string | number;
    };
    answer: AlertMuteList;
  };
  deleteAlertMute: {
    path: {
      mute_id: string | number;
    };
    answer: AlertMute;
  };
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Client".
 */
export interface Client {
  client_id: number;
  name: string;
  created_at: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ClientList".
 */
export interface ClientList {
  clients: Client[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ClientQuotas".
 */
export interface ClientQuotas {
  client_id: number;
  databases: {
    used: number;
    /**
     * Null: none.
     */
    limit: number | null;
    /**
     * Whether the limit was set for this client, and is not that of the environment.
     */
    is_own: boolean;
  };
  replications: {
    used: number;
    /**
     * Null: none.
     */
    limit: number | null;
    /**
     * Whether the limit was set for this client, and is not that of the environment.
     */
    is_own: boolean;
  };
  /**
   * Of all replications together.
   */
  tables: {
    used: number;
    /**
     * Null: none.
     */
    limit: number | null;
    /**
     * Whether the limit was set for this client, and is not that of the environment.
     */
    is_own: boolean;
  };
  tokens: {
    used: number;
    /**
     * Null: none.
     */
    limit: number | null;
    /**
     * Whether the limit was set for this client, and is not that of the environment.
     */
    is_own: boolean;
  };
  /**
   * Channels, routes and mutes together.
   */
  alert_rules: {
    used: number;
    /**
     * Null: none.
     */
    limit: number | null;
    /**
     * Whether the limit was set for this client, and is not that of the environment.
     */
    is_own: boolean;
  };
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Me".
 */
export interface Me {
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * Null: all clients.
   */
  client_id: number | null;
  /**
   * Null: the admin token of the deployment.
   */
  token_id: number | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Versions".
 */
export interface Versions {
  /**
   * Of Millrace.
   */
  version: string;
  api_version: string;
  /**
   * Of consumers and copy workers that are launched now; those that run are replaced one after the other.
   */
  worker_image: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "NewToken".
 */
export interface NewToken {
  token_id: number;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * Null: all clients.
   */
  client_id: number | null;
  created_at: string;
  /**
   * The name of the token that created it.
   */
  created_by: string;
  expires_at: string | null;
  /**
   * To the minute; null: never used.
   */
  last_used_at: string | null;
  /**
   * Shown this once; only its SHA-256 is stored.
   */
  token: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TokenList".
 */
export interface TokenList {
  tokens: Token[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Token".
 */
export interface Token {
  token_id: number;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * Null: all clients.
   */
  client_id: number | null;
  created_at: string;
  /**
   * The name of the token that created it.
   */
  created_by: string;
  expires_at: string | null;
  /**
   * To the minute; null: never used.
   */
  last_used_at: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Database".
 */
export interface Database {
  database_id: number;
  name: string;
  kind: 'postgresql' | 'mysql' | 'mariadb' | 'oracle';
  host: string;
  port: number;
  database: string;
  username: string;
  tls_mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  ca_pem: string | null;
  created_at: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DatabaseList".
 */
export interface DatabaseList {
  databases: Database[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "UpdatedDatabase".
 */
export interface UpdatedDatabase {
  database: Database;
  /**
   * What became of the replications that use the database.
   */
  replications: {
    replication_id: number;
    /**
     * restarted: connector and consumer work with the change. started: it had failed and starts again. next-start: nothing runs. failed: it could not be told; send the change again.
     */
    effect: 'restarted' | 'started' | 'next-start' | 'failed';
    message: string;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DatabaseTest".
 */
export interface DatabaseTest {
  database_id: number;
  server_version: string;
  /**
   * One round trip on an open connection.
   */
  latency_ms: number;
  /**
   * Connecting, TLS and logging in.
   */
  connect_ms: number;
  /**
   * Whether changes can be captured from it.
   */
  as_source: {
    ready: boolean;
    problems: Problem[];
  };
  /**
   * Whether tables can be created and written in the default schema.
   */
  as_target: {
    ready: boolean;
    problems: Problem[];
  };
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Problem".
 */
export interface Problem {
  /**
   * What it is about: a field, a table, a column, a server.
   */
  subject: string;
  message: string;
  /**
   * What to do; a statement to run where there is one.
   */
  remedy: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DiscoveredTables".
 */
export interface DiscoveredTables {
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
  tables: {
    schema: string;
    table: string;
    kind: 'table' | 'partitioned-table' | 'view' | 'foreign-table' | 'other';
    /**
     * Or the columns of the unique index that serves as the key; empty when it has neither.
     */
    primary_key: string[];
    /**
     * The unique index, or constraint, that serves as the key. null: the primary key, or none.
     */
    key_index: string | null;
    replica_identity: 'default' | 'full' | 'nothing' | 'index';
    columns: number;
    /**
     * From the catalog's statistics; null when the table was never analysed.
     */
    estimated_rows: number | null;
    /**
     * Without indexes.
     */
    bytes: number;
    replicable: boolean;
    /**
     * Why it is not replicable.
     */
    problems: Problem[];
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "SnapshotModes".
 */
export interface SnapshotModes {
  snapshot_modes: {
    mode: string;
    former_names: string[];
    kinds: ('postgresql' | 'mysql' | 'mariadb' | 'oracle')[];
    /**
     * What a connector of this mode does before it streams.
     */
    meaning: string;
    /**
     * Whether a replication can have it.
     */
    supported: boolean;
    /**
     * How the same is had here.
     */
    in_millrace: string;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Replication".
 */
export interface Replication {
  replication_id: number;
  name: string;
  source_database_id: number;
  target_database_id: number;
  connector_name: string;
  topic_prefix: string;
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
  desired: 'running' | 'paused' | 'stopped';
  /**
   * Counts the starts.
   */
  generation: number;
  execution_arn: string | null;
  last_error_code: string | null;
  last_error_message: string | null;
  status_since: string;
  created_at: string;
  table_count: number;
  consumer: ConsumerSettings;
  dead_letters: DeadLetterSettings;
  target_table_name: string;
  /**
   * Counts the changes of `tables`.
   */
  tables_version: number;
  /**
   * A change of the tables that is at work or has failed; null when there is none.
   */
  table_change: {
    version: number;
    state: 'running' | 'failed';
    /**
     * Source tables that are being left out.
     */
    leaving: {
      schema: string;
      table: string;
    }[];
    /**
     * Source tables that are copied again.
     */
    resync: {
      schema: string;
      table: string;
    }[];
    started_at: string;
    /**
     * Why it failed.
     */
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
      /**
       * Null: as at the source.
       */
      target: string | null;
      omit: boolean;
      /**
       * Null: that of the source.
       */
      type: string | null;
    }[];
    value_policy: 'fail' | 'null' | 'text';
    unlogged_cascades: 'refuse' | 'accept';
  }[];
  capture: {
    snapshot_mode: 'no_data' | 'initial' | 'when_needed';
    max_batch_events: number;
    max_queue_events: number;
    max_queue_bytes: number;
    heartbeat_interval_ms: number;
    poll_interval_ms: number;
    retriable_restart_wait_ms: number;
    /**
     * Null: the driver's own.
     */
    connect_timeout_ms: number | null;
  };
  schema_changes: {
    preset: 'safe' | 'strict' | 'mirror';
    kinds: {
      [k: string]: 'auto' | 'ask' | 'ignore' | 'stop';
    };
    tables: {
      source: {
        schema: string;
        table: string;
      };
      /**
       * Null: that of the replication.
       */
      preset: ('safe' | 'strict' | 'mirror') | null;
      kinds: {
        [k: string]: 'auto' | 'ask' | 'ignore' | 'stop';
      };
    }[];
  };
  /**
   * Null: no table joins by itself.
   */
  new_tables: {
    include: string[];
    exclude: string[];
    /**
     * Tables that match and are not replicated. `waiting`: add it (POST /replications/{id}/tables), or exclude it. `refused`: it cannot be added, and `message` says why; it is tried again every minute.
     */
    found: {
      source: {
        schema: string;
        table: string;
      };
      state: 'waiting' | 'refused';
      message: string | null;
      since: string;
    }[];
  } | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ConsumerSettings".
 */
export interface ConsumerSettings {
  placement: 'own' | 'pooled';
  /**
   * Of a task of its own; null: the environment's.
   */
  cpu: number | null;
  /**
   * Of a task of its own; null: the environment's.
   */
  memory_mib: number | null;
  /**
   * While a pooled replication has a task of its own, since it is not quiet.
   */
  moved_out: {
    since: string;
    reason: string;
  } | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeadLetterSettings".
 */
export interface DeadLetterSettings {
  /**
   * What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
   */
  policy: 'hold_table' | 'continue' | 'stop';
  /**
   * How many dead letters, waiting events included, the replication may have. An event beyond them holds its table.
   */
  limit: number;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ReplicationList".
 */
export interface ReplicationList {
  replications: {
    replication_id: number;
    name: string;
    source_database_id: number;
    target_database_id: number;
    connector_name: string;
    topic_prefix: string;
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
    desired: 'running' | 'paused' | 'stopped';
    /**
     * Counts the starts.
     */
    generation: number;
    execution_arn: string | null;
    last_error_code: string | null;
    last_error_message: string | null;
    status_since: string;
    created_at: string;
    table_count: number;
  }[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Deletion".
 */
export interface Deletion {
  replication_id: number;
  name: string;
  /**
   * blocked: a part cannot be removed until a person acts. done: the replication is gone.
   */
  state: 'running' | 'blocked' | 'done';
  drop_target_tables: boolean;
  force: boolean;
  requested_at: string;
  updated_at: string;
  finished_at: string | null;
  /**
   * While it runs: until then a step of the last start may be at work and make again what was removed, so it is looked at again. Null: it does not wait for that.
   */
  ends_not_before: string | null;
  /**
   * Parts that are gone.
   */
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
  /**
   * Parts that are still there; of one that is done: what was left by force.
   */
  remains: {
    part: 'start' | 'consumer' | 'connector' | 'source' | 'topics' | 'consumer-groups' | 'target' | 'records';
    problem: string;
    /**
     * What to do; statements to run where there are any.
     */
    remedy: string | null;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Validation".
 */
export interface Validation {
  replication_id: number;
  ready: boolean;
  /**
   * All of them; empty when it can start.
   */
  problems: Problem[];
  /**
   * What keeps no start from succeeding and should be changed all the same.
   */
  warnings: Problem[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "SchemaPolicy".
 */
export interface SchemaPolicy {
  preset: 'safe' | 'strict' | 'mirror';
  kinds: {
    [k: string]: 'auto' | 'ask' | 'ignore' | 'stop';
  };
  tables: {
    source: {
      schema: string;
      table: string;
    };
    /**
     * Null: that of the replication.
     */
    preset: ('safe' | 'strict' | 'mirror') | null;
    kinds: {
      [k: string]: 'auto' | 'ask' | 'ignore' | 'stop';
    };
  }[];
  /**
   * What is done at each kind of change, for tables without a policy of their own.
   */
  actions: {
    [k: string]: 'auto' | 'ask' | 'ignore' | 'stop';
  };
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Status".
 */
export interface Status {
  overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
  /**
   * Since when it is so, as far as the health check has seen it.
   */
  since: string;
  /**
   * Where the most likely cause is; null when it is healthy.
   */
  hop: ('source' | 'capture' | 'kafka' | 'consumer' | 'target') | null;
  /**
   * When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not.
   */
  tries_again_at: string | null;
  /**
   * Why it is not healthy; empty when it is.
   */
  reasons: string[];
  /**
   * What may harm the source, with what to do.
   */
  warnings: string[];
  /**
   * The way of a change, with the lag of each place.
   */
  hops: Hop[];
  connector: {
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
      state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
    }[];
    message: string;
  };
  consumer: {
    state: 'STARTING' | 'RUNNING' | 'RETRYING' | 'STOPPED' | 'ERROR' | 'NOT_RUNNING';
    healthy: boolean;
    task_arn: string | null;
    last_heartbeat: string | null;
    heartbeat_recent: boolean;
    message: string;
  };
  /**
   * What a start waits for at the source; null while it waits for nothing.
   */
  wait: {
    since: string;
    /**
     * When the start gives up.
     */
    until: string;
    transaction_count: number;
    /**
     * The oldest first, at most 50.
     */
    transactions: string[];
  } | null;
  /**
   * The pause that it is in; null when it is in none.
   */
  pause: {
    since: string;
    /**
     * Whose token it was.
     */
    by: string;
    reason: string | null;
    /**
     * Kafka keeps what is captured meanwhile until then at least. A later resume may need `force_resync`.
     */
    changes_kept_until: string;
  } | null;
  /**
   * What Millrace has created at the source and not removed.
   */
  source_objects: {
    /**
     * `replication slot`, `publication` or `table`.
     */
    kind: string;
    name: string;
    /**
     * Whether the source keeps its log for it as long as it exists and nothing reads it.
     */
    keeps_log: boolean;
  }[];
  config: {
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
    desired: 'running' | 'paused' | 'stopped';
    connector_name: string;
    kafka_topic_prefix: string;
    generation: number;
    last_error_code: string | null;
    last_error_message: string | null;
    status_since: string;
  };
  statistics: {
    /**
     * Rows copied, inserted, updated and deleted.
     */
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
    /**
     * Changes of all tables that are not applied yet, as of the last heartbeat. Null while that is not known.
     */
    lag_events: number | null;
    /**
     * Age in milliseconds of the oldest change that is not applied yet, since its commit at the source; 0 when there is none. Null when `lag_events` is.
     */
    lag_ms: number | null;
    /**
     * Why the lag is not known; null when it is.
     */
    lag_message: string | null;
    source_position: string | null;
    /**
     * Bytes of the source's log from where capture would go on to its end. PostgreSQL keeps them for the replication. Null: not known.
     */
    source_retained_bytes: number | null;
    /**
     * When that was read.
     */
    source_retained_at: string | null;
    /**
     * How fast that has grown within the last quarter of an hour. Null: not known yet.
     */
    source_retained_bytes_per_minute: number | null;
    /**
     * Minutes until the source removes log that was not captured, at this rate (`max_slot_wal_keep_size`, expiry of the binary log). Null: it has no limit, or nothing grows.
     */
    source_minutes_to_loss: number | null;
  };
  tables: TableStatus[];
  timestamp: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Hop".
 */
export interface Hop {
  hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
  /**
   * What is at fault there; null: nothing.
   */
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
  /**
   * Age of the oldest change that has not passed it. Capture: from the log of the source into Kafka, a minute exact. Target: from Kafka into the tables. Null: not measured, or not known.
   */
  lag_ms: number | null;
  /**
   * Bytes of log that capture has not passed.
   */
  lag_bytes: number | null;
  /**
   * Changes in Kafka that are not applied.
   */
  lag_events: number | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TableStatus".
 */
export interface TableStatus {
  source: {
    schema: string;
    table: string;
  };
  target: {
    schema: string;
    table: string;
  };
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
  /**
   * The chunk that took longest of those that are done. Null: none is done.
   */
  slowest_chunk: {
    /**
     * Counted from 1.
     */
    chunk: number;
    duration_ms: number;
  } | null;
  runs_on: ('lambda' | 'fargate') | null;
  /**
   * The unique index of the source table that serves as its key. null: the primary key does.
   */
  key_index: string | null;
  started_at: string | null;
  finished_at: string | null;
  /**
   * Why the table is skipped or held, and what to do.
   */
  message: string | null;
  /**
   * Since when the table waits, in state held.
   */
  held_since: string | null;
  /**
   * Rows with dead letters: the target has refused a change of them. A table that has any is not in sync. Null: not known yet.
   */
  rows_known_to_differ: number | null;
  /**
   * Rows of its changes that were inserted at the target, within the last minute or so. Null: no consumer has told it yet, or the table shares its topic with another one.
   */
  rows_inserted: number | null;
  /**
   * As `rows_inserted`.
   */
  rows_updated: number | null;
  /**
   * As `rows_inserted`.
   */
  rows_deleted: number | null;
  /**
   * When the last of its changes was applied. Null: none was, or it was before this was counted.
   */
  last_change_at: string | null;
  /**
   * Changes of this table that are not applied yet, as of the last heartbeat. Null before the copy of the table has ended, while the lag is not known (see `statistics.lag_message`), and for a table that is not among the 100 furthest behind when 100 or more are.
   */
  lag_events: number | null;
  /**
   * Age in milliseconds of the oldest change of this table that is not applied yet, since its commit at the source; 0 when there is none. Null when `lag_events` is.
   */
  lag_ms: number | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "CopyProgress".
 */
export interface CopyProgress {
  replication_id: number;
  rows_copied: number;
  bytes_copied: number;
  estimated_rows: number;
  percent: number;
  rows_per_second: number | null;
  bytes_per_second: number | null;
  seconds_left: number | null;
  tables: TableCopy[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TableCopy".
 */
export interface TableCopy {
  source: {
    schema: string;
    table: string;
  };
  target: {
    schema: string;
    table: string;
  };
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
  /**
   * The chunk that took longest of those that are done. Null: none is done.
   */
  slowest_chunk: {
    /**
     * Counted from 1.
     */
    chunk: number;
    duration_ms: number;
  } | null;
  runs_on: ('lambda' | 'fargate') | null;
  /**
   * The unique index of the source table that serves as its key. null: the primary key does.
   */
  key_index: string | null;
  started_at: string | null;
  finished_at: string | null;
  /**
   * Why the table is skipped or held, and what to do.
   */
  message: string | null;
  /**
   * Since when the table waits, in state held.
   */
  held_since: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Activity".
 */
export interface Activity {
  replication_id: number;
  /**
   * Newest first. With a filter a page may have fewer than asked for, or none: the list ends where `next_cursor` is null.
   */
  activity: {
    at: string;
    actor: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
    action: string;
    message: string;
    /**
     * Null: it is of the client as a whole.
     */
    replication_id: number | null;
    /**
     * Whose token it was, of what a user did.
     */
    by: string | null;
    /**
     * Why, in the words of the user.
     */
    reason: string | null;
    /**
     * What was changed, as it was.
     */
    before: {
      [k: string]: string;
    } | null;
    /**
     * What was changed, as it is since.
     */
    after: {
      [k: string]: string;
    } | null;
  }[];
  /**
   * Null: there is no more.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ClientActivity".
 */
export interface ClientActivity {
  /**
   * Newest first. With a filter a page may have fewer than asked for, or none: the list ends where `next_cursor` is null.
   */
  activity: {
    at: string;
    actor: 'user' | 'start-replication' | 'delete-replication' | 'change-tables' | 'healer' | 'consumer';
    action: string;
    message: string;
    /**
     * Null: it is of the client as a whole.
     */
    replication_id: number | null;
    /**
     * Whose token it was, of what a user did.
     */
    by: string | null;
    /**
     * Why, in the words of the user.
     */
    reason: string | null;
    /**
     * What was changed, as it was.
     */
    before: {
      [k: string]: string;
    } | null;
    /**
     * What was changed, as it is since.
     */
    after: {
      [k: string]: string;
    } | null;
  }[];
  /**
   * Null: there is no more.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "SchemaChangeList".
 */
export interface SchemaChangeList {
  replication_id: number;
  /**
   * The newest first.
   */
  schema_changes: {
    /**
     * Names one change of one table.
     */
    change_id: string;
    /**
     * Changes with the change. A decision names the version that its person has seen.
     */
    version: number;
    /**
     * The source table as `schema.table`.
     */
    table: string;
    target_table: string;
    /**
     * waiting: the table is held until a person decides. approved: not done yet. applied: the target has it. rejected: the table stays held, until closed_at is set. expired: another change has taken its place, or the table was copied again or left out.
     */
    state: 'waiting' | 'approved' | 'applied' | 'rejected' | 'expired';
    /**
     * What approving does. follow: the target table is changed at this place between the rows. truncate: it is emptied there. resync: the table is copied again.
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
    /**
     * The change in words.
     */
    what: string;
    /**
     * What can be done about it now.
     */
    message: string;
    /**
     * Planned at the target, in their order.
     */
    statements: string[];
    /**
     * What was approved in the place of the planned statements.
     */
    edited_statement: string | null;
    risk: {
      level: 'low' | 'medium' | 'high';
      message: string;
    };
    detected_at: string;
    decided_at: string | null;
    decided_by: string | null;
    /**
     * Why it was decided so.
     */
    reason: string | null;
    /**
     * Since when nothing is to be decided or done about it.
     */
    closed_at: string | null;
    /**
     * How it ended, or why an approval was not carried out.
     */
    note: string | null;
  }[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "SchemaChange".
 */
export interface SchemaChange {
  replication_id: number;
  /**
   * Names one change of one table.
   */
  change_id: string;
  /**
   * Changes with the change. A decision names the version that its person has seen.
   */
  version: number;
  /**
   * The source table as `schema.table`.
   */
  table: string;
  target_table: string;
  /**
   * waiting: the table is held until a person decides. approved: not done yet. applied: the target has it. rejected: the table stays held, until closed_at is set. expired: another change has taken its place, or the table was copied again or left out.
   */
  state: 'waiting' | 'approved' | 'applied' | 'rejected' | 'expired';
  /**
   * What approving does. follow: the target table is changed at this place between the rows. truncate: it is emptied there. resync: the table is copied again.
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
  /**
   * The change in words.
   */
  what: string;
  /**
   * What can be done about it now.
   */
  message: string;
  /**
   * Planned at the target, in their order.
   */
  statements: string[];
  /**
   * What was approved in the place of the planned statements.
   */
  edited_statement: string | null;
  risk: {
    level: 'low' | 'medium' | 'high';
    message: string;
  };
  detected_at: string;
  decided_at: string | null;
  decided_by: string | null;
  /**
   * Why it was decided so.
   */
  reason: string | null;
  /**
   * Since when nothing is to be decided or done about it.
   */
  closed_at: string | null;
  /**
   * How it ended, or why an approval was not carried out.
   */
  note: string | null;
  /**
   * The source table before the change.
   */
  before: {
    columns: {
      name: string;
      /**
       * As the source spells it.
       */
      type: string;
      not_null: boolean;
      generated: boolean;
    }[];
    primary_key: string[];
  } | null;
  /**
   * The source table after it; null where that is not known.
   */
  after: {
    columns: {
      name: string;
      /**
       * As the source spells it.
       */
      type: string;
      not_null: boolean;
      generated: boolean;
    }[];
    primary_key: string[];
  } | null;
  /**
   * Exactly before the change; null where the log has not come to it.
   */
  position: {
    topic: string;
    partition: number;
    offset: string;
  } | null;
  /**
   * The last one of this version.
   */
  rehearsal: {
    at: string;
    /**
     * What was tried; nothing of it is left.
     */
    statements: string[];
    /**
     * rolled-back: on the target table, in a transaction that was rolled back. empty-copy: on a copy of it without rows, which was dropped. counted: no statement was run, rows were only counted.
     */
    method: 'rolled-back' | 'empty-copy' | 'counted';
    /**
     * Nothing was found that keeps the change from being done.
     */
    ok: boolean;
    problems: string[];
    /**
     * Whether the server writes each row again; null where that is not known.
     */
    rewrites_table: boolean | null;
    /**
     * What is locked meanwhile, in words.
     */
    lock: string | null;
    /**
     * The target's own estimate.
     */
    estimated_rows: number | null;
    /**
     * Rows of the target that the new columns of the source would not hold.
     */
    unfit: {
      column: string;
      /**
       * Completes "rows that ".
       */
      what: string;
      /**
       * Null where counting took too long.
       */
      rows: number | null;
    }[];
    note: string | null;
    duration_ms: number;
  } | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeadLetterList".
 */
export interface DeadLetterList {
  replication_id: number;
  settings: DeadLetterSettings;
  dead_letters: DeadLetter[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeadLetter".
 */
export interface DeadLetter {
  dead_letter_id: string;
  /**
   * The source table as `schema.table`.
   */
  table: string;
  /**
   * The values of the key, in its order. Null for a viewer, who may not see values.
   */
  key: string[] | null;
  /**
   * The same for all dead letters of a row.
   */
  key_hash: string;
  /**
   * dead: the target refused it. waiting: a change of a part of the row, behind one that was refused.
   */
  state: 'dead' | 'waiting';
  /**
   * upsert: the whole row. patch: a part of it. move, rekey: its key changes.
   */
  operation: 'upsert' | 'patch' | 'delete' | 'move' | 'rekey';
  topic: string;
  partition: number;
  /**
   * Of the event in its topic.
   */
  offset: string;
  /**
   * Where the event stands in the dead-letter topic.
   */
  dead_letter_offset: string | null;
  error_code: string;
  cause: string;
  message: string;
  attempts: number;
  first_at: string;
  last_at: string;
  /**
   * What a person has asked for and the consumer has not done yet.
   */
  requested: ('replay' | 'check' | 'discard') | null;
  /**
   * How the last check or replay ended.
   */
  verdict: ('would-apply' | 'still-fails' | 'unreadable') | null;
  verdict_message: string | null;
  verdict_at: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeadLetterCauses".
 */
export interface DeadLetterCauses {
  replication_id: number;
  /**
   * The most frequent first.
   */
  causes: {
    /**
     * The error's code, the server's own code, constraint and column.
     */
    cause: string;
    error_code: string;
    /**
     * The source table as `schema.table`.
     */
    table: string;
    events: number;
    /**
     * Rows that are known to differ for it.
     */
    rows: number;
    first_at: string;
    last_at: string;
    sample_id: string;
    sample_message: string;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "RequestedDeadLetters".
 */
export interface RequestedDeadLetters {
  replication_id: number;
  action: 'replay' | 'check' | 'discard';
  /**
   * How many dead letters it is about.
   */
  asked: number;
  message: string;
  /**
   * Of a dry run, at most 100; empty otherwise.
   */
  verdicts: {
    dead_letter_id: string;
    /**
     * superseded: it is gone, since a later change made the row right. pending: not tried yet; list the dead letters later.
     */
    verdict: 'would-apply' | 'still-fails' | 'unreadable' | 'superseded' | 'pending';
    message: string;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Why".
 */
export interface Why {
  replication_id: number;
  overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
  /**
   * What is the matter, where and for how long.
   */
  sentence: string;
  /**
   * The most likely cause; null: nothing is at fault.
   */
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
  /**
   * Where the fault is.
   */
  hop: ('source' | 'capture' | 'kafka' | 'consumer' | 'target') | null;
  since: string;
  /**
   * What was measured.
   */
  evidence: {
    name: string;
    value: string | number;
  }[];
  /**
   * What Millrace does about it by itself.
   */
  doing: string;
  /**
   * When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not.
   */
  tries_again_at: string | null;
  /**
   * What an operator can do.
   */
  advice: string | null;
  /**
   * A call of this API that may end it.
   */
  call: string | null;
  /**
   * The section about it, relative to the repository.
   */
  runbook: string | null;
  /**
   * Everything that is looked at, in the order of the way of a change.
   */
  checks: {
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
    hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
    /**
     * What is so when it is ok.
     */
    title: string;
    /**
     * `unknown`: nobody has looked, or what was seen says nothing. It is never called ok.
     */
    state: 'ok' | 'failing' | 'unknown';
    /**
     * Why it is unknown; null when it is not.
     */
    unknown: string | null;
    /**
     * What it has found, the most likely cause first.
     */
    faults: {
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
      hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
      message: string;
      since: string;
      doing: string;
      /**
       * When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not.
       */
      tries_again_at: string | null;
      advice: string;
      call: string | null;
      runbook: string;
    }[];
    /**
     * What it would find, with the section about it.
     */
    looks_for: {
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
  /**
   * What else is at fault, perhaps because of it.
   */
  others: {
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
    hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
    message: string;
    since: string;
  }[];
  /**
   * Age of the last look at the source. This call makes none; null: there was none yet.
   */
  looked_ago_ms: number | null;
  timestamp: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "HealthHistory".
 */
export interface HealthHistory {
  replication_id: number;
  step_minutes: number;
  /**
   * One for each step, the oldest first; a step without a health check is missing. Health and cause are those of its worst minute, each other figure is the last that was known in it.
   */
  points: {
    at: string;
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
    /**
     * Since the replication was created; null: the check could not look.
     */
    applied_events: number | null;
    /**
     * As `applied_events`, of inserts alone.
     */
    inserted_rows: number | null;
    updated_rows: number | null;
    deleted_rows: number | null;
    /**
     * Rows that are known to differ from the source.
     */
    dead_letter_rows: number | null;
    /**
     * How many minutes of the step were looked at.
     */
    minutes: number;
    /**
     * In how many of them it was degraded or failed.
     */
    faulty_minutes: number;
    /**
     * Over the minutes of the step.
     */
    capture_lag_p50_ms: number | null;
    capture_lag_p99_ms: number | null;
    apply_lag_p50_ms: number | null;
    apply_lag_p99_ms: number | null;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Incidents".
 */
export interface Incidents {
  /**
   * The newest first.
   */
  incidents: Incident[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Incident".
 */
export interface Incident {
  incident_id: string;
  replication_id: number;
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
  severity: 'info' | 'warning' | 'critical';
  hop: 'source' | 'capture' | 'kafka' | 'consumer' | 'target';
  state: 'open' | 'closed';
  message: string;
  since: string;
  opened_at: string;
  updated_at: string;
  closed_at: string | null;
  /**
   * How long it took, and what caught up.
   */
  ending: string | null;
  /**
   * The same text at other incidents: they have one cause, and one alert.
   */
  shared_cause: string | null;
  /**
   * When people were told of it; null: not yet.
   */
  told_at: string | null;
  /**
   * Because of which nobody is told; null: it is not muted.
   */
  mute: {
    mute_id: number;
    until: string;
    reason: string;
    created_by: string;
  } | null;
  runbook: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "SourceSafety".
 */
export interface SourceSafety {
  replication_id: number;
  /**
   * When the health check has read the log last. Null: not yet.
   */
  read_at: string | null;
  /**
   * Why the log cannot be read now. The figures are those of `read_at`.
   */
  failure: {
    message: string;
    since: string;
  } | null;
  /**
   * Bytes of log from where capture would go on to its end. PostgreSQL keeps them for it. Null: not known.
   */
  retained_bytes: number | null;
  /**
   * After so many bytes the source removes log that was not captured. Null: it has no such limit.
   */
  limit_bytes: number | null;
  /**
   * The source removes log that is older than this. Null: it does not.
   */
  kept_ms: number | null;
  /**
   * How fast the kept log has grown within the last quarter of an hour. Null: not known yet.
   */
  bytes_per_minute: number | null;
  /**
   * Minutes until the source removes log that was not captured. Null: no limit, or nothing grows.
   */
  minutes_to_loss: number | null;
  /**
   * The log's end.
   */
  position: string | null;
  /**
   * Everything before it is in Kafka.
   */
  captured_position: string | null;
  /**
   * Bytes of log that are not captured.
   */
  ahead_bytes: number | null;
  /**
   * Whether a session reads the log for the capture: for PostgreSQL, whether the slot is active. Null: the source does not tell.
   */
  reader: {
    is_reading: boolean;
    since: string;
  } | null;
  /**
   * What Millrace has created at the source and not removed.
   */
  objects: {
    kind: string;
    name: string;
    keeps_log: boolean;
  }[];
  /**
   * Transactions that have written something and are open, the oldest first: the log is kept from where the oldest began. Null: `open_transactions_message` says why they are not told.
   */
  open_transactions: string[] | null;
  open_transactions_message: string | null;
  /**
   * What should be changed at the source.
   */
  warnings: string[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ConnectHealth".
 */
export interface ConnectHealth {
  healthy: boolean;
  /**
   * Why it is not.
   */
  message: string | null;
  /**
   * Connectors that belong to no replication, for tokens of all clients; null for others, and while Kafka Connect does not answer.
   */
  unowned: string[] | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ConnectorList".
 */
export interface ConnectorList {
  connectors: Connector[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Connector".
 */
export interface Connector {
  name: string;
  replication_id: number;
  /**
   * Null: Kafka Connect has no connector of this name.
   */
  state: ('RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING') | null;
  /**
   * Why the connector itself has failed.
   */
  trace: string | null;
  tasks: {
    task: number;
    state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
    /**
     * Why it has failed.
     */
    trace: string | null;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeletedConnector".
 */
export interface DeletedConnector {
  name: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ConnectorConfig".
 */
export interface ConnectorConfig {
  name: string;
  /**
   * As Kafka Connect has it; what may be a secret is shown as `***`.
   */
  config: {
    [k: string]: string;
  };
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ConnectorTasks".
 */
export interface ConnectorTasks {
  name: string;
  tasks: {
    task: number;
    state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';
    /**
     * Why it has failed.
     */
    trace: string | null;
  }[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ConnectorValidation".
 */
export interface ConnectorValidation {
  name: string;
  ready: boolean;
  /**
   * What Kafka Connect says of each field with an error.
   */
  problems: string[];
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Logs".
 */
export interface Logs {
  replication_id: number;
  /**
   * The oldest first, from all parts. Lines of the same time may come in any order.
   */
  lines: {
    at: string;
    level: 'debug' | 'info' | 'warn' | 'error';
    component: 'consumer' | 'copy-worker' | 'steps' | 'healer' | 'connector';
    /**
     * The Lambda, task or class that speaks.
     */
    service: string;
    message: string;
    /**
     * The error with its causes and traces.
     */
    error: string | null;
  }[];
  /**
   * Where the lines go on, also after the last one: to follow them.
   */
  next_cursor: string;
  /**
   * Whether these are all lines that there are by now.
   */
  is_at_end: boolean;
  /**
   * Where the same lines come as Server-Sent Events, with the same token and the same query (without `wait_seconds`); `next_cursor` as `Last-Event-ID` goes on here. Null where nothing streams: follow by `wait_seconds`.
   */
  stream_url: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "Fleet".
 */
export interface Fleet {
  /**
   * In the order of their numbers.
   */
  replications: {
    client_id: number;
    client_name: string;
    replication_id: number;
    name: string;
    /**
     * The name of the source database.
     */
    source: string;
    /**
     * The name of the target database.
     */
    target: string;
    source_database_id: number;
    target_database_id: number;
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
    desired: 'running' | 'paused' | 'stopped';
    status_since: string;
    last_error_message: string | null;
    table_count: number;
    /**
     * What the health check found last. It looks once a minute, so it may be older than the status. Null: it has not looked yet.
     */
    health: {
      overall: 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';
      since: string;
      looked_at: string;
      /**
       * The most likely cause.
       */
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
      /**
       * When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not.
       */
      tries_again_at: string | null;
      /**
       * Rows that are known to differ from the source. Null: not counted yet.
       */
      dead_letter_rows: number | null;
      /**
       * Bytes of log that the source keeps for it. Null: not known.
       */
      source_retained_bytes: number | null;
      /**
       * After so many the source removes log that was not captured. Null: no limit, or not known.
       */
      source_limit_bytes: number | null;
      /**
       * Until then, if it grows on as now. Null: nothing is known to grow.
       */
      source_minutes_to_loss: number | null;
      /**
       * How many tables are in each state.
       */
      tables: {
        [k: string]: number;
      };
    } | null;
  }[];
  timestamp: string;
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertDelivery".
 */
export interface AlertDelivery {
  /**
   * Also the header `webhook-id`.
   */
  delivery_id: string;
  /**
   * Null: the alert topic of the deployment.
   */
  channel_id: number | null;
  channel: string;
  event: 'opened' | 'worse' | 'closed' | 'done' | 'test';
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
   * waiting: an attempt is due at `due_at`. failed: no attempt is left.
   */
  state: 'waiting' | 'delivered' | 'failed';
  begun_attempts: number;
  max_attempts: number;
  attempts: {
    at: string;
    http_status: number | null;
    /**
     * Null: it was delivered.
     */
    error: string | null;
  }[];
  created_at: string;
  due_at: string | null;
}
/**
 * Of the last 30 days, the newest first.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertDeliveryList".
 */
export interface AlertDeliveryList {
  deliveries: AlertDelivery[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "SavedAlertChannel".
 */
export interface SavedAlertChannel {
  channel_id: number;
  /**
   * Null: of all clients.
   */
  client_id: number | null;
  name: string;
  kind: 'slack' | 'webhook';
  /**
   * Host and port of the URL. The rest of it is a secret.
   */
  host: string;
  created_at: string;
  created_by: string;
  /**
   * A new key, shown this once. Null: none was made.
   */
  signing_secret: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertChannelList".
 */
export interface AlertChannelList {
  channels: AlertChannel[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertChannel".
 */
export interface AlertChannel {
  channel_id: number;
  /**
   * Null: of all clients.
   */
  client_id: number | null;
  name: string;
  kind: 'slack' | 'webhook';
  /**
   * Host and port of the URL. The rest of it is a secret.
   */
  host: string;
  created_at: string;
  created_by: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertRoute".
 */
export interface AlertRoute {
  route_id: number;
  /**
   * Null: of all clients.
   */
  client_id: number | null;
  /**
   * Incidents of this severity and of higher ones.
   */
  min_severity: 'info' | 'warning' | 'critical';
  /**
   * Only these; null: every condition.
   */
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
  /**
   * At least one, unless `alert_topic` is false.
   *
   * @maxItems 20
   */
  channel_ids: number[];
  /**
   * Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false.
   */
  alert_topic: boolean;
  /**
   * It takes only what no other route takes.
   */
  is_default: boolean;
  created_at: string;
  created_by: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertRouteList".
 */
export interface AlertRouteList {
  routes: AlertRoute[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertMute".
 */
export interface AlertMute {
  mute_id: number;
  /**
   * Null: of all clients.
   */
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
  until: string;
  reason: string;
  created_at: string;
  created_by: string;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AlertMuteList".
 */
export interface AlertMuteList {
  mutes: AlertMute[];
  /**
   * Where the list goes on; null at its end.
   */
  next_cursor: string | null;
}
/**
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ProblemDetails".
 */
export interface ProblemDetails {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  /**
   * Stable; a code of core/errors/error-policies.ts.
   */
  code: string;
  /**
   * What to do next.
   */
  advice: string;
  /**
   * By which the log knows the request; also in X-Request-Id.
   */
  request_id: string;
  problems?: Problem[];
}
