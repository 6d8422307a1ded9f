package millrace.connect;

import org.apache.kafka.connect.connector.Task;

/** Reads rows of Oracle for a copy. */
public final class OracleRowsConnector extends RowCopyConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return OracleRowsTask.class;
    }
}
