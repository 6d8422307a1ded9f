package millrace.connect;

import java.sql.SQLException;

/**
 * A connection to a source that gives the rows of one statement after the other, each value exactly: as the server wrote it, or as a text
 * that the statement has made of it. It is used by one thread; only {@link #abort} may come from another.
 */
interface RowSource {

    /**
     * Begins to read. Connects when there is no connection yet.
     *
     * @param begin begins the transaction of the statement, which is committed behind its rows; null when there is none
     */
    void execute(String begin, String statement) throws SQLException;

    /** The bytes of the next row, or null behind the last one. */
    byte[] next() throws SQLException;

    /** How many rows the statement had; to be called behind the last one. */
    long rows() throws SQLException;

    /** Ends at once what it is doing, which then fails. It is not used again. */
    void abort();

    /** Ends the connection; the next statement makes another one. */
    void close();
}
