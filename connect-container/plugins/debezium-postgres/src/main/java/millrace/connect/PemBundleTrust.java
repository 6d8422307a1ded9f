package millrace.connect;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.postgresql.ssl.WrappedFactory;

/**
 * Trusts the certificates of a PEM bundle, given as text ({@code sslfactoryarg}) because the worker has no file of
 * each database's authorities. pgjdbc's own factory for text, SingleCertValidatingFactory, reads only the first
 * certificate, while the bundles of cloud providers have one for each of their authorities. Whether the certificate is
 * for the host is checked by pgjdbc itself when {@code sslmode} is {@code verify-full}.
 */
public final class PemBundleTrust extends WrappedFactory {

    public PemBundleTrust(String pem) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        int count = 0;
        ByteArrayInputStream text = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
        for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(text)) {
            trusted.setCertificateEntry("authority-" + count, certificate);
            count++;
        }
        if (count == 0) {
            throw new CertificateException("The certificate bundle of the database holds no certificate.");
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        factory = context.getSocketFactory();
    }
}
