package io.grouter.admin;

import io.grouter.fib.RouteEntry;
import io.grouter.fib.RoutePosition;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.io.SerializedString;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * All routes that match, one a line, written while the table is walked: no more of them than a block is held at a time.
 * Works in short pieces and rests at least as long as it works, so that it never takes more than half a processor from
 * those who serve requests, and never for long.
 */
final class RouteStream implements StreamedBody {
    private static final int BLOCK = 256;
    private static final int BUFFER = 64 << 10;
    /** No faster than 300,000 routes a second. */
    private static final long LEAST_NANOS = BLOCK * 1_000_000_000L / 300_000;

    private static final long LONGEST_REST_NANOS = 20_000_000;
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET, StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build()
            .writer()
            .withRootValueSeparator(new SerializedString(""));

    private final Tables tables;
    private final RouteFilter filter;
    private final boolean lines;

    /**
     * Makes the body.
     *
     * @param lines whether each line is a document of its own
     */
    RouteStream(Tables tables, RouteFilter filter, boolean lines) {
        this.tables = tables;
        this.filter = filter;
        this.lines = lines;
    }

    @Override
    public Lane lane() {
        return Lane.TABLES;
    }

    @Override
    public void write(OutputStream to) throws IOException {
        OutputStream out = new BufferedOutputStream(to, BUFFER);
        if (!lines) {
            out.write("{\"routes\":[\n".getBytes(StandardCharsets.UTF_8));
        }
        long total = routes(out);
        String end = lines ? "{\"total\":" + total + "}\n" : "],\"total\":" + total + ",\"next\":null}\n";
        out.write(end.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private long routes(OutputStream out) throws IOException {
        RouteScan scan = new RouteScan(tables, filter, RoutePosition.START);
        long total = 0;
        while (scan.position() != null) {
            long begin = System.nanoTime();
            List<RouteEntry> block = scan.next(BLOCK, BLOCK);
            RouteJson json = new RouteJson(scan.facts());
            try (JsonGenerator generator = WRITER.createGenerator(out)) {
                for (RouteEntry route : block) {
                    if (total++ > 0 && !lines) {
                        generator.writeRaw(",\n");
                    }
                    json.write(generator, route);
                    if (lines) {
                        generator.writeRaw('\n');
                    }
                }
            } catch (JacksonException e) {
                throw new IOException(e);
            }
            rest(System.nanoTime() - begin);
        }
        return total;
    }

    private static void rest(long worked) throws IOException {
        LockSupport.parkNanos(Math.min(Math.max(worked, LEAST_NANOS - worked), LONGEST_REST_NANOS));
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("cut off");
        }
    }
}
