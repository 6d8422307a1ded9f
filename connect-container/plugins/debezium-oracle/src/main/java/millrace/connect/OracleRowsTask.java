package millrace.connect;

import java.util.Map;

/** Gives rows in the form of {@link JdbcRow}. */
public final class OracleRowsTask extends RowCopyTask {

    @Override
    RowSource createSource(Map<String, String> settings) {
        return new OracleRowSource(settings);
    }
}
