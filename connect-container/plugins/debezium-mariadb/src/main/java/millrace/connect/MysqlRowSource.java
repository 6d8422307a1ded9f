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
final class MysqlRowSource extends JdbcRowSource {

    private static final int LENGTH_BYTES = 4;

    private Statement statement;
    private ResultSet result;
    private long rows;

    MysqlRowSource(Map<String, String> settings) {
        super(settings);
    }

    @Override
    public void execute(String begin, String sql) throws SQLException {
        if (begin != null) {
            throw new SQLException("One statement of MySQL sees one moment by itself; it is read without a transaction.");
        }
        rows = 0;
        statement = connection().createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        // Row by row: more at once would be in memory at once, however wide they are.
        statement.setFetchSize(1);
        result = statement.executeQuery(sql);
    }

    @Override
    protected Connection open() throws SQLException {
        Map<String, String> driver = RowCopyConnector.driverSettings(settings);
        Properties properties = new Properties();
        properties.putAll(driver);
        properties.setProperty("user", settings.get("database.user"));
        properties.setProperty("password", settings.get("database.password"));
        // Without TLS the accounts of MySQL 8 send their password encrypted by the server's key, which has to be asked for.
        properties.setProperty("allowPublicKeyRetrieval", String.valueOf("disable".equals(driver.get("sslMode"))));
        return new Driver().connect(url(settings), properties);
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
}
