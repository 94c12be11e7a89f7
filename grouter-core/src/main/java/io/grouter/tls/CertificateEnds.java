package io.grouter.tls;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * When the certificates that a node uses end, for its metrics. Files are looked at once a minute on a thread of its own,
 * and read when they have changed, so that reading the metrics reads no file.
 */
public final class CertificateEnds implements AutoCloseable {
    private static final int MOST_FILES = 10_000;
    private static final long PERIOD_SECONDS = 60;

    private final Map<String, Path> places;
    private final Map<PemMaterial.Stamp, Long> known = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "grouter-certificate-ends");
        made.setDaemon(true);
        return made;
    });
    private volatile Map<String, Long> ends = Map.of();

    /**
     * Names the places; nothing is read yet.
     *
     * @param places what each certificate is for, with its file, or with a folder of files NAME.crt and NAME.pem
     */
    public CertificateEnds(Map<String, Path> places, PrometheusRegistry metrics) {
        this.places = new TreeMap<>(places);
        GaugeWithCallback.builder()
                .name("grouter_tls_certificate_expiry_timestamp_seconds")
                .help("When the first of this node's certificates for each use ends, or one of those up to its CA")
                .labelNames("use")
                .callback(gauge -> ends.forEach((use, millis) -> gauge.call(millis / 1e3, use)))
                .register(metrics);
    }

    /** Begins to look. */
    public void start() {
        if (!places.isEmpty()) {
            thread.scheduleWithFixedDelay(this::look, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Looks at all files. What cannot be read has no end; whoever uses it complains. */
    void look() {
        Map<String, Long> found = new TreeMap<>();
        Map<PemMaterial.Stamp, Long> seen = new HashMap<>();
        places.forEach((use, place) -> files(place).stream()
                .mapToLong(file -> end(file, seen))
                .filter(millis -> millis != 0)
                .min()
                .ifPresent(millis -> found.put(use, millis)));
        known.clear();
        known.putAll(seen);
        ends = found;
    }

    /** Returns when the first certificate for a use ends, in milliseconds since 1970, as of the last look. */
    OptionalLong end(String use) {
        Long millis = ends.get(use);
        return millis == null ? OptionalLong.empty() : OptionalLong.of(millis);
    }

    private static List<Path> files(Path place) {
        if (!Files.isDirectory(place)) {
            return List.of(place);
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(place, "[!.]*.{crt,pem}")) {
            for (Path file : all) {
                if (files.size() < MOST_FILES) {
                    files.add(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        return files;
    }

    private long end(Path file, Map<PemMaterial.Stamp, Long> seen) {
        PemMaterial.Stamp stamp = PemMaterial.Stamp.of(file);
        Long before = known.get(stamp);
        long millis = before != null ? before : read(file);
        seen.put(stamp, millis);
        return millis;
    }

    private static long read(Path file) {
        try {
            long first = Long.MAX_VALUE;
            for (X509Certificate each : Pem.certificates(file)) {
                first = Math.min(first, each.getNotAfter().toInstant().toEpochMilli());
            }
            return first;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** Ends the looking. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
