package io.grouter.accesslog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A sink in memory that can be full, stuck or impossible to open; set up while no thread writes. */
final class MemorySink implements LogSink {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    /** How many more bytes there is room for. */
    int room = Integer.MAX_VALUE;

    boolean openable = true;
    /** Takes nothing, without an error. */
    boolean unwilling;
    /** Writes wait for this. */
    @Nullable
    CountDownLatch gate;

    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch closed = new CountDownLatch(1);
    int writes;
    int looks;
    int renewals;

    @Override
    public void write(ByteBuffer from) throws IOException {
        reached.countDown();
        await(gate);
        writes++;
        if (room == 0) {
            throw new IOException("no space left");
        }
        int count = unwilling ? 0 : Math.min(room, from.remaining());
        byte[] taken = new byte[count];
        from.get(taken);
        bytes.writeBytes(taken);
        room -= count;
    }

    private static void await(@Nullable CountDownLatch gate) throws IOException {
        try {
            if (gate != null) {
                gate.await();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void renew(boolean always) throws IOException {
        looks++;
        if (!openable) {
            throw new IOException("cannot open");
        }
        renewals += always ? 1 : 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    List<String> lines() {
        return bytes.toString(StandardCharsets.US_ASCII).lines().toList();
    }
}
