package millrace.connect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.source.SourceConnector;

/**
 * Answers requests for rows: for a copy whose workers may not query the source themselves. A request is a record of one topic, with a
 * statement; the rows go to another topic, to the partition of the same number. See {@link RowCopyTask} for their form.
 *
 * <p>It knows nothing of tables: every statement comes from where those of a direct copy come from.
 */
public abstract class RowCopyConnector extends SourceConnector {

    static final String REQUESTS = "millrace.requests.topic";
    static final String ROWS = "millrace.rows.topic";
    static final String PARTITIONS = "millrace.partitions";
    static final String BROKERS = "millrace.kafka.bootstrap.servers";
    static final String SECURITY = "millrace.kafka.security.protocol";
    /** What follows it is a setting of the client that reads the requests: authentication, for one. */
    static final String KAFKA = "millrace.kafka.";
    /** Statements that a session begins with, one a line. */
    static final String SESSION = "millrace.session.statements";
    /** Of one task: the partitions that it answers, separated by commas. */
    static final String OWN_PARTITIONS = "millrace.task.partitions";

    private static final String DATABASE = "database.";
    private static final String DRIVER = "driver.";

    private Map<String, String> settings;

    @Override
    public String version() {
        return "0.1.0";
    }

    @Override
    public void start(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    @Override
    public void stop() {
        // The tasks hold everything.
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        int partitions = Integer.parseInt(settings.get(PARTITIONS));
        int tasks = Math.min(maxTasks, partitions);
        List<Map<String, String>> configs = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            int first = task;
            String own = IntStream.range(0, partitions)
                    .filter(partition -> partition % tasks == first)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(","));
            Map<String, String> config = new java.util.HashMap<>(settings);
            config.put(OWN_PARTITIONS, own);
            configs.add(config);
        }
        return configs;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef()
                .define(REQUESTS, Type.STRING, Importance.HIGH, "The topic of the requests.")
                .define(ROWS, Type.STRING, Importance.HIGH, "The topic of the rows.")
                .define(PARTITIONS, Type.INT, Importance.HIGH, "How many partitions each of the two has.")
                .define(BROKERS, Type.STRING, Importance.HIGH, "Where the requests are read.")
                .define(SECURITY, Type.STRING, Importance.HIGH, "PLAINTEXT or SSL.")
                .define(SESSION, Type.STRING, "", Importance.MEDIUM, "Statements that a session begins with, one a line.");
    }

    /** What is set of the driver: everything of `database.` and `driver.` but where the server is and who connects. */
    static Map<String, String> driverSettings(Map<String, String> settings) {
        return settings.entrySet().stream()
                .filter(entry -> nameInDriver(entry.getKey()) != null)
                .collect(Collectors.toMap(entry -> nameInDriver(entry.getKey()), Map.Entry::getValue));
    }

    private static String nameInDriver(String name) {
        if (name.startsWith(DRIVER)) {
            return name.substring(DRIVER.length());
        }
        if (!name.startsWith(DATABASE)) {
            return null;
        }
        String rest = name.substring(DATABASE.length());
        return List.of("hostname", "port", "dbname", "user", "password").contains(rest) ? null : rest;
    }

    /** @return the statements that a session begins with */
    static List<String> sessionStatements(Map<String, String> settings) {
        return settings.getOrDefault(SESSION, "").lines().filter(line -> !line.isBlank()).toList();
    }
}
