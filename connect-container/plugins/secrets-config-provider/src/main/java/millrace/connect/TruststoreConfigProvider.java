package millrace.connect;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.ConfigProvider;

/**
 * Resolves {@code ${truststore:BUNDLE:path}} to a file with the certificates of BUNDLE, which is PEM in URL-safe base 64. Debezium's client of
 * the binary log takes the authorities of a database as a Java key store in a file only, and a worker has no file of each
 * database's authorities. A certificate is no secret, so the password of the file is known.
 */
public final class TruststoreConfigProvider implements ConfigProvider {
    /** As core/databases/mysql/source/connector-config.ts has it. */
    static final String PASSWORD = "millrace";

    private static Path folder;

    @Override
    public void configure(Map<String, ?> settings) {
        // Nothing to set.
    }

    /** Never called by Kafka's ConfigTransformer, which always asks for named keys. */
    @Override
    public ConfigData get(String bundle) {
        return get(bundle, Set.of("path"));
    }

    @Override
    public ConfigData get(String bundle, Set<String> keys) {
        Map<String, String> values = new HashMap<>();
        for (String key : keys) {
            if (!key.equals("path")) throw new ConfigException("A trust store has a path, and no " + key);
            try {
                values.put(key, fileOf(Base64.getUrlDecoder().decode(bundle)).toString());
            } catch (IllegalArgumentException | IOException | GeneralSecurityException e) {
                throw new ConfigException("The certificates of the database can't be read: " + e.getMessage());
            }
        }
        return new ConfigData(values);
    }

    @Override
    public void close() {
        // The files stay: connectors that run open them again.
    }

    private static Path fileOf(byte[] pem) throws IOException, GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(pem);
        Path file = folder().resolve(HexFormat.of().formatHex(hash) + ".jks");
        KeyStore trusted = KeyStore.getInstance("JKS");
        trusted.load(null, null);
        int count = 0;
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            trusted.setCertificateEntry("authority-" + count, certificate);
            count++;
        }
        if (count == 0) throw new GeneralSecurityException("there is none");
        synchronized (TruststoreConfigProvider.class) {
            if (!Files.exists(file)) {
                Path unfinished = Files.createTempFile(folder(), "unfinished", ".jks");
                try (OutputStream out = Files.newOutputStream(unfinished)) {
                    trusted.store(out, PASSWORD.toCharArray());
                }
                Files.move(unfinished, file);
            }
        }
        return file;
    }

    /** Of this worker, which nobody else may enter. */
    private static synchronized Path folder() throws IOException {
        if (folder == null || !Files.isDirectory(folder)) {
            folder = Files.createTempDirectory("millrace-truststores");
        }
        return folder;
    }
}
