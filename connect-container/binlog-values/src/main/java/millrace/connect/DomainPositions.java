package millrace.connect;

import io.debezium.connector.binlog.gtid.GtidSet;
import io.debezium.connector.mariadb.gtid.MariaDbGtidSet;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A position in MariaDB's log: the last sequence number of each replication domain. The number of the server in a GTID only says
 * who wrote the transaction. Debezium (3.5.0, dbz#1672) compares by it, so that after a fail-over no position is at or before a later
 * one: the log seems to be gone, and no definition of a table is taken from the schema history.
 */
public final class DomainPositions extends MariaDbGtidSet {

    private final Map<Long, Long> sequences;

    public DomainPositions(String gtids) {
        super(gtids);
        sequences = lastSequences(gtids);
    }

    @Override
    public boolean isContainedWithin(GtidSet other) {
        if (!(other instanceof MariaDbGtidSet)) {
            return false;
        }
        Map<Long, Long> others = lastSequences(other.toString());
        return sequences.entrySet().stream().allMatch(one -> one.getValue() <= others.getOrDefault(one.getKey(), -1L));
    }

    private static Map<Long, Long> lastSequences(String gtids) {
        return gtids == null
                ? Map.of()
                : Arrays.stream(gtids.split("[,\\s]+"))
                        .filter(gtid -> !gtid.isEmpty())
                        .map(MariaDbGtidSet::parse)
                        .collect(Collectors.toMap(MariaDbGtid::getDomainId, MariaDbGtid::getSequence, Math::max));
    }
}
