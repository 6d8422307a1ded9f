package millrace.connect;

import io.debezium.connector.postgresql.PostgresOffsetContext;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/**
 * Makes Debezium resume where the transaction begins that the stored offset lies in, so that its rows come again.
 *
 * <p>Debezium (3.5.0, WalPositionLocator) would pass over all rows up to the stored position instead. It takes a position for
 * one row, but all rows of a COPY that lie on one page have the same one, as do a commit and the change after it on
 * PostgreSQL 17 and later: rows that nobody had read were lost (dbz#1554, dbz#76, dbz#2058). It searches only when the offset
 * says up to where all is processed, which is therefore left out. The server then sends every transaction that had not been
 * committed before the stored position, each from its beginning.
 */
final class WholeTransactions implements SourceTaskContext {

    private final SourceTaskContext context;

    WholeTransactions(SourceTaskContext context) {
        this.context = context;
    }

    @Override
    public OffsetStorageReader offsetStorageReader() {
        OffsetStorageReader stored = context.offsetStorageReader();
        return new OffsetStorageReader() {
            @Override
            public <T> Map<String, Object> offset(Map<String, T> partition) {
                return resumable(stored.offset(partition));
            }

            @Override
            public <T> Map<Map<String, T>, Map<String, Object>> offsets(Collection<Map<String, T>> partitions) {
                // Not Collectors.toMap: a partition without an offset has null.
                Map<Map<String, T>, Map<String, Object>> resumable = new HashMap<>();
                stored.offsets(partitions).forEach((partition, offset) -> resumable.put(partition, resumable(offset)));
                return resumable;
            }
        };
    }

    private static Map<String, Object> resumable(Map<String, Object> offset) {
        return offset == null
                ? null
                : offset.entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(PostgresOffsetContext.LAST_COMPLETELY_PROCESSED_LSN_KEY))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public Map<String, String> configs() {
        return context.configs();
    }

    @Override
    public PluginMetrics pluginMetrics() {
        return context.pluginMetrics();
    }
}
