package millrace.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.ConfigProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Resolves {@code ${secretsmanager:SECRET:field}} in connector configurations, so that Kafka's configuration topic
 * holds a reference and never a password. SECRET is a secret's name or ARN, its value a JSON object.
 *
 * <p>Each start of a connector or task resolves again, so a restart picks up a rotated secret. Region, credentials and
 * endpoint are the AWS SDK's defaults ({@code AWS_REGION}, {@code AWS_ENDPOINT_URL_SECRETS_MANAGER}, the task role).
 */
public final class SecretsManagerConfigProvider implements ConfigProvider {
    /** Connect answers its REST API within 90 s; three tries of the SDK fit in a ninth of that. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern ARN = Pattern.compile("(arn:[a-z-]+:secretsmanager:)[a-z0-9-]+(:.*)");

    private final UnaryOperator<String> readSecret;
    private SecretsManagerClient client;

    /** Called by the worker. */
    public SecretsManagerConfigProvider() {
        this.readSecret = this::readFromAws;
    }

    /** For tests: {@code readSecret} maps a secret's name or ARN to its value. */
    SecretsManagerConfigProvider(UnaryOperator<String> readSecret) {
        this.readSecret = readSecret;
    }

    @Override
    public void configure(Map<String, ?> settings) {
        // Nothing to set: the AWS SDK reads its environment.
    }

    /** Never called by Kafka's ConfigTransformer, which always asks for named keys. */
    @Override
    public ConfigData get(String path) {
        Map<String, String> values = new HashMap<>();
        fieldsOf(path).properties().forEach(field -> values.put(field.getKey(), field.getValue().asText()));
        return new ConfigData(values);
    }

    @Override
    public ConfigData get(String path, Set<String> keys) {
        Map<String, String> values = new HashMap<>();
        for (String key : keys) {
            Reference reference = Reference.of(path, key);
            JsonNode value = fieldsOf(reference.secret()).get(reference.field());
            if (value == null || value.isNull()) {
                throw new ConfigException("The secret " + reference.secret() + " has no field " + reference.field());
            }
            values.put(key, value.asText());
        }
        return new ConfigData(values);
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
    }

    /**
     * Kafka splits a variable at its first two colons, so the ARN of {@code ${secretsmanager:arn:aws:...:name:field}}
     * arrives as the path {@code arn} and a key that holds the rest.
     */
    private record Reference(String secret, String field) {
        static Reference of(String path, String key) {
            int end = key.lastIndexOf(':');
            return end < 0
                    ? new Reference(path, key)
                    : new Reference(path + ":" + key.substring(0, end), key.substring(end + 1));
        }
    }

    private JsonNode fieldsOf(String secret) {
        JsonNode fields;
        try {
            fields = JSON.readTree(readSecret.apply(secret));
        } catch (JsonProcessingException e) {
            // Without its cause, whose message quotes the secret.
            throw new ConfigException("The secret " + secret + " is not JSON");
        }
        if (fields == null || !fields.isObject()) {
            throw new ConfigException("The secret " + secret + " is not a JSON object");
        }
        return fields;
    }

    /**
     * The ARN of the same secret in the worker's region, where it is a copy that Secrets Manager keeps. Connectors name the
     * secret of the region that has made it.
     */
    static String inRegion(String secret, String region) {
        Matcher arn = ARN.matcher(secret);
        return region == null || region.isEmpty() || !arn.matches() ? secret : arn.group(1) + region + arn.group(2);
    }

    private String readFromAws(String secret) {
        String value;
        try {
            String here = inRegion(secret, System.getenv("AWS_REGION"));
            value = client().getSecretValue(request -> request.secretId(here)).secretString();
        } catch (SdkException e) {
            throw new ConfigException("The secret " + secret + " can't be read: " + e.getMessage());
        }
        if (value == null) {
            throw new ConfigException("The secret " + secret + " is binary, not JSON");
        }
        return value;
    }

    /** Made on first use: a worker without secrets needs no region. */
    private synchronized SecretsManagerClient client() {
        if (client == null) {
            client = SecretsManagerClient.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .overrideConfiguration(o -> o.apiCallTimeout(CALL_TIMEOUT))
                    .build();
        }
        return client;
    }
}
