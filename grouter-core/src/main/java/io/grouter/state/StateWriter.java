package io.grouter.state;

import io.grouter.rib.AdjRibIn;
import io.grouter.rib.OfferTable;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.Bytes;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes one state file: asks the rib thread for the tables part by part, so that it is never kept from its work for
 * longer than one part takes, and renames the file into place when all of it is on the disk. Used once, by one thread.
 */
final class StateWriter {
    /** Longest wait for one part. */
    private static final long ANSWER_SECONDS = 10;
    /** How many of another site's buckets make a part. */
    private static final int BUCKETS_AT_A_TIME = 32;

    private final Path file;
    private final RibThread rib;
    private final LongSupplier clock;
    private final BitSet shapesWritten = new BitSet();
    private final Bytes content = new Bytes(1 << 16);
    private int blocks;
    private int endpoints;
    private int offers;

    StateWriter(Path file, RibThread rib, LongSupplier clock) {
        this.file = file;
        this.rib = rib;
        this.clock = clock;
    }

    /** What one part of the tables came to. */
    private record Part(List<Block> blocks, int entries) {}

    private record Block(int type, Bytes content) {}

    /**
     * Writes the file; what stood there before stays until the new one is complete.
     *
     * @return its length in bytes
     */
    long write(SiteId site, long wallMillis) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        long length;
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(out, ByteBuffer.wrap(StateFormat.MAGIC));
            content.clear().addText(site.name());
            content.addLong(wallMillis);
            write(out, StateFormat.HEADER, content);
            for (int part = 0; part < Rib.LOCAL_PARTS; part++) {
                int index = part;
                endpoints += write(out, ask(tables -> local(tables, index)));
            }
            for (SiteId other :
                    ask(tables -> tables.learned().stream().map(AdjRibIn::site).toList())) {
                for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket += BUCKETS_AT_A_TIME) {
                    int from = bucket;
                    offers += write(out, ask(tables -> learned(tables, other, from)));
                }
            }
            content.clear().addNumber(endpoints);
            content.addNumber(offers);
            write(out, StateFormat.END, content);
            out.force(true);
            length = out.size();
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return length;
    }

    private <T> T ask(Function<Rib, T> question) throws IOException {
        try {
            return rib.ask(question).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the tables did not answer: " + e, e);
        }
    }

    // ---- on the rib thread

    private Part local(Rib tables, int part) {
        List<Block> found = new java.util.ArrayList<>();
        Bytes rows = new Bytes(1 << 14);
        int[] count = new int[1];
        tables.forEachLocal(part, clock.getAsLong(), (uri, row, ageMillis) -> {
            int shape = PackedEndpoint.shape(row);
            if (shape != 0 && !shapesWritten.get(shape)) {
                shapesWritten.set(shape);
                Bytes bytes = new Bytes(512);
                byte[] tags = tables.shapes().shape(shape);
                bytes.addNumber(shape);
                bytes.add(tags, 0, tags.length);
                found.add(new Block(StateFormat.SHAPE, bytes));
            }
            rows.addText(uri.host() + uri.path());
            rows.addText(row, 0, row.length);
            rows.addNumber(ageMillis);
            count[0]++;
        });
        if (count[0] > 0) {
            found.add(new Block(StateFormat.LOCAL, rows));
        }
        return new Part(found, count[0]);
    }

    private Part learned(Rib tables, SiteId site, int from) {
        AdjRibIn table = tables.learned(site);
        Bytes rows = new Bytes(1 << 14);
        rows.addText(site.name());
        rows.addLong(table.incarnation());
        rows.addLong(Math.max(0, clock.getAsLong() - table.heardNanos()) / 1_000_000);
        int[] count = new int[1];
        for (int bucket = from; bucket < from + BUCKETS_AT_A_TIME; bucket++) {
            table.table().forEach(bucket, (uri, offer) -> {
                rows.addText(uri.host() + uri.path());
                rows.addNumber(offer.instances());
                rows.addText(offer.appId());
                byte[] extension = offer.extension();
                rows.addText(extension, 0, extension.length);
                count[0]++;
            });
        }
        return new Part(count[0] == 0 ? List.of() : List.of(new Block(StateFormat.LEARNED, rows)), count[0]);
    }

    // ---- on the writer's own thread

    private int write(FileChannel out, @Nullable Part part) throws IOException {
        for (Block block : part == null ? List.<Block>of() : part.blocks()) {
            write(out, block.type(), block.content());
        }
        return part == null ? 0 : part.entries();
    }

    private void write(FileChannel out, int type, Bytes bytes) throws IOException {
        writeFully(out, StateFormat.block(blocks++, type, bytes));
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
