package millrace.connect;

import io.debezium.relational.Tables;
import io.debezium.relational.ddl.DdlChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a parser does with a statement that it cannot read. The tables that the statement changes are forgotten: their rows stop the
 * connector, should they be replicated one day, instead of being read by a structure that they do not have.
 */
public final class UnreadableDdl {

    private static final Logger LOGGER = LoggerFactory.getLogger(UnreadableDdl.class);

    private LoggedStatement last;

    /** Nothing could be read. The schema that the parser belongs to asks with {@link #take} what it was. */
    public DdlChanges passOver(String statement, String database, Tables tables, RuntimeException cause) {
        last = LoggedStatement.of(statement, database);
        LOGGER.warn("Debezium's parser cannot read a statement ({}): {}", last.kind(), statement, cause);
        last.changedTables().forEach(tables::removeTable);
        return new DdlChanges();
    }

    /** The statement that could not be read since this was asked before, or null. */
    public LoggedStatement take() {
        LoggedStatement taken = last;
        last = null;
        return taken;
    }
}
