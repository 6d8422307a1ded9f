package millrace.connect;

import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.sql.Array;
import java.sql.Types;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.errors.DataException;

/**
 * Passes values on as the text that PostgreSQL wrote into its log, for the types of which Debezium's own form loses
 * something (seen with 3.5.0): arrays (nested ones arrive as nulls or as Java object names, bounds are dropped, times
 * lose their microseconds, dates before Christ their era), bit strings of varying length (leading zeros) and
 * time (24:00:00 becomes 00:00:00).
 *
 * <p>{@code unavailable} is the text for a value that the log does not hold, as Debezium's
 * {@code unavailable.value.placeholder}.
 */
public final class PostgresTextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /** time, bit and varbit by their OIDs (pg_type.dat), since a domain over them has a name of its own. */
    private static final Set<Integer> TEXT_TYPES = Set.of(1083, 1560, 1562);

    private String unavailable;

    @Override
    public void configure(Properties properties) {
        unavailable = properties.getProperty("unavailable");
        if (unavailable == null) {
            throw new IllegalArgumentException("The converter needs its property \"unavailable\".");
        }
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        if (column.jdbcType() == Types.ARRAY || TEXT_TYPES.contains(column.nativeType())) {
            registration.register(
                    SchemaBuilder.string().optional(), value -> toText(column.dataCollection(), column.name(), value));
        }
    }

    private String toText(String table, String column, Object value) {
        if (value == null) {
            return null;
        }
        // pgjdbc's array keeps the text that it was made from until somebody asks for its elements.
        if (value instanceof String || value instanceof Array) {
            return value.toString();
        }
        if (UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value)) {
            return unavailable;
        }
        // Only the DEFAULT of a bit string comes in these. Messages have no schema, so nobody needs a default.
        if (value instanceof byte[] || value instanceof Boolean) {
            return null;
        }
        throw new DataException("Column " + column + " of " + table + " arrived as " + value.getClass().getName()
                + ", which is not PostgreSQL's text.");
    }
}
