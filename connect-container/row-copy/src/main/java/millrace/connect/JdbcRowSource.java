package millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** What is the same for every driver: one connection with the session of its settings, which may be aborted from another thread. */
abstract class JdbcRowSource implements RowSource {

    protected final Map<String, String> settings;
    private volatile Connection connection;
    private volatile boolean isAborted;

    JdbcRowSource(Map<String, String> settings) {
        this.settings = settings;
    }

    /** A new connection by the driver, without the session's statements. */
    protected abstract Connection open() throws SQLException;

    /** The connection; made when there is none. */
    protected final Connection connection() throws SQLException {
        if (connection == null) {
            connect();
        }
        return connection;
    }

    private void connect() throws SQLException {
        Connection opened = open();
        try (Statement statement = opened.createStatement()) {
            for (String sql : RowCopyConnector.sessionStatements(settings)) {
                statement.execute(sql);
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
    public final void abort() {
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
    public final void close() {
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
