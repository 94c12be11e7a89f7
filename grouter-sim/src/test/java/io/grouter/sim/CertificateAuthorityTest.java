package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates for simulated sites. */
class CertificateAuthorityTest {
    @TempDir
    private Path folder;

    private static X509Certificate read(String pem) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void whatItIssuesIsACertificateOfTheSite() throws GeneralSecurityException, IOException {
        CertificateAuthority authority = new CertificateAuthority("test");
        Path file = folder.resolve("a.crt");
        authority.issue("dc1", "spiffe://grouter/site/dc1", file, folder.resolve("a.key"));
        X509Certificate ca = read(authority.certificate());
        X509Certificate made = read(Files.readString(file));
        made.verify(ca.getPublicKey());
        ca.verify(ca.getPublicKey());
        made.checkValidity();
        assertThat(ca.getBasicConstraints()).isNotNegative();
        assertThat(made.getBasicConstraints()).isNegative();
        assertThat(made.getIssuerX500Principal()).isEqualTo(ca.getSubjectX500Principal());
        assertThat(made.getSubjectAlternativeNames()).containsExactly(List.of(6, "spiffe://grouter/site/dc1"));
        assertThat(folder.resolve("a.key")).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
    }

    @Test
    void lengthsAndNumbersAreEncodedAsTheyMustBe() {
        assertThat(Der.value(0x04, new byte[200])).startsWith(0x04, 0x81, 200).hasSize(203);
        assertThat(Der.value(0x04, new byte[300])).startsWith(0x04, 0x82, 1, 44).hasSize(304);
        assertThat(Der.oid("1.2.840.10045.4.3.2"))
                .containsExactly(0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
    }
}
