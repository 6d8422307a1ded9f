package millrace.connect;

import java.util.Map;

/** Gives rows as the packets of the text protocol, each behind its length in four bytes. */
public final class MysqlRowsTask extends RowCopyTask {

    @Override
    RowSource createSource(Map<String, String> settings) {
        return new MysqlRowSource(settings);
    }
}
