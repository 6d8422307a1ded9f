package millrace.connect;

import io.debezium.relational.TableId;
import io.debezium.schema.DefaultTopicNamingStrategy;
import io.debezium.spi.schema.DataCollectionId;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Puts each statement of the log that concerns a captured table into the topic of that table, so that it stands exactly between
 * the rows from before it and those from after it. Debezium (3.5.0) writes all statements to one topic of their own, and those
 * of its snapshot as well; the others are dropped.
 */
public final class TableStatements implements Transformation<SourceRecord> {

    private static final String PREFIX = "topic.prefix";
    private static final String TABLES = "tables";

    private String statementTopic;
    private TopicNamingStrategy<DataCollectionId> names;
    private Predicate<String> isCaptured;

    @Override
    public void configure(Map<String, ?> settings) {
        statementTopic = (String) settings.get(PREFIX);
        Properties properties = new Properties();
        properties.put(PREFIX, statementTopic);
        names = new DefaultTopicNamingStrategy(properties);
        List<Pattern> tables = Arrays.stream(((String) settings.get(TABLES)).split(",")).map(Pattern::compile).toList();
        isCaptured = table -> tables.stream().anyMatch(pattern -> pattern.matcher(table).matches());
    }

    @Override
    public SourceRecord apply(SourceRecord event) {
        if (!event.topic().equals(statementTopic)) {
            return event;
        }
        Struct value = (Struct) event.value();
        if (isOfSnapshot(value.getStruct("source"))) {
            return null;
        }
        for (Struct change : value.<Struct>getArray("tableChanges")) {
            TableId table = TableId.parse(change.getString("id"));
            if (isCaptured.test(table.catalog() + '.' + table.table())) {
                return event.newRecord(
                        names.dataChangeTopic(table),
                        0,
                        Schema.OPTIONAL_STRING_SCHEMA,
                        null,
                        event.valueSchema(),
                        value,
                        event.timestamp(),
                        event.headers());
            }
        }
        return null;
    }

    private static boolean isOfSnapshot(Struct source) {
        String snapshot = source.getString("snapshot");
        return snapshot != null && !snapshot.equals("false");
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef()
                .define(PREFIX, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "As the connector has it.")
                .define(TABLES, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The connector's table.include.list.");
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
