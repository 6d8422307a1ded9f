package millrace.connect;

import org.apache.kafka.connect.connector.Task;

/** Reads rows of MySQL and MariaDB for a copy, of both by MariaDB's driver. */
public final class MysqlRowsConnector extends RowCopyConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return MysqlRowsTask.class;
    }
}
