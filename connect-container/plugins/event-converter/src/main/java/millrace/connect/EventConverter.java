package millrace.connect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.storage.Converter;

/**
 * Kafka's JsonConverter with a limit. A producer refuses an event that is too large, and the connector would fail with it, again
 * after each restart, for the sake of one row. So the event is replaced by a note of its size, which stands in its place in the
 * topic of its table, under the same key. The consumer holds the table when it comes to the note; the other tables go on.
 */
public final class EventConverter implements Converter {

    /** The most bytes of JSON that an event may have. */
    static final String MAX_BYTES = "millrace.max.bytes";

    private final JsonConverter json = new JsonConverter();
    private long maxBytes;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        Map<String, Object> rest = new HashMap<>(configs);
        maxBytes = Long.parseLong(String.valueOf(rest.remove(MAX_BYTES)));
        json.configure(rest, isKey);
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        // What is certainly too large is not converted: that would take several times its size.
        long least = leastBytes(value);
        if (least > maxBytes) {
            return note(least);
        }
        byte[] bytes = json.fromConnectData(topic, schema, value);
        return bytes == null || bytes.length <= maxBytes ? bytes : note(bytes.length);
    }

    @Override
    public byte[] fromConnectData(String topic, Headers headers, Schema schema, Object value) {
        return fromConnectData(topic, schema, value);
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        return json.toConnectData(topic, value);
    }

    private byte[] note(long bytes) {
        return ("{\"tooLarge\":{\"bytes\":" + bytes + ",\"maxBytes\":" + maxBytes + "}}").getBytes(StandardCharsets.UTF_8);
    }

    /** At least so many bytes are in the JSON of a value: its texts and its bytes. */
    static long leastBytes(Object value) {
        if (value instanceof String text) {
            return text.length();
        }
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        if (value instanceof ByteBuffer bytes) {
            return bytes.remaining();
        }
        long sum = 0;
        if (value instanceof Struct struct) {
            for (Field field : struct.schema().fields()) {
                sum += leastBytes(struct.getWithoutDefault(field.name()));
            }
        } else if (value instanceof Collection<?> values) {
            for (Object each : values) {
                sum += leastBytes(each);
            }
        }
        return sum;
    }
}
