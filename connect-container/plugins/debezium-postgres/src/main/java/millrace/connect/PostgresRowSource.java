package millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.postgresql.ds.PGSimpleDataSource;

/** One connection by pgjdbc. What COPY sends is passed on as it is. */
final class PostgresRowSource implements RowSource {

    private final Map<String, String> settings;
    private volatile Connection connection;
    private volatile boolean isAborted;
    private CopyOut copy;
    private boolean isInTransaction;

    PostgresRowSource(Map<String, String> settings) {
        this.settings = settings;
    }

    @Override
    public void execute(String begin, String statement) throws SQLException {
        if (connection == null) {
            connect();
        }
        isInTransaction = begin != null;
        if (isInTransaction) {
            run(begin);
        }
        copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
    }

    private void connect() throws SQLException {
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setServerNames(new String[] {settings.get("database.hostname")});
        server.setPortNumbers(new int[] {Integer.parseInt(settings.get("database.port"))});
        server.setDatabaseName(settings.get("database.dbname"));
        server.setUser(settings.get("database.user"));
        server.setPassword(settings.get("database.password"));
        server.setApplicationName("millrace-copy");
        server.setTcpKeepAlive(true);
        for (Map.Entry<String, String> setting : RowCopyConnector.driverSettings(settings).entrySet()) {
            server.setProperty(setting.getKey(), setting.getValue());
        }
        Connection opened = server.getConnection();
        try (Statement statement = opened.createStatement()) {
            for (String begin : RowCopyConnector.sessionStatements(settings)) {
                statement.execute(begin);
            }
        } catch (SQLException error) {
            opened.close();
            throw error;
        }
        connection = opened;
        if (isAborted) {
            abort();
        }
    }

    @Override
    public byte[] next() throws SQLException {
        byte[] row = copy.readFromCopy();
        if (row == null && isInTransaction) {
            run("COMMIT");
        }
        return row;
    }

    private void run(String statement) throws SQLException {
        try (Statement runs = connection.createStatement()) {
            runs.execute(statement);
        }
    }

    @Override
    public long rows() {
        return copy.getHandledRowCount();
    }

    @Override
    public void abort() {
        isAborted = true;
        Connection open = connection;
        if (open == null) {
            return;
        }
        try {
            open.abort(Runnable::run);
        } catch (SQLException ended) {
            // It was closed already.
        }
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException ended) {
            // The server has closed it.
        }
        connection = null;
    }
}
