package millrace.connect;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.PostgresDefaultValueConverter;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import java.sql.Connection;
import java.sql.SQLException;

/** Debezium's task, which reads the log with a {@link TextTypeRegistry}. */
public final class PostgresTextConnectorTask extends PostgresConnectorTask {

    @Override
    protected ReplicationConnection buildReplicationConnection(
            PostgresConnection connection, PostgresSchema schema, PostgresConnectorConfig config)
            throws SQLException {
        return super.buildReplicationConnection(new TextTypesConnection(connection, config), schema, config);
    }

    /** The same connection, with the other types. */
    private static final class TextTypesConnection extends PostgresConnection {

        private final PostgresConnection shared;
        private final TypeRegistry types;

        TextTypesConnection(PostgresConnection shared, PostgresConnectorConfig config) {
            super(config.getJdbcConfig(), CONNECTION_GENERAL);
            this.shared = shared;
            this.types = new TextTypeRegistry(shared);
        }

        @Override
        public Connection connection(boolean executeOnConnect) throws SQLException {
            return shared.connection(executeOnConnect);
        }

        @Override
        public TypeRegistry getTypeRegistry() {
            return types;
        }

        @Override
        public PostgresDefaultValueConverter getDefaultValueConverter() {
            return shared.getDefaultValueConverter();
        }
    }
}
