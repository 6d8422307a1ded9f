package millrace.connect;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A database can hold texts with bytes that its encoding does not allow: one that was SQL_ASCII once, or that a faulty program has
 * written to. The log passes them on as they are, and Debezium would put U+FFFD in their place. They are replaced by a word that
 * no column has, at which the consumer holds the table.
 */
final class ReadableTexts {

    /** Known to the consumer as well (core/databases/postgresql/source/capture-settings.ts). */
    static final String UNREADABLE = "__millrace_unreadable_5d0b7f3c9e1a__";

    private ReadableTexts() {
    }

    /** The message, of which nothing has been read, or one that has the word where a text cannot be read. */
    static ByteBuffer of(ByteBuffer message) {
        return message == null || !isChangeOfRow(message) || isAscii(message) ? message : replaceUnreadable(message);
    }

    private static boolean isChangeOfRow(ByteBuffer message) {
        if (!message.hasRemaining()) {
            return false;
        }
        byte type = message.get(message.position());
        return type == 'I' || type == 'U' || type == 'D';
    }

    /** Most messages are; the numbers in them are small. */
    private static boolean isAscii(ByteBuffer message) {
        for (int at = message.position(); at < message.limit(); at++) {
            if (message.get(at) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The form of the messages: PostgreSQL manual, "Logical Replication Message Formats", version 1 of the protocol. */
    private static ByteBuffer replaceUnreadable(ByteBuffer message) {
        ByteBuffer from = message.duplicate();
        byte[] word = UNREADABLE.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream to = null;
        int copied = from.position();
        from.position(from.position() + 5); // type and number of the table
        while (from.hasRemaining()) {
            from.get(); // K, O or N: which row
            for (int columns = from.getShort(); columns > 0; columns--) {
                byte kind = from.get();
                if (kind != 't' && kind != 'b') {
                    continue;
                }
                int begin = from.position();
                int end = begin + 4 + from.getInt();
                if (kind == 't' && !isReadable(from.duplicate().limit(end))) {
                    to = to == null ? new ByteArrayOutputStream(message.remaining()) : to;
                    to.writeBytes(bytesOf(message, copied, begin));
                    to.writeBytes(ByteBuffer.allocate(4 + word.length).putInt(word.length).put(word).array());
                    copied = end;
                }
                from.position(end);
            }
        }
        if (to == null) {
            return message;
        }
        to.writeBytes(bytesOf(message, copied, message.limit()));
        return ByteBuffer.wrap(to.toByteArray());
    }

    private static byte[] bytesOf(ByteBuffer message, int begin, int end) {
        byte[] bytes = new byte[end - begin];
        message.get(begin, bytes);
        return bytes;
    }

    private static boolean isReadable(ByteBuffer text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(text);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
