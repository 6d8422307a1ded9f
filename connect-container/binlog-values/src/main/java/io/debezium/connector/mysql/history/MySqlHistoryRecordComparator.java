package io.debezium.connector.mysql.history;

import io.debezium.connector.binlog.gtid.GtidSetFactory;
import io.debezium.connector.binlog.history.BinlogHistoryRecordComparator;
import io.debezium.document.Document;
import java.util.function.Predicate;
import millrace.connect.ReplacesDebezium;

/**
 * In place of Debezium's class of the same name. The position that a connector starts at has no number of a server, and those in the
 * schema history have one. Debezium (3.5.0, dbz#1541) takes that for another server: without GTIDs it then applies every definition of the
 * history, also those that come after the start, and rows are read with columns that they do not have.
 */
public class MySqlHistoryRecordComparator extends BinlogHistoryRecordComparator implements ReplacesDebezium {

    private static final String SERVER = "server_id";

    public MySqlHistoryRecordComparator(Predicate<String> gtidSourceFilter, GtidSetFactory gtidSets) {
        super(gtidSourceFilter, gtidSets);
    }

    @Override
    public boolean isPositionAtOrBefore(Document recorded, Document start) {
        return super.isPositionAtOrBefore(recorded, start.has(SERVER) ? start : withServerOf(recorded, start));
    }

    private static Document withServerOf(Document recorded, Document start) {
        return recorded.has(SERVER) ? start.clone().setNumber(SERVER, recorded.getInteger(SERVER)) : start;
    }
}
