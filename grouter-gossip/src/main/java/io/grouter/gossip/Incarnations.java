package io.grouter.gossip;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last incarnation this node used, kept in a small file so that it never goes back. A missing, unreadable or
 * unwritable file is one warning: the other sites then say what they last saw.
 */
final class Incarnations {
    private static final Logger log = LoggerFactory.getLogger(Incarnations.class);

    private final String file;
    private long last;
    private boolean warned;

    /**
     * Reads the file.
     *
     * @param file where it is, or {@code ""} to keep the number in memory only
     */
    Incarnations(String file) {
        this.file = file;
        if (!file.isEmpty() && Files.exists(Path.of(file))) {
            try {
                long kept = Long.parseLong(
                        Files.readString(Path.of(file), StandardCharsets.UTF_8).trim());
                last = Math.max(0, kept);
            } catch (IOException | NumberFormatException e) {
                warn(e);
            }
        }
    }

    /** Returns the last incarnation used; 0 when none is known. */
    synchronized long last() {
        return last;
    }

    /** Returns a number higher than both the last one and the one given, after writing it down. Blocks on the disk. */
    synchronized long next(long above) {
        last = Math.max(last, above) + 1;
        if (!file.isEmpty()) {
            try {
                write(Path.of(file), last);
            } catch (IOException e) {
                warn(e);
            }
        }
        return last;
    }

    private static void write(Path target, long value) throws IOException {
        Path temporary = target.resolveSibling(target.getFileName() + ".new");
        Files.writeString(
                temporary,
                value + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void warn(Exception e) {
        if (!warned) {
            warned = true;
            log.warn(
                    "gossip.incarnationFile: {} cannot be used: {}; other sites will be asked instead",
                    file,
                    e.toString());
        }
    }
}
