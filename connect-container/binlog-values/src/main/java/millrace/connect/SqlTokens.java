package millrace.connect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The words, names and signs of a statement, without comments and texts. What MySQL and MariaDB execute although it stands in a
 * comment, {@code /*!80013 ... *}{@code /}, belongs to the statement.
 */
final class SqlTokens {

    /** A word or a quoted name, or one sign. A double quote may quote a name or a text, so it counts as a name. */
    record Token(String text, boolean isQuoted) {

        boolean is(String word) {
            return !isQuoted && text.equalsIgnoreCase(word);
        }

        boolean isName() {
            return isQuoted || isWordCharacter(text.charAt(0));
        }

        String upper() {
            return isQuoted ? "" : text.toUpperCase(Locale.ROOT);
        }
    }

    /** Where there is no token. */
    static final Token NONE = new Token(";", false);

    /** In place of a text. */
    private static final Token TEXT = new Token("'", false);

    private final String statement;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private SqlTokens(String statement) {
        this.statement = statement;
    }

    static List<Token> of(String statement) {
        SqlTokens reader = new SqlTokens(statement);
        reader.read();
        return reader.tokens;
    }

    private void read() {
        while (at < statement.length()) {
            char first = statement.charAt(at);
            if (Character.isWhitespace(first)) {
                at++;
            }
            else if (first == '#' || first == '-' && isLineComment()) {
                at = endOf("\n", at);
            }
            else if (starts("/*!") || starts("/*M!")) {
                at += starts("/*!") ? 3 : 4;
                while (at < statement.length() && Character.isDigit(statement.charAt(at))) {
                    at++;
                }
            }
            else if (starts("/*")) {
                at = endOf("*/", at + 2);
            }
            else if (starts("*/")) {
                // The end of what is executed.
                at += 2;
            }
            else if (first == '\'') {
                quoted(first, true);
                tokens.add(TEXT);
            }
            else if (first == '`' || first == '"') {
                tokens.add(new Token(quoted(first, first == '"'), true));
            }
            else if (isWordCharacter(first)) {
                int start = at;
                while (at < statement.length() && isWordCharacter(statement.charAt(at))) {
                    at++;
                }
                tokens.add(new Token(statement.substring(start, at), false));
            }
            else {
                tokens.add(new Token(String.valueOf(first), false));
                at++;
            }
        }
    }

    private boolean isLineComment() {
        return starts("--") && (at + 2 == statement.length() || Character.isWhitespace(statement.charAt(at + 2)));
    }

    private boolean starts(String text) {
        return statement.startsWith(text, at);
    }

    private int endOf(String text, int from) {
        int found = statement.indexOf(text, from);
        return found < 0 ? statement.length() : found + text.length();
    }

    private String quoted(char quote, boolean mayEscape) {
        StringBuilder name = new StringBuilder();
        at++;
        while (at < statement.length()) {
            char next = statement.charAt(at++);
            if (next == quote) {
                if (at >= statement.length() || statement.charAt(at) != quote) {
                    break;
                }
                at++;
            }
            else if (next == '\\' && mayEscape && at < statement.length()) {
                next = statement.charAt(at++);
            }
            name.append(next);
        }
        return name.toString();
    }

    private static boolean isWordCharacter(char character) {
        return Character.isLetterOrDigit(character) || character == '_' || character == '$' || character >= 0x80;
    }
}
