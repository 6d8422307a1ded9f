package millrace.connect;

import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser;
import io.debezium.ddl.parser.mariadb.generated.MariaDBLexer;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import io.debezium.relational.Tables.TableFilter;
import io.debezium.relational.ddl.DdlChanges;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;

/**
 * Debezium's parser of MariaDB's DDL, which (3.5.0) does not know the types INET4 and INET6 and fails on a table that has one. To
 * the grammar their names are what UUID is, another type without a length whose values are bytes, and which may name a
 * column, too; a column keeps the name of its type. What it cannot read is passed over, see {@link UnreadableDdl}.
 */
public final class InetDdlParser extends MariaDbAntlrDdlParser {

    private static final Pattern DATABASE = Pattern.compile(
            "\\s*(?:CREATE(?:\\s+OR\\s+REPLACE)?|ALTER)\\s+(?:DATABASE|SCHEMA)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern COMMENT =
            Pattern.compile("\\bCOMMENT\\s*=?\\s*'(?:[^'\\\\]|''|\\\\.)*+'", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final UnreadableDdl unreadable = new UnreadableDdl();

    private boolean ignoresCase;

    public InetDdlParser(boolean includeComments, TableFilter tables, BinlogCharsetRegistry charsets) {
        super(true, false, includeComments, tables, charsets);
    }

    @Override
    protected MariaDBLexer createNewLexerInstance(CharStream ddl) {
        return new MariaDBLexer(ddl) {
            @Override
            public Token nextToken() {
                Token token = super.nextToken();
                if (token.getType() == ID && isInet(token.getText())) {
                    ((CommonToken) token).setType(UUID);
                }
                return token;
            }
        };
    }

    @Override
    public DdlChanges parse(String ddl, Tables tables) {
        try {
            return super.parse(ddl, tables);
        }
        catch (RuntimeException unreadable) {
            getAndResetDdlChanges();
            String simpler = withoutComment(ddl);
            return simpler.equals(ddl) ? this.unreadable.passOver(ddl, currentSchema(), tables, unreadable) : parse(simpler, tables);
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

    /** The grammar knows no comment of a database. */
    private static String withoutComment(String ddl) {
        return DATABASE.matcher(ddl).lookingAt() ? COMMENT.matcher(ddl).replaceAll(" ") : ddl;
    }

    private static boolean isInet(String name) {
        return name.equalsIgnoreCase("INET4") || name.equalsIgnoreCase("INET6");
    }
}
