package io.debezium.connector.binlog.event;

import com.github.shyiko.mysql.binlog.event.DeleteRowsEventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import com.github.shyiko.mysql.binlog.event.deserialization.DeleteRowsEventDataDeserializer;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import io.debezium.config.CommonConnectorConfig.EventProcessingFailureHandlingMode;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import millrace.connect.IncompleteRows;
import millrace.connect.ReplacesDebezium;

/** In place of Debezium's class of the same name, with the dates of {@link BinlogDates}: deleted rows. */
public class RowDeserializers$DeleteRowsDeserializer extends DeleteRowsEventDataDeserializer implements ReplacesDebezium {

    private final Map<Long, TableMapEventData> tablesById;

    private final EventProcessingFailureHandlingMode mode;

    public RowDeserializers$DeleteRowsDeserializer(
            Map<Long, TableMapEventData> tablesById, EventProcessingFailureHandlingMode mode) {
        super(tablesById);
        this.tablesById = tablesById;
        this.mode = mode;
    }

    @Override
    public DeleteRowsEventData deserialize(ByteArrayInputStream log) throws IOException {
        DeleteRowsEventData event = super.deserialize(log);
        TableMapEventData table = tablesById.get(event.getTableId());
        event.setRows(IncompleteRows.unlessComplete(event.getRows(), table, event.getIncludedColumns()));
        return event;
    }

    @Override
    protected Serializable deserializeDate(ByteArrayInputStream log) throws IOException {
        return BinlogDates.date(log, mode);
    }

    @Override
    protected Serializable deserializeDatetime(ByteArrayInputStream log) throws IOException {
        return BinlogDates.oldDatetime(log, mode);
    }

    @Override
    protected Serializable deserializeDatetimeV2(int digits, ByteArrayInputStream log) throws IOException {
        return BinlogDates.datetime(digits, log, mode);
    }

    @Override
    protected Serializable deserializeString(int length, ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeString(length, log);
    }

    @Override
    protected Serializable deserializeVarString(int length, ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeVarString(length, log);
    }

    @Override
    protected Serializable deserializeTime(ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeTime(log);
    }

    @Override
    protected Serializable deserializeTimeV2(int digits, ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeTimeV2(digits, log);
    }

    @Override
    protected Serializable deserializeTimestamp(ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeTimestamp(log);
    }

    @Override
    protected Serializable deserializeTimestampV2(int digits, ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeTimestampV2(digits, log);
    }

    @Override
    protected Serializable deserializeYear(ByteArrayInputStream log) throws IOException {
        return RowDeserializers.deserializeYear(log);
    }
}
