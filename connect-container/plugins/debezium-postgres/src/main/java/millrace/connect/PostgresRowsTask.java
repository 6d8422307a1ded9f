package millrace.connect;

import java.util.Map;

/** Gives rows as the lines that COPY writes. */
public final class PostgresRowsTask extends RowCopyTask {

    @Override
    RowSource createSource(Map<String, String> settings) {
        return new PostgresRowSource(settings);
    }
}
