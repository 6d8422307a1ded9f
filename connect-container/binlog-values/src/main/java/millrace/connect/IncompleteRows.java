package millrace.connect;

import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import io.debezium.DebeziumException;
import java.util.AbstractList;
import java.util.BitSet;
import java.util.List;

/**
 * Rows that the log holds without some of their columns. Debezium looks at the rows of replicated tables only, and fails then.
 */
public final class IncompleteRows<T> extends AbstractList<T> {

    private final String table;
    private final int logged;
    private final int columns;

    private IncompleteRows(String table, int logged, int columns) {
        this.table = table;
        this.logged = logged;
        this.columns = columns;
    }

    /** The rows as they are, unless the log lacks columns of the table. */
    public static <T> List<T> unlessComplete(List<T> rows, TableMapEventData table, BitSet... images) {
        int columns = table.getColumnTypes().length;
        for (BitSet image : images) {
            if (image.cardinality() < columns) {
                return new IncompleteRows<>(table.getDatabase() + "." + table.getTable(), image.cardinality(), columns);
            }
        }
        return rows;
    }

    @Override
    public T get(int index) {
        throw refusal();
    }

    @Override
    public int size() {
        throw refusal();
    }

    /** The trace writes the event. */
    @Override
    public String toString() {
        return "rows with " + logged + " of " + columns + " columns";
    }

    private DebeziumException refusal() {
        return new DebeziumException(UnreadableChanges.explain("a change of table " + table + " with only " + logged + " of its "
                + columns + " columns, written by a session with another binlog_row_image than FULL: SET GLOBAL binlog_row_image ="
                + " FULL, and set nothing else in any session"));
    }
}
