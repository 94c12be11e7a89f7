package io.grouter.overrides;

import io.grouter.route.Bytes;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The overrides as they stand in a file: a magic word with the version, the length of the content (4 bytes), the content
 * and its CRC-32C (4 bytes). The content: site, highest version, number of entries, entries.
 */
final class OverrideFile {
    private static final byte[] MAGIC = "GROUTER-OVERRIDES/1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_BYTES = 16 << 20;

    private final Path file;
    private final SiteId site;

    /**
     * What stood in a file.
     *
     * @param highest highest version ever seen
     * @param entries the entries, newest first
     */
    record Content(long highest, List<OverrideEntry> entries) {
        static final Content NONE = new Content(0, List.of());
    }

    /** Why a file cannot be used. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String why) {
            super(why);
        }
    }

    OverrideFile(Path file, SiteId site) {
        this.file = file;
        this.site = site;
    }

    /** Returns what stands in the file; nothing when there is none. */
    Content read() throws Unusable {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] all = in.readNBytes(MOST_BYTES + 1);
            int head = MAGIC.length + Integer.BYTES;
            if (all.length < head + Integer.BYTES || !Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
                throw new Unusable("it does not begin as one of this version does");
            }
            ByteBuffer numbers = ByteBuffer.wrap(all);
            int length = all.length - head - Integer.BYTES;
            if (all.length > MOST_BYTES
                    || numbers.getInt(MAGIC.length) != length
                    || numbers.getInt(head + length) != crc(all, head, length)) {
                throw new Unusable("it is damaged or cut short");
            }
            return decode(new Bytes.Reader(all, head, head + length));
        } catch (NoSuchFileException e) {
            return Content.NONE;
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new Unusable("its content makes no sense: " + e.getMessage());
        } catch (IOException e) {
            throw new Unusable("it cannot be read: " + e.getMessage());
        }
    }

    private Content decode(Bytes.Reader in) throws Unusable {
        String of = in.readText();
        if (!of.equals(site.name())) {
            throw new Unusable("it is of site " + of);
        }
        long highest = in.readLong();
        int count = in.readNumber();
        List<OverrideEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(readEntry(in));
        }
        return new Content(highest, List.copyOf(entries));
    }

    private static OverrideEntry readEntry(Bytes.Reader in) {
        long version = in.readLong();
        long node = in.readLong();
        boolean removed = in.read() != 0;
        String by = in.readText();
        OperatorOverride.Kind kind = kind(in.read());
        String route = in.readText();
        String to = in.readText();
        OperatorOverride order = new OperatorOverride(
                kind,
                kind == OperatorOverride.Kind.DRAIN_SITE ? null : RouteUri.ofKey(route),
                to.isEmpty() ? null : new SiteId(to),
                in.readText(),
                in.readText(),
                in.readLong(),
                in.readLong());
        return new OverrideEntry(version, node, order, removed, by);
    }

    private static OperatorOverride.Kind kind(int number) {
        return switch (number) {
            case 1 -> OperatorOverride.Kind.DRAIN_SITE;
            case 2 -> OperatorOverride.Kind.DRAIN_ROUTE;
            case 3 -> OperatorOverride.Kind.FORCE_ROUTE;
            default -> throw new IllegalArgumentException("kind " + number);
        };
    }

    private static int number(OperatorOverride.Kind kind) {
        return switch (kind) {
            case DRAIN_SITE -> 1;
            case DRAIN_ROUTE -> 2;
            case FORCE_ROUTE -> 3;
        };
    }

    /** Writes the file; what stood there before stays until all of the new one is on the disk. */
    void write(Content content) throws IOException {
        Bytes bytes = new Bytes(1 << 12);
        bytes.addText(site.name());
        bytes.addLong(content.highest());
        bytes.addNumber(content.entries().size());
        content.entries().forEach(entry -> add(bytes, entry));
        ByteBuffer all = ByteBuffer.allocate(MAGIC.length + 2 * Integer.BYTES + bytes.length());
        all.put(MAGIC).putInt(bytes.length()).put(bytes.array(), 0, bytes.length());
        all.putInt(crc(bytes.array(), 0, bytes.length())).flip();
        Path temporary = temporary();
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (all.hasRemaining()) {
                out.write(all);
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    Path temporary() {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    private static void add(Bytes bytes, OverrideEntry entry) {
        OperatorOverride order = entry.order();
        bytes.addLong(entry.version());
        bytes.addLong(entry.node());
        bytes.add(entry.removed() ? 1 : 0);
        bytes.addText(entry.by());
        bytes.add(number(order.kind()));
        bytes.addText(text(order.route()));
        bytes.addText(text(order.to()));
        bytes.addText(order.who());
        bytes.addText(order.why());
        bytes.addLong(order.sinceMillis());
        bytes.addLong(order.untilMillis());
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static int crc(byte[] array, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(array, from, length);
        return (int) crc.getValue();
    }
}
