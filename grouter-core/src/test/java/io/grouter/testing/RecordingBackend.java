package io.grouter.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server that writes down every byte it gets, takes anything for a request, and answers as a test says. */
public final class RecordingBackend implements AutoCloseable {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BlockingQueue<Arrived> whole = new LinkedBlockingQueue<>();
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final Answers answers;
    private final TestBackend backend;

    /** What to answer: one character per byte. */
    public interface Answers {
        /** Returns the answer; null ends the connection without one. */
        @Nullable
        String to(WireMessage request);

        /** Returns whether the connection ends after the answer to this request. */
        default boolean last(WireMessage request) {
            return false;
        }
    }

    /**
     * A request that came to its end.
     *
     * @param connection number of its connection, from 1
     * @param request what came
     */
    public record Arrived(int connection, WireMessage request) {}

    /** Starts it. */
    public RecordingBackend(Answers answers) throws IOException {
        this.answers = answers;
        this.backend = new TestBackend(this::serve);
    }

    private void serve(Socket socket) throws IOException {
        int number = begun.incrementAndGet();
        try {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(new Recorded(socket.getInputStream()));
            boolean going = true;
            while (going) {
                going = serveOne(number, in, socket.getOutputStream());
            }
        } finally {
            ended.incrementAndGet();
        }
    }

    private boolean serveOne(int number, InputStream in, OutputStream out) throws IOException {
        WireMessage head = WireMessage.head(in);
        if (head == null) {
            return false;
        }
        if (head.contains("expect", "100-continue")) {
            write(out, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        WireMessage request = head.withBody(in, false);
        if (!request.whole()) {
            broken.incrementAndGet();
            return false;
        }
        whole.add(new Arrived(number, request));
        String answer = answers.to(request);
        if (answer != null) {
            write(out, answer);
        }
        return answer != null && !answers.last(request);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private final class Recorded extends FilterInputStream {
        Recorded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) {
                bytes.write(b);
            }
            return b;
        }

        @Override
        public int read(byte[] into, int start, int length) throws IOException {
            int n = super.read(into, start, length);
            if (n > 0) {
                bytes.write(into, start, n);
            }
            return n;
        }
    }

    /** Returns its port. */
    public int port() {
        return backend.port();
    }

    /** Returns the next request that came to its end; waits for it. */
    public Arrived next() throws InterruptedException {
        Arrived next = whole.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing arrived; bytes so far: " + bytes());
        }
        return next;
    }

    /** Returns the number of requests that came to their end and were not asked for. */
    public int left() {
        return whole.size();
    }

    /** Returns the number of requests that broke off. */
    public int broken() {
        return broken.get();
    }

    /** Returns the number of connections so far. */
    public int connections() {
        return begun.get();
    }

    /** Returns the number of connections of which everything has been read. */
    public int ended() {
        return ended.get();
    }

    /** Returns every byte that came over any connection. */
    public String bytes() {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        backend.close();
    }
}
