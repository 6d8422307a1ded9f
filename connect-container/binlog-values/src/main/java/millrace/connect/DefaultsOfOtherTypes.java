package millrace.connect;

import io.debezium.connector.mariadb.jdbc.MariaDbDefaultValueConverter;
import io.debezium.connector.mariadb.jdbc.MariaDbValueConverters;
import io.debezium.relational.Column;
import java.sql.Types;
import java.util.Optional;

/**
 * Leaves the DEFAULT of a UUID, INET4 or INET6 out of the column's schema, where Debezium (3.5.0) fails on it. A row in the
 * log has all its values, so a DEFAULT is in no event.
 */
public final class DefaultsOfOtherTypes extends MariaDbDefaultValueConverter {

    public DefaultsOfOtherTypes(MariaDbValueConverters values) {
        super(values);
    }

    @Override
    public Optional<Object> parseDefaultValue(Column column, String expression) {
        return column.jdbcType() == Types.OTHER ? Optional.empty() : super.parseDefaultValue(column, expression);
    }
}
