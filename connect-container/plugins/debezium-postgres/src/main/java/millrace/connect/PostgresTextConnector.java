package millrace.connect;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/**
 * Debezium's connector for PostgreSQL, with values passed on as the text that PostgreSQL wrote into its log
 * ({@link TextTypeRegistry}). Its configuration is Debezium's.
 */
public final class PostgresTextConnector extends PostgresConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return PostgresTextConnectorTask.class;
    }
}
