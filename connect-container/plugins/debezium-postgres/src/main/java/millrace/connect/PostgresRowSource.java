package millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.postgresql.ds.PGSimpleDataSource;

/** One connection by pgjdbc. What COPY sends is passed on as it is. */
final class PostgresRowSource extends JdbcRowSource {

    private CopyOut copy;
    private boolean isInTransaction;

    PostgresRowSource(Map<String, String> settings) {
        super(settings);
    }

    @Override
    public void execute(String begin, String statement) throws SQLException {
        isInTransaction = begin != null;
        if (isInTransaction) {
            run(begin);
        }
        copy = connection().unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
    }

    @Override
    protected Connection open() throws SQLException {
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
        return server.getConnection();
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
        try (Statement runs = connection().createStatement()) {
            runs.execute(statement);
        }
    }

    @Override
    public long rows() {
        return copy.getHandledRowCount();
    }
}
