package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class TruststoreConfigProviderTest {
    /** Signed by itself, of an authority that is nobody's. */
    private static final String PEM = String.join(
            "\n",
            "-----BEGIN CERTIFICATE-----",
            "MIIBeTCCAR+gAwIBAgIUBE3V9ut8ma08ZeexDuhk3MZwgucwCgYIKoZIzj0EAwIw",
            "ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEzMDA1MTAwMVoYDzIxMjYxMTA2MDUx",
            "MDAxWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC",
            "AARQF7rJcfreAEYbNYfERsAAl4qmtBLHyxHYnYqLbEtwt1JeXQyteMri8995EzJg",
            "ydD1BRiILZSaQ9F4vXCz5C04o1MwUTAdBgNVHQ4EFgQUsCzgzElfdCkB3VcxCuEr",
            "D9JjgMUwHwYDVR0jBBgwFoAUsCzgzElfdCkB3VcxCuErD9JjgMUwDwYDVR0TAQH/",
            "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBnM6wx5MxV4SoTtT5k/Kr6mmKCLYdM",
            "Q9mTv/hT7uWpOAIhAKHSutLvhzUOTW7y2yZCKYLNZXMacHk3raEkBVSbherq",
            "-----END CERTIFICATE-----",
            "");

    private final TruststoreConfigProvider provider = new TruststoreConfigProvider();

    private String pathOf(String text) {
        String bundle = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return provider.get(bundle, Set.of("path")).data().get("path");
    }

    @Test
    void aBundleBecomesAKeyStore() throws Exception {
        Path file = Path.of(pathOf(PEM + PEM));
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(Files.newInputStream(file), TruststoreConfigProvider.PASSWORD.toCharArray());
        assertEquals(2, store.size());
    }

    @Test
    void theSameBundleIsTheSameFileAlsoAfterItWasRemoved() throws Exception {
        String path = pathOf(PEM);
        assertEquals(path, pathOf(PEM));
        Files.delete(Path.of(path));
        assertEquals(path, pathOf(PEM));
    }

    @Test
    void whatIsNoCertificateIsRefused() {
        assertThrows(ConfigException.class, () -> pathOf("no certificate"));
        assertThrows(ConfigException.class, () -> provider.get("*", Set.of("path")));
        assertThrows(ConfigException.class, () -> provider.get("bm8", Set.of("password")));
    }
}
