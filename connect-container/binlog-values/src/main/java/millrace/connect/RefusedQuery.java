package millrace.connect;

import com.github.shyiko.mysql.binlog.event.QueryEventData;

/** Stops the connector where Debezium handles the event, in order: an exception while the log is read would be skipped. */
public final class RefusedQuery extends QueryEventData {

    private static final long serialVersionUID = 1;

    private final RuntimeException reason;

    public RefusedQuery(RuntimeException reason) {
        this.reason = reason;
    }

    @Override
    public String getSql() {
        throw reason;
    }

    @Override
    public String toString() {
        return reason.getMessage();
    }
}
