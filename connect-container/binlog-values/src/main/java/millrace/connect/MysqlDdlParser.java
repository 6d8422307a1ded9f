package millrace.connect;

import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.mysql.antlr.MySqlAntlrDdlParser;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import io.debezium.relational.Tables.TableFilter;
import io.debezium.relational.ddl.DdlChanges;

/** Debezium's parser of MySQL's DDL. What it cannot read is passed over, see {@link UnreadableDdl}. */
public final class MysqlDdlParser extends MySqlAntlrDdlParser {

    private final UnreadableDdl unreadable = new UnreadableDdl();

    private boolean ignoresCase;

    public MysqlDdlParser(boolean includeComments, TableFilter tables, BinlogCharsetRegistry charsets) {
        super(true, false, includeComments, tables, charsets);
    }

    @Override
    public DdlChanges parse(String ddl, Tables tables) {
        try {
            return super.parse(ddl, tables);
        }
        catch (RuntimeException cause) {
            getAndResetDdlChanges();
            return unreadable.passOver(ddl, currentSchema(), tables, cause);
        }
    }

    /** For a server that keeps names in lower case: statements are logged as they were written. */
    public void ignoreCase() {
        ignoresCase = true;
    }

    @Override
    public TableId resolveTableId(String database, String table) {
        TableId id = super.resolveTableId(database, table);
        return ignoresCase ? StatementGuard.inLowerCase(id) : id;
    }

    public UnreadableDdl unreadable() {
        return unreadable;
    }
}
