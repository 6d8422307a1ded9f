package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.junit.jupiter.api.Test;

class SecretsManagerConfigProviderTest {
    private static final String ARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:millrace/dev/db-1-AbCdEf";
    private static final Map<String, String> SECRETS = Map.of(
            "millrace/dev/db-1", "{\"username\":\"u\",\"password\":\"p:}1\",\"port\":5432}",
            ARN, "{\"password\":\"by-arn\"}",
            "broken", "{\"password\": hush",
            "text", "\"hush\"");

    private final ConfigTransformer transformer =
            new ConfigTransformer(Map.of("secretsmanager", new SecretsManagerConfigProvider(SECRETS::get)));

    private String resolve(String value) {
        return transformer.transform(Map.of("database.password", value)).data().get("database.password");
    }

    @Test
    void resolvesAFieldOfASecretByName() {
        assertEquals("p:}1", resolve("${secretsmanager:millrace/dev/db-1:password}"));
        assertEquals("u at 5432",
                resolve("${secretsmanager:millrace/dev/db-1:username} at ${secretsmanager:millrace/dev/db-1:port}"));
    }

    @Test
    void resolvesAFieldOfASecretByArn() {
        assertEquals("by-arn", resolve("${secretsmanager:" + ARN + ":password}"));
    }

    @Test
    void readsTheCopyInItsOwnRegion() {
        assertEquals(ARN.replace("eu-west-1", "us-east-1"), SecretsManagerConfigProvider.inRegion(ARN, "us-east-1"));
        assertEquals(ARN, SecretsManagerConfigProvider.inRegion(ARN, "eu-west-1"));
        assertEquals(ARN, SecretsManagerConfigProvider.inRegion(ARN, null));
        assertEquals("millrace/dev/db-1", SecretsManagerConfigProvider.inRegion("millrace/dev/db-1", "us-east-1"));
    }

    @Test
    void namesTheSecretAndTheMissingField() {
        ConfigException error =
                assertThrows(ConfigException.class, () -> resolve("${secretsmanager:millrace/dev/db-1:token}"));
        assertTrue(error.getMessage().contains("millrace/dev/db-1 has no field token"), error.getMessage());
    }

    @Test
    void neverQuotesASecretThatIsNotAJsonObject() {
        for (String name : new String[] {"broken", "text"}) {
            ConfigException error =
                    assertThrows(ConfigException.class, () -> resolve("${secretsmanager:" + name + ":password}"));
            assertFalse(error.getMessage().contains("hush"), error.getMessage());
        }
    }
}
