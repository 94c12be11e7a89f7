package io.grouter.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.KeyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateNamesTest {
    @TempDir
    Path folder;

    private static List<String> names(KeyFiles files) throws IOException {
        return CertificateNames.of(
                Pem.certificates(Path.of(files.certificate())).get(0));
    }

    @Test
    void alternativeNamesComeAsTheyStandAndTheCommonNameLast() throws IOException {
        KeyFiles many = KeyFiles.make(
                folder, "ann", "EC", "email:Ann@example.com,dns:ops.example.com,uri:spiffe://example/ann,ip:192.0.2.1");
        assertThat(names(many))
                .containsExactlyInAnyOrder(
                        "Ann@example.com", "ops.example.com", "spiffe://example/ann", "192.0.2.1", "ann")
                .endsWith("ann");
        assertThat(names(KeyFiles.make(folder, "bob", "EC", 2))).containsExactly("bob");
    }

    @Test
    void aNameThatLooksLikeAnotherPartIsNone() throws IOException {
        KeyFiles odd = KeyFiles.make(folder, "mallory", "EC", 2, "-dname", "O=CN\\=ann, OU=\"x,CN=ann\", CN=mallory");
        assertThat(names(odd)).containsExactly("mallory");
    }
}
