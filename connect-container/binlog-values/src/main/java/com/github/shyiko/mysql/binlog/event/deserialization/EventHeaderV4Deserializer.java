package com.github.shyiko.mysql.binlog.event.deserialization;

import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import io.debezium.DebeziumException;
import java.io.IOException;
import millrace.connect.ReplacesDebezium;
import millrace.connect.UnreadableChanges;

/**
 * In place of the class of the same name in Debezium's client of the log (0.40.6), which reads events that it does not know as
 * if they said nothing: those that change rows stop the connector.
 */
public class EventHeaderV4Deserializer implements EventHeaderDeserializer<EventHeaderV4>, ReplacesDebezium {

    private static final long MILLIS_PER_SECOND = 1_000;

    /** The fields are those of MySQL's source documentation, "Event Header". */
    @Override
    public EventHeaderV4 deserialize(ByteArrayInputStream log) throws IOException {
        EventHeaderV4 header = new EventHeaderV4();
        header.setTimestamp(log.readLong(4) * MILLIS_PER_SECOND);
        int type = log.readInteger(1);
        EventType known = EventType.byEventNumber(type);
        header.setEventType(known == null ? EventType.UNKNOWN : known);
        header.setServerId(log.readLong(4));
        header.setEventLength(log.readLong(4));
        header.setNextPosition(log.readLong(4));
        header.setFlags(log.readInteger(2));
        String unreadable = UnreadableChanges.inEventOfType(type);
        if (unreadable != null) {
            log.skip(header.getDataLength());
            // Debezium stops at this one in order: nothing that follows in the log gets through.
            throw new EventDataDeserializationException(header, new DebeziumException(unreadable));
        }
        return header;
    }
}
