package millrace.connect;

import com.github.shyiko.mysql.binlog.event.DeleteRowsEventData;
import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import com.github.shyiko.mysql.binlog.event.UpdateRowsEventData;
import com.github.shyiko.mysql.binlog.event.WriteRowsEventData;
import io.debezium.connector.binlog.BinlogOffsetContext;
import io.debezium.pipeline.spi.Partition;
import io.debezium.relational.Attribute;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.relational.history.TableChanges.TableChange;
import io.debezium.schema.SchemaChangeEvent;
import io.debezium.schema.SchemaChangeEvent.SchemaChangeEventType;
import java.io.Serializable;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicated tables whose structure is not known from some place of the log on: a statement changed them that Debezium's parser cannot
 * read, or their rows have other columns than they should. Capture goes on:
 *
 * <ul>
 *   <li>The table's topic gets a statement that says what was lost, at which the consumer holds the table.
 *   <li>The structure is read from the source again. It is what the table has at a place of the log behind the one that is read, so until
 *       then each change of rows, and each statement about the table, is replaced by such a statement, too.
 *   <li>From that place on all is as before, so that copying the table again leads out.
 *   <li>A place means nothing in the log of another server, with which the connection may go on after a fail-over. The structure is then
 *       read again, and what is read until then is replaced, too.
 * </ul>
 *
 * Nothing is ever left out without a statement in its place. The place is an attribute of the table's structure, which the schema
 * history keeps, so that a restart knows it.
 */
public final class LostTables {

    private static final Logger LOGGER = LoggerFactory.getLogger(LostTables.class);

    private static final String MARK = "/* millrace: ";
    /** As MARK, where the structure was not read again, so that the schema history needs no record of it. */
    private static final String REPEATED = "/* millrace again: ";
    private static final String END = " */ ";

    /** In place of an event that has no statement. */
    private static final String LOST = "/* millrace lost: ";

    private static final String KNOWN_FROM = "millrace.known.from";

    private static final long READ_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Tables tables;
    private final DdlParser parser;
    private final UnreadableDdl unreadable;
    private final StatementGuard guard;
    private final SourceCatalog catalog;
    private final Map<TableId, Long> readAt = new HashMap<>();

    /** Whose log is read; null until it is asked for. */
    private String server;

    /** Of the tables that the open transaction writes; numbers are the log's. */
    private final Map<Long, TableId> numbers = new HashMap<>();

    /** {@code structure} is null where nothing is known of the table now; {@code mark} is the statement for the table's topic. */
    public record Loss(TableId table, Table structure, String mark) {
    }

    public LostTables(Tables tables, DdlParser parser, UnreadableDdl unreadable, StatementGuard guard, SourceCatalog catalog) {
        this.tables = tables;
        this.parser = parser;
        this.unreadable = unreadable;
        this.guard = guard;
        this.catalog = catalog;
    }

    /** What a statement, which must not be parsed then, takes away; null when it is to be parsed. */
    public List<Loss> beforeParsing(String statement, String database, BinlogOffsetContext<?> at) {
        if (statement.startsWith(LOST)) {
            return List.of(lossOf(statement.substring(LOST.length(), statement.length() - END.strip().length())));
        }
        LoggedStatement logged = LoggedStatement.of(statement, database);
        List<TableId> changed = guard.replicated(logged.changedTables());
        String file = at.getSource().getCurrentBinlogFilename();
        long position = at.getSource().getCurrentBinlogPosition();
        if (changed.stream().noneMatch(table -> isOfAnotherServer(table) || isBeforeKnown(table, file, position))) {
            return null;
        }
        String words = "a statement from before the table's definition was read";
        List<Loss> losses = changed.stream()
                .map(table -> !isOfAnotherServer(table) && isBeforeKnown(table, file, position)
                        ? repeated(table, words, statement)
                        : lose(table, words, statement))
                .toList();
        // They may have got the structure of one of those.
        logged.changedTables().stream().filter(table -> guard.replicated(List.of(table)).isEmpty()).forEach(tables::removeTable);
        return losses;
    }

    /** What a statement takes away that could not be read; nothing when it is of no interest. */
    public List<Loss> afterParsing(LoggedStatement statement, String text) {
        if (statement == null) {
            return List.of();
        }
        return guard.concerned(statement, tables.tableIds()).stream()
                .map(table -> lose(table, "a statement of the kind " + statement.kind() + " that Debezium cannot read", text))
                .toList();
    }

    /**
     * Replicated tables that a statement takes rows from, or gives rows to, without being about them: ALTER TABLE p EXCHANGE PARTITION x WITH
     * TABLE t. Debezium tells of p only. Their topics get the statement as well, and their structure stays what it is.
     */
    public List<Loss> notTold(String statement, String database, List<SchemaChangeEvent> told) {
        LoggedStatement logged = LoggedStatement.of(statement, database);
        if (!logged.kind().equals("ALTER TABLE")) {
            return List.of();
        }
        Set<TableId> known = told.stream()
                .flatMap(event -> StreamSupport.stream(event.getTableChanges().spliterator(), false))
                .map(TableChange::getId)
                .collect(Collectors.toSet());
        return guard.replicated(logged.changedTables().stream().skip(1).toList()).stream()
                .filter(table -> !known.contains(table) && tables.forTable(table) != null)
                .map(table -> new Loss(table, tables.forTable(table), statement))
                .toList();
    }

    public <P extends Partition> List<SchemaChangeEvent> events(List<Loss> losses, P partition, BinlogOffsetContext<?> offset, Instant time) {
        return losses.stream().map(loss -> {
            offset.tableEvent(loss.table.catalog(), Set.of(loss.table), time);
            return SchemaChangeEvent.of(
                    loss.structure == null ? SchemaChangeEventType.DROP : SchemaChangeEventType.CREATE,
                    partition,
                    offset,
                    loss.table.catalog(),
                    null,
                    loss.mark,
                    loss.structure == null ? Table.editor().tableId(loss.table).create() : loss.structure,
                    false);
        }).toList();
    }

    /** Whether an event says nothing new about the structure. */
    public static boolean isRepeated(SchemaChangeEvent event) {
        return event.getDdl() != null && event.getDdl().startsWith(REPEATED);
    }

    /** A statement to be handled in place of rows, or of the beginning of rows, that cannot be read rightly; null when they can. */
    public String inPlaceOf(EventData data, String file, long position) {
        if (data instanceof TableMapEventData map) {
            TableId table = new TableId(map.getDatabase(), null, map.getTable());
            if (guard.replicated(List.of(table)).isEmpty()) {
                numbers.remove(map.getTableId());
                return null;
            }
            numbers.put(map.getTableId(), table);
            return tables.forTable(table) == null ? lost(table, "rows of a table whose definition is not known") : null;
        }
        if (data instanceof WriteRowsEventData rows) {
            return inPlaceOf(rows.getTableId(), rows.getRows(), file, position);
        }
        if (data instanceof DeleteRowsEventData rows) {
            return inPlaceOf(rows.getTableId(), rows.getRows(), file, position);
        }
        if (data instanceof UpdateRowsEventData rows) {
            List<Serializable[]> after = rows.getRows() instanceof IncompleteRows<?>
                    ? List.of()
                    : rows.getRows().stream().map(Map.Entry::getValue).toList();
            return inPlaceOf(rows.getTableId(), after, file, position);
        }
        return null;
    }

    /** An interface, since the event buffer knows the schemas of MySQL and of MariaDB by what they share. */
    public interface Owner {

        LostTables lostTables();
    }

    /** At a start: places in the log of another server say nothing, so the structures are read again. Returns those that were. */
    public List<Table> readForThisServer() {
        List<Table> known = tables.tableIds().stream()
                .map(tables::forTable)
                .filter(table -> placeOf(table) != null)
                .toList();
        if (known.isEmpty()) {
            return List.of();
        }
        return known.stream()
                .filter(table -> isOfAnotherServer(table.id()))
                .map(table -> lose(table.id(), "", "").structure)
                .filter(table -> table != null)
                .toList();
    }

    /** The log is read by a new connection, which may be one to another server. */
    public void connected() {
        server = null;
    }

    private boolean isOfAnotherServer(TableId id) {
        Table table = tables.forTable(id);
        LogPlace place = table == null ? null : placeOf(table);
        if (place == null) {
            return false;
        }
        if (server == null) {
            server = catalog.server();
        }
        return !place.server().equals(server);
    }

    private String inPlaceOf(long number, List<Serializable[]> rows, String file, long position) {
        TableId id = numbers.get(number);
        if (id == null || rows instanceof IncompleteRows<?>) {
            return null;
        }
        Table table = tables.forTable(id);
        if (table == null) {
            return lost(id, "rows of a table whose definition is not known");
        }
        if (isOfAnotherServer(id)) {
            return lost(id, "rows in the log of another server than that of which the table's definition is known");
        }
        if (isBeforeKnown(id, file, position)) {
            return lost(id, "rows from before the table's definition was read");
        }
        int columns = table.columns().size();
        return rows.stream().filter(row -> row.length != columns).findFirst()
                .map(row -> lost(id, "rows with " + row.length + " columns where its definition has " + columns))
                .orElse(null);
    }

    private boolean isBeforeKnown(TableId id, String file, long position) {
        Table table = tables.forTable(id);
        LogPlace place = table == null ? null : placeOf(table);
        return place != null && place.isAfter(file, position);
    }

    private static LogPlace placeOf(Table table) {
        Attribute known = table.attributeWithName(KNOWN_FROM);
        return known == null ? null : LogPlace.parse(known.value());
    }

    private static String lost(TableId table, String words) {
        return LOST + words + ": " + table.catalog() + '\0' + table.table() + END.strip();
    }

    private Loss lossOf(String lost) {
        int end = lost.lastIndexOf(": ");
        String[] name = lost.substring(end + 2).strip().split("\0", 2);
        TableId table = new TableId(name[0], null, name[1]);
        String words = lost.substring(0, end);
        Long last = readAt.get(table);
        boolean isBefore = words.startsWith("rows from before");
        if (isOfAnotherServer(table)) {
            return lose(table, words, "");
        }
        return isBefore || last != null && System.nanoTime() - last < READ_INTERVAL_NANOS
                ? repeated(table, words, "")
                : lose(table, words, "");
    }

    private Loss repeated(TableId table, String words, String statement) {
        return new Loss(table, tables.forTable(table), REPEATED + words + END + statement);
    }

    private Loss lose(TableId id, String words, String statement) {
        readAt.put(id, System.nanoTime());
        SourceCatalog.Definition definition = catalog.read(id);
        Table structure = definition == null ? null : structureOf(id, definition);
        if (structure == null) {
            tables.removeTable(id);
        }
        else {
            tables.overwriteTable(structure);
        }
        LOGGER.warn("The structure of table {} is not known here, because of {}. {}", id, words, structure == null
                ? "It cannot be read from the source now either."
                : "Read from the source, it is known from " + placeOf(structure) + " on.");
        return new Loss(id, structure, MARK + words + END + statement);
    }

    private Table structureOf(TableId id, SourceCatalog.Definition definition) {
        Table whole = parsed(id, definition.statement());
        Table table = whole == null ? parsed(id, SourceCatalog.essence(definition.statement())) : whole;
        return table == null
                ? null
                : table.edit()
                        .addAttribute(Attribute.editor().name(KNOWN_FROM).value(definition.from().toString()).create())
                        .create();
    }

    private Table parsed(TableId id, String statement) {
        Tables read = new Tables();
        parser.setCurrentSchema(id.catalog());
        parser.parse(statement, read);
        return unreadable.take() == null ? read.forTable(id) : null;
    }
}
