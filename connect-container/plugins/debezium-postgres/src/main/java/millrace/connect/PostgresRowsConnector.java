package millrace.connect;

import org.apache.kafka.connect.connector.Task;

/** Reads rows of PostgreSQL for a copy: the statements are COPY ... TO STDOUT in the text format. */
public final class PostgresRowsConnector extends RowCopyConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return PostgresRowsTask.class;
    }
}
