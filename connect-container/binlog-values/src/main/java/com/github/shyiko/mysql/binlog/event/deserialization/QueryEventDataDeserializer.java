package com.github.shyiko.mysql.binlog.event.deserialization;

import com.github.shyiko.mysql.binlog.event.QueryEventData;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import java.io.IOException;
import millrace.connect.ReplacesDebezium;
import millrace.connect.UnreadableChanges;

/**
 * In place of the class of the same name in Debezium's client of the log (0.40.6). Marks statements that change rows, which
 * Debezium only warns of, so that they reach {@link millrace.connect.StatementGuard}.
 */
public class QueryEventDataDeserializer implements EventDataDeserializer<QueryEventData>, ReplacesDebezium {

    /** The fields are those of MySQL's source documentation, "Query_event". */
    @Override
    public QueryEventData deserialize(ByteArrayInputStream log) throws IOException {
        long threadId = log.readLong(4);
        long executionTime = log.readLong(4);
        // The length of the database's name, which ends in a zero byte as well.
        log.skip(1);
        int errorCode = log.readInteger(2);
        int statusBytes = log.readInteger(2);
        log.skip(statusBytes);
        String database = log.readZeroTerminatedString();
        String statement = log.readString(log.available());
        QueryEventData query = new QueryEventData();
        query.setThreadId(threadId);
        query.setExecutionTime(executionTime);
        query.setErrorCode(errorCode);
        query.setDatabase(database);
        query.setSql(UnreadableChanges.marked(statement, database));
        return query;
    }
}
