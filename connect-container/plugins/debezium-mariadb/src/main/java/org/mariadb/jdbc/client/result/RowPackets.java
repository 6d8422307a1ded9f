package org.mariadb.jdbc.client.result;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The packet of a result's current row. The driver (3.5.3) has it in a field that only its own package sees; its getters make objects
 * of values, which do not hold all of them exactly: no zero date, no TIME beyond a day.
 */
public final class RowPackets {

    private RowPackets() {}

    /** The current row of a result of the text protocol. Throws when the driver has it in another way. */
    public static byte[] current(ResultSet rows) throws SQLException {
        if (rows instanceof Result result && result.rowPointer >= 0 && result.rowPointer < result.dataSize) {
            return result.data[result.rowPointer];
        }
        throw new SQLException("This version of MariaDB's driver does not read rows as Millrace expects it to.");
    }
}
