package millrace.connect;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of some partitions, one at a time, in the order in which they came.
 *
 * <p>A request has its identifier as key and a statement as value, behind one that begins its transaction and a NUL, if there is to be
 * one; values that are bound stand behind the statement ({@link BoundStatement}), and then the first NUL is always there. Without a value
 * the request says that nobody waits for the answer any more.
 * A record of the answer begins with a line of four words: the request, the attempt, what it is, and its number. `part`: bytes of the
 * rows follow. `end`: the count of rows, the count of bytes and their CRC-32 follow. `failed`: SQLSTATE, the server's number and its
 * message follow, a line each. `cancelled`: nothing. Numbers count from 0 within an attempt, so that a record which a producer has
 * written twice is told from the next one.
 *
 * <p>The stored offset stays at a request until it is answered. So after a crash it is answered again, as another attempt.
 */
public abstract class RowCopyTask extends SourceTask {

    private static final Logger LOG = LoggerFactory.getLogger(RowCopyTask.class);

    /** Below the producer's batch (worker.properties), so that one part is one batch. */
    static final int PART_BYTES = 240 * 1024;
    /** How many parts one poll hands over at most: 1 MiB. */
    private static final int PARTS_AT_ONCE = 4;
    private static final Duration IDLE_WAIT = Duration.ofMillis(200);
    private static final long PART_WAIT_MS = 200;
    /** A connection that nobody needs for so long is closed: a proxy may forget it (AWS NAT: 350 s). */
    private static final long IDLE_CONNECTION_MS = 30_000;

    private final RowRequests requests = new RowRequests();
    private Map<String, String> settings;
    private String requestsTopic;
    private String rowsTopic;
    private KafkaConsumer<String, String> consumer;
    private RowSource source;
    private long usedAtMs;

    private RowRequests.Request current;
    private RowRead read;
    private String attempt;
    private long number;

    /** Connects to nothing yet. */
    abstract RowSource createSource(Map<String, String> settings);

    @Override
    public String version() {
        return "0.1.0";
    }

    @Override
    public void start(Map<String, String> settings) {
        this.settings = settings;
        requestsTopic = settings.get(RowCopyConnector.REQUESTS);
        rowsTopic = settings.get(RowCopyConnector.ROWS);
        List<TopicPartition> partitions = Arrays.stream(settings.get(RowCopyConnector.OWN_PARTITIONS).split(","))
                .map(partition -> new TopicPartition(requestsTopic, Integer.parseInt(partition)))
                .toList();
        consumer = new KafkaConsumer<>(clientSettings(settings), new StringDeserializer(), new StringDeserializer());
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Map<String, Object> offset = context.offsetStorageReader().offset(sourcePartition(partition.partition()));
            if (offset == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, ((Number) offset.get("next")).longValue());
            }
        }
    }

    static Map<String, Object> clientSettings(Map<String, String> settings) {
        Map<String, Object> client = new HashMap<>();
        settings.forEach((name, value) -> {
            if (name.startsWith(RowCopyConnector.KAFKA)) {
                client.put(name.substring(RowCopyConnector.KAFKA.length()), value);
            }
        });
        client.put("enable.auto.commit", "false");
        client.put("auto.offset.reset", "earliest");
        return client;
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
        receive(current == null && requests.isEmpty() ? IDLE_WAIT : Duration.ZERO);
        List<SourceRecord> records = new ArrayList<>();
        if (current == null) {
            begin(records);
        }
        if (current != null) {
            advance(records);
        }
        return records.isEmpty() ? null : records;
    }

    private void receive(Duration wait) {
        try {
            for (ConsumerRecord<String, String> record : consumer.poll(wait)) {
                if (record.value() == null) {
                    requests.cancel(record.key());
                    if (current != null && current.id().equals(record.key())) {
                        dropRead();
                    }
                } else {
                    requests.add(new RowRequests.Request(record.key(), record.value(), record.partition(), record.offset() + 1));
                }
            }
        } catch (WakeupException ended) {
            // By stop().
        } catch (RetriableException error) {
            LOG.warn("Could not read requests for rows; trying again", error);
        }
    }

    private void begin(List<SourceRecord> records) {
        current = requests.next();
        if (current == null) {
            closeIdle();
            return;
        }
        attempt = UUID.randomUUID().toString();
        number = 0;
        if (requests.takeCancelled(current)) {
            finish(records, "cancelled", "");
            return;
        }
        if (source == null) {
            source = createSource(settings);
        }
        read = new RowRead(source, current.statement(), PART_BYTES);
    }

    private void advance(List<SourceRecord> records) throws InterruptedException {
        if (read == null) {
            finish(records, "cancelled", "");
            return;
        }
        for (int parts = 0; parts < PARTS_AT_ONCE; parts++) {
            RowRead.Step step = read.poll(parts == 0 ? PART_WAIT_MS : 0);
            if (step == null) {
                return;
            }
            if (step instanceof RowRead.Part part) {
                records.add(record("part", part.bytes(), current.next() - 1));
            } else if (step instanceof RowRead.End end) {
                finish(records, "end", end.rows() + " " + end.bytes() + " " + end.crc());
                return;
            } else if (step instanceof RowRead.Failure failure) {
                LOG.warn("Could not read rows for request {}: {}", current.id(), failure.message());
                // Whatever is left of its connection, the next request gets another one.
                dropRead();
                finish(records, "failed", failure.state() + "\n" + failure.number() + "\n" + failure.message());
                return;
            }
        }
    }

    private void finish(List<SourceRecord> records, String kind, String text) {
        records.add(record(kind, text.getBytes(StandardCharsets.UTF_8), current.next()));
        current = null;
        read = null;
        usedAtMs = System.currentTimeMillis();
    }

    private SourceRecord record(String kind, byte[] content, long next) {
        byte[] head = (current.id() + " " + attempt + " " + kind + " " + number + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] value = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, value, head.length, content.length);
        number++;
        return new SourceRecord(
                sourcePartition(current.partition()),
                Map.of("next", next),
                rowsTopic,
                current.partition(),
                null,
                null,
                Schema.BYTES_SCHEMA,
                value);
    }

    /** One entry only: Connect compares the JSON of it, and a map of several has no order. */
    private Map<String, String> sourcePartition(int partition) {
        Map<String, String> key = new HashMap<>();
        key.put("requests", requestsTopic + "/" + partition);
        return key;
    }

    private void dropRead() {
        if (read != null) {
            read.abort();
        }
        read = null;
        source = null;
    }

    private void closeIdle() {
        if (source != null && System.currentTimeMillis() - usedAtMs > IDLE_CONNECTION_MS) {
            source.close();
            source = null;
        }
    }

    /** Comes after the last poll, in the same thread; or from another one, while a poll is stuck. */
    @Override
    public void stop() {
        RowRead stopped = read;
        if (stopped != null) {
            stopped.abort();
        }
        RowSource opened = source;
        if (opened != null) {
            opened.abort();
        }
        if (consumer != null) {
            try {
                consumer.close();
            } catch (java.util.ConcurrentModificationException polling) {
                consumer.wakeup();
            }
        }
    }
}
