package millrace.connect;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import oracle.jdbc.pool.OracleDataSource;

/**
 * One connection by Oracle's driver (Oracle Database JDBC Developer's Guide 23). Bind variables are set in the order in which they stand in the
 * statement, whatever their names are. LOBs are read as texts and bytes ("Data Interface for LOBs").
 */
final class OracleRowSource extends JdbcRowSource {

    /** Rows of one round trip, as in a direct copy with LOBs: a row may have megabytes, and memory has to hold all of them. */
    private static final int FETCH_ROWS = 32;

    private PreparedStatement statement;
    private ResultSet result;
    private JdbcRow row;
    private long rows;

    OracleRowSource(Map<String, String> settings) {
        super(settings);
    }

    @Override
    public void execute(String begin, String request) throws SQLException {
        if (begin != null) {
            throw new SQLException("One statement of Oracle sees one moment by itself; it is read without a transaction.");
        }
        rows = 0;
        BoundStatement bound = BoundStatement.parse(request);
        statement = connection().prepareStatement(bound.text());
        statement.setFetchSize(FETCH_ROWS);
        bound.bind(statement);
        result = statement.executeQuery();
        row = new JdbcRow(result.getMetaData());
    }

    @Override
    protected Connection open() throws SQLException {
        Properties properties = new Properties();
        RowCopyConnector.driverSettings(settings).forEach((name, value) -> {
            if (!name.equals("url")) {
                properties.setProperty(name, value);
            }
        });
        OracleDataSource server = new OracleDataSource();
        server.setConnectionProperties(properties);
        server.setURL(settings.get("database.url"));
        server.setUser(settings.get("database.user"));
        server.setPassword(settings.get("database.password"));
        return server.getConnection();
    }

    @Override
    public byte[] next() throws SQLException {
        if (!result.next()) {
            statement.close();
            return null;
        }
        rows++;
        return row.read(result);
    }

    @Override
    public long rows() {
        return rows;
    }
}
