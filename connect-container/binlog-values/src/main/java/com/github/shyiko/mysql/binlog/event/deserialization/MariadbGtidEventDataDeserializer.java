package com.github.shyiko.mysql.binlog.event.deserialization;

import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import java.io.IOException;
import millrace.connect.ReplacesDebezium;
import millrace.connect.StatementGroups;

/** In place of the class of the same name in Debezium's client of the log (0.40.6), to keep what {@link StatementGroups} needs. */
public class MariadbGtidEventDataDeserializer implements EventDataDeserializer<MariadbGtidEventData>, ReplacesDebezium {

    /** The fields are those of MariaDB's documentation, "GTID_EVENT". */
    @Override
    public MariadbGtidEventData deserialize(ByteArrayInputStream log) throws IOException {
        MariadbGtidEventData gtid = new MariadbGtidEventData();
        gtid.setSequence(log.readLong(8));
        gtid.setDomainId(log.readLong(4));
        gtid.setFlags(log.readInteger(1));
        StatementGroups.begin(gtid.getFlags());
        return gtid;
    }
}
