package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import io.debezium.DebeziumException;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncompleteRowsTest {

    private final List<Serializable[]> rows = List.<Serializable[]>of(new Serializable[3]);

    private static TableMapEventData table() {
        TableMapEventData table = new TableMapEventData();
        table.setDatabase("shop");
        table.setTable("orders");
        table.setColumnTypes(new byte[3]);
        return table;
    }

    private static BitSet columns(int count) {
        BitSet columns = new BitSet();
        columns.set(0, count);
        return columns;
    }

    @Test
    void wholeRowsStayAsTheyAre() {
        assertSame(rows, IncompleteRows.unlessComplete(rows, table(), columns(3), columns(3)));
    }

    @Test
    void rowsWithoutAColumnFailWhenTheyAreRead() {
        List<Serializable[]> incomplete = IncompleteRows.unlessComplete(rows, table(), columns(3), columns(1));
        String message = assertThrows(DebeziumException.class, incomplete::size).getMessage();
        assertTrue(message.contains("table shop.orders with only 1 of its 3 columns"), message);
        assertTrue(message.contains("binlog_row_image"), message);
        assertTrue(incomplete.toString().contains("1 of 3"));
    }
}
