package millrace.connect;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in the log of one server. The files of a log have numbers, as {@code binlog.000042}. */
public record LogPlace(String server, String file, long position) {

    private static final Pattern FILE = Pattern.compile("(.*)\\.(\\d+)");

    private static final String SEPARATOR = "|";

    /** As {@link #toString} writes it; null for another text. */
    static LogPlace parse(String text) {
        String[] parts = text.split(Pattern.quote(SEPARATOR), 3);
        return parts.length == 3 && parts[1].matches("\\d+")
                ? new LogPlace(parts[2], parts[0], Long.parseLong(parts[1]))
                : null;
    }

    /** Whether this comes behind an event of the same log. True where that cannot be known. */
    boolean isAfter(String eventFile, long eventPosition) {
        if (file.equals(eventFile)) {
            return position > eventPosition;
        }
        Matcher own = FILE.matcher(file);
        Matcher other = FILE.matcher(eventFile == null ? "" : eventFile);
        return !own.matches() || !other.matches() || !own.group(1).equals(other.group(1))
                || Long.parseLong(own.group(2)) > Long.parseLong(other.group(2));
    }

    @Override
    public String toString() {
        return file + SEPARATOR + position + SEPARATOR + server;
    }
}
