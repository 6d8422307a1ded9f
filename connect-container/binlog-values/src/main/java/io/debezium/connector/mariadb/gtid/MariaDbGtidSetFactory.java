package io.debezium.connector.mariadb.gtid;

import io.debezium.connector.binlog.gtid.GtidSet;
import io.debezium.connector.binlog.gtid.GtidSetFactory;
import millrace.connect.DomainPositions;
import millrace.connect.ReplacesDebezium;

/** In place of Debezium's class of the same name, with positions that are compared by their domains. */
public class MariaDbGtidSetFactory implements GtidSetFactory, ReplacesDebezium {

    @Override
    public GtidSet createGtidSet(String gtids) {
        return new DomainPositions(gtids);
    }
}
