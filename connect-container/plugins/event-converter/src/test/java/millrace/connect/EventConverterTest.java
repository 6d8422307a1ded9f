package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.Test;

class EventConverterTest {
    private static final Schema ROW = SchemaBuilder.struct().optional().field("note", Schema.OPTIONAL_STRING_SCHEMA).build();

    private final EventConverter converter = new EventConverter();

    EventConverterTest() {
        converter.configure(Map.of("schemas.enable", "false", EventConverter.MAX_BYTES, "40"), false);
    }

    private String convert(String note) {
        byte[] bytes = converter.fromConnectData("topic", ROW, new Struct(ROW).put("note", note));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void leavesWhatFitsAsItIs() {
        assertEquals("{\"note\":\"" + "x".repeat(29) + "\"}", convert("x".repeat(29)));
        assertNull(converter.fromConnectData("topic", null, null));
    }

    @Test
    void replacesWhatIsTooLargeByItsSize() {
        assertEquals("{\"tooLarge\":{\"bytes\":41,\"maxBytes\":40}}", convert("x".repeat(30)));
        // A control character takes six bytes in JSON.
        assertEquals("{\"tooLarge\":{\"bytes\":71,\"maxBytes\":40}}", convert("\u0001".repeat(10)));
    }

    @Test
    void convertsNothingThatIsCertainlyTooLarge() {
        assertEquals("{\"tooLarge\":{\"bytes\":900,\"maxBytes\":40}}", convert("x".repeat(900)));
    }
}
