package millrace.connect;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.mariadb.jdbc.Driver;
import org.mariadb.jdbc.client.result.RowPackets;

/** One connection by MariaDB's driver. Rows are passed on as they came over the wire. */
final class MysqlRowSource implements RowSource {

    private static final int LENGTH_BYTES = 4;

    private final Map<String, String> settings;
    private volatile Connection connection;
    private volatile boolean isAborted;
    private Statement statement;
    private ResultSet result;
    private long rows;

    MysqlRowSource(Map<String, String> settings) {
        this.settings = settings;
    }

    @Override
    public void execute(String begin, String sql) throws SQLException {
        if (begin != null) {
            throw new SQLException("One statement of MySQL sees one moment by itself; it is read without a transaction.");
        }
        if (connection == null) {
            connect();
        }
        rows = 0;
        statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        // Row by row: more at once would be in memory at once, however wide they are.
        statement.setFetchSize(1);
        result = statement.executeQuery(sql);
    }

    private void connect() throws SQLException {
        Map<String, String> driver = RowCopyConnector.driverSettings(settings);
        Properties properties = new Properties();
        properties.putAll(driver);
        properties.setProperty("user", settings.get("database.user"));
        properties.setProperty("password", settings.get("database.password"));
        // Without TLS the accounts of MySQL 8 send their password encrypted by the server's key, which has to be asked for.
        properties.setProperty("allowPublicKeyRetrieval", String.valueOf("disable".equals(driver.get("sslMode"))));
        Connection opened = new Driver().connect(url(settings), properties);
        try (Statement begin = opened.createStatement()) {
            for (String sql : RowCopyConnector.sessionStatements(settings)) {
                begin.execute(sql);
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

    /** The driver's builder of configurations makes none that it can connect with (3.5.3), so the server is named by an address. */
    private static String url(Map<String, String> settings) throws SQLException {
        String host = settings.get("database.hostname");
        if (!host.matches("[^()=,/?&\\s]+")) {
            throw new SQLException("The host of the database is no name or address.");
        }
        return "jdbc:mariadb://address=(host=" + host + ")(port=" + settings.get("database.port") + ")/";
    }

    @Override
    public byte[] next() throws SQLException {
        if (!result.next()) {
            statement.close();
            return null;
        }
        rows++;
        byte[] packet = RowPackets.current(result);
        return ByteBuffer.allocate(LENGTH_BYTES + packet.length).putInt(packet.length).put(packet).array();
    }

    @Override
    public long rows() {
        return rows;
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
