package millrace.connect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a table was when the rows after it were written, as a Relation message of PostgreSQL's log has it (PostgreSQL manual,
 * "Logical Replication Message Formats").
 *
 * @param definition the table's OID and replica identity, then a line for each column: 1 for a part of the identity or else 0,
 *     the type's OID, the type's modifier and the name. The consumer makes the same text from the catalog.
 * @param fingerprint names the definition: the first 8 bytes of its SHA-256 in hex
 */
record TableShape(String schema, String table, String definition, String fingerprint) {

    private static final int FINGERPRINT_BYTES = 8;

    /** Whether the message, of which nothing has been read, says what a table is. */
    static boolean isRelation(ByteBuffer message) {
        return message.hasRemaining() && message.get(message.position()) == 'R';
    }

    /** Leaves the buffer's position as it was. */
    static TableShape parse(ByteBuffer message) {
        ByteBuffer buffer = message.duplicate();
        buffer.get();
        StringBuilder text = new StringBuilder().append(Integer.toUnsignedLong(buffer.getInt())).append(' ');
        String schema = readString(buffer);
        String table = readString(buffer);
        text.append((char) buffer.get());
        for (int columns = buffer.getShort(); columns > 0; columns--) {
            int flags = buffer.get();
            String name = readString(buffer);
            text.append('\n').append(flags & 1);
            text.append(' ').append(Integer.toUnsignedLong(buffer.getInt()));
            text.append(' ').append(buffer.getInt());
            text.append(' ').append(name.replace("\\", "\\\\").replace("\n", "\\n"));
        }
        String definition = text.toString();
        return new TableShape(schema, table, definition, fingerprintOf(definition));
    }

    private static String readString(ByteBuffer buffer) {
        int begin = buffer.position();
        while (buffer.get() != 0) {
            // To the end of the string.
        }
        byte[] bytes = new byte[buffer.position() - begin - 1];
        buffer.get(begin, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String fingerprintOf(String definition) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(definition.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
