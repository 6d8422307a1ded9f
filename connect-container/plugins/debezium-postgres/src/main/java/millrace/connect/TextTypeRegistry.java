package millrace.connect;

import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.core.Oid;

/**
 * Takes the columns in the log for {@code text}, so that each value stays what PostgreSQL wrote. Booleans and integers
 * are the exception, since JSON has them.
 *
 * <p>Debezium's own conversions lose values (3.5.0): a time with time zone its zone, an interval its infinity, nested
 * arrays their elements, bit strings their leading zeros, times 24:00:00, and a float's digits may become others. It also looks types up by their name
 * without the schema, and so reads the values of a user's type as those of another one that has the same name.
 */
final class TextTypeRegistry extends TypeRegistry {

    /** A domain has another OID than the type below it, so its values are text. */
    private static final Set<Integer> JSON_TYPES = Set.of(Oid.BOOL, Oid.INT2, Oid.INT4, Oid.INT8);

    /** By name: Debezium keeps only the name of a column's type. Null until the superclass has read the catalog. */
    private final Map<String, PostgresType> kept;

    TextTypeRegistry(PostgresConnection connection) {
        super(connection);
        kept = Stream.concat(JSON_TYPES.stream(), Stream.of(Oid.TEXT))
                .map(super::get)
                .collect(Collectors.toUnmodifiableMap(PostgresType::getName, Function.identity()));
    }

    @Override
    public PostgresType get(int oid) {
        return super.get(kept == null || JSON_TYPES.contains(oid) ? oid : Oid.TEXT);
    }

    @Override
    public PostgresType get(String name) {
        PostgresType type = kept == null ? null : kept.get(name);
        return type == null ? super.get(name) : type;
    }
}
