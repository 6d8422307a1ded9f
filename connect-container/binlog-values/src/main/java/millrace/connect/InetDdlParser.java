package millrace.connect;

import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser;
import io.debezium.ddl.parser.mariadb.generated.MariaDBLexer;
import io.debezium.relational.Tables.TableFilter;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;

/**
 * Debezium's parser of MariaDB's DDL, which (3.5.0) does not know the types INET4 and INET6 and fails on a table that has one. To
 * the grammar their names are what UUID is, another type without a length whose values are bytes, and which may name a
 * column, too; a column keeps the name of its type.
 */
public final class InetDdlParser extends MariaDbAntlrDdlParser {

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

    private static boolean isInet(String name) {
        return name.equalsIgnoreCase("INET4") || name.equalsIgnoreCase("INET6");
    }
}
