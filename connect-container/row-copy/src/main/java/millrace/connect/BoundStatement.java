package millrace.connect;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A statement and the values of its bind variables, in their order. As a text, the values stand behind the statement, a NUL before each: a
 * letter, and the value in base64. `t`: a text. `n`: a text in the national character set. `i`: a whole number.
 *
 * @param text the statement
 * @param values each as it stands in the text
 */
record BoundStatement(String text, List<String> values) {

    static BoundStatement parse(String request) {
        String[] parts = request.split("\0", -1);
        return new BoundStatement(parts[0], Arrays.asList(parts).subList(1, parts.length));
    }

    void bind(PreparedStatement prepared) throws SQLException {
        for (int index = 0; index < values.size(); index++) {
            String value = values.get(index);
            String text = new String(Base64.getDecoder().decode(value.substring(1)), StandardCharsets.UTF_8);
            switch (value.charAt(0)) {
                case 't' -> prepared.setString(index + 1, text);
                case 'n' -> prepared.setNString(index + 1, text);
                case 'i' -> prepared.setLong(index + 1, Long.parseLong(text));
                default -> throw new SQLException("A value of the statement has no kind that is known here.");
            }
        }
    }
}
