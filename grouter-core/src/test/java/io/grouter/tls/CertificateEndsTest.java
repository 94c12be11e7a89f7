package io.grouter.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.KeyFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateEndsTest {
    @TempDir
    private Path folder;

    private static Duration left(CertificateEnds ends, String use) {
        return Duration.ofMillis(ends.end(use).orElseThrow() - System.currentTimeMillis());
    }

    @Test
    void theFirstToEndCountsAndWhatCannotBeReadDoesNot() throws Exception {
        Path certificates = Files.createDirectory(folder.resolve("certificates"));
        KeyFiles.make(certificates, "long", "EC", 90);
        Files.copy(certificates.resolve("long.crt"), folder.resolve("one.crt"));
        Files.writeString(certificates.resolve("broken.crt"), "nothing");
        Map<String, Path> places = Map.of(
                "proxy", certificates, "relay", folder.resolve("one.crt"), "nats", folder.resolve("missing.crt"));
        try (CertificateEnds ends = new CertificateEnds(places, new PrometheusRegistry())) {
            assertThat(ends.end("proxy")).isEmpty();
            ends.look();
            assertThat(left(ends, "proxy")).isBetween(Duration.ofDays(89), Duration.ofDays(91));
            assertThat(left(ends, "relay")).isBetween(Duration.ofDays(89), Duration.ofDays(91));
            assertThat(ends.end("nats")).isEmpty();
            KeyFiles.make(certificates, "short", "EC", 2);
            Path relay = Files.copy(
                    certificates.resolve("short.crt"), folder.resolve("one.crt"), StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(relay, FileTime.fromMillis(0));
            ends.look();
            assertThat(left(ends, "proxy")).isLessThan(Duration.ofDays(3));
            assertThat(left(ends, "relay")).isLessThan(Duration.ofDays(3));
        }
    }
}
