package io.grouter.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A file that is appended to, and that others may rename or remove meanwhile. */
public final class FileSink implements LogSink {
    private final Path file;
    private FileChannel channel;
    /** Which file is open; null = not known, so that the next look opens it once more. */
    private @Nullable Object key;

    /** Opens a file, or makes it; throws {@link IOException} when neither can be done. */
    public FileSink(Path file) throws IOException {
        this.file = file;
        this.channel = open(file);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        channel.write(bytes);
    }

    @Override
    public void renew(boolean always) throws IOException {
        Object named = named();
        if (!always && named != null && named.equals(key)) {
            return;
        }
        FileChannel old = channel;
        channel = open(file);
        // Which file is open cannot be asked; it is the named one if that was the same before and after.
        key = named != null && named.equals(named()) ? named : null;
        old.close();
    }

    /** Returns what tells the file of this name from others, null when there is none. */
    private @Nullable Object named() {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
