package io.grouter.accesslog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The process's standard output; it is never closed. */
final class StandardOutput implements LogSink {
    // Not System.out, which keeps its errors to itself.
    private final FileChannel channel = new FileOutputStream(FileDescriptor.out).getChannel();

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        channel.write(bytes);
    }

    @Override
    public void renew(boolean always) {}

    @Override
    public void close() {}
}
