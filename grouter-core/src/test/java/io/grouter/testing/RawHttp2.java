package io.grouter.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;

/** A client of HTTP/2 on which a test writes every frame, good or bad, and sees what comes back. Not thread-safe. */
public final class RawHttp2 implements AutoCloseable {
    /** Type of a frame. */
    public static final int DATA = 0;

    /** Type of a frame. */
    public static final int HEADERS = 1;

    /** Type of a frame. */
    public static final int RST_STREAM = 3;

    /** Type of a frame. */
    public static final int SETTINGS = 4;

    /** Type of a frame. */
    public static final int PING = 6;

    /** Type of a frame. */
    public static final int GOAWAY = 7;

    /** Type of a frame. */
    public static final int WINDOW_UPDATE = 8;

    /** Type of a frame. */
    public static final int CONTINUATION = 9;

    /** Flag of a frame; of SETTINGS and PING it says that it is an answer. */
    public static final int END_STREAM = 1;

    /** Flag of a frame. */
    public static final int END_HEADERS = 4;

    private static final int SMALLEST_MAX_FRAME = 16_384;
    private static final int FIRST_WINDOW = 65_535;

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Stream> streams = new LinkedHashMap<>();
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private final boolean opensWindows;
    private boolean ended;
    private long goAway = -1;
    private int pings;
    private long window = FIRST_WINDOW;
    private long firstStreamWindow = FIRST_WINDOW;

    /** What came on one stream. */
    public static final class Stream {
        private final List<List<String>> heads = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean ended;
        private long reset = -1;
        private long window;

        /** Returns the heads that came, trailers last, each a list of {@code name: value}. */
        public List<List<String>> heads() {
            return heads;
        }

        /** Returns the last head but trailers; of an answer with trailers that is the first. */
        public List<String> head() {
            return heads.isEmpty() ? List.of() : heads.get(0);
        }

        /** Returns the status of the first head, or -1. */
        public int status() {
            return head().stream()
                    .filter(line -> line.startsWith(":status: "))
                    .mapToInt(line -> Integer.parseInt(line.substring(9)))
                    .findFirst()
                    .orElse(-1);
        }

        /** Returns the body so far. */
        public String body() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }

        /** Returns the number of bytes of the body so far. */
        public int size() {
            return body.size();
        }

        /** Returns whether the other side has ended it properly. */
        public boolean ended() {
            return ended;
        }

        /** Returns the code with which the other side broke it off, or -1. */
        public long reset() {
            return reset;
        }
    }

    /** Begins over a connection: sends the preface and SETTINGS, and opens windows as bytes come. */
    public RawHttp2(Socket socket) throws IOException {
        this(socket, FIRST_WINDOW, true);
    }

    /**
     * Begins over a connection.
     *
     * @param firstWindow window of each stream for bytes to here
     * @param opensWindows whether windows are opened as bytes come
     */
    public RawHttp2(Socket socket, int firstWindow, boolean opensWindows) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 65_536));
        this.opensWindows = opensWindows;
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 0, 0, Unpooled.buffer().writeShort(4).writeInt(firstWindow));
    }

    /** Returns the socket itself. */
    public Socket socket() {
        return socket;
    }

    // ---- out

    /** Sends a frame. */
    public RawHttp2 send(int type, int flags, int stream, byte[] payload) throws IOException {
        socket.getOutputStream().write(frame(type, flags, stream, payload));
        return this;
    }

    private void send(int type, int flags, int stream, ByteBuf payload) throws IOException {
        send(type, flags, stream, ByteBufUtil.getBytes(payload));
    }

    /** Returns the bytes of a frame. */
    public static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuf frame = Unpooled.buffer(9 + payload.length);
        frame.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
        return frame.writeBytes(payload).array();
    }

    /** Sends HEADERS with these names and values, by turns. */
    public RawHttp2 headers(int stream, boolean last, String... fields) throws IOException {
        return send(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(fields));
    }

    /** Sends HEADERS of a request for {@code https}, with further names and values by turns. */
    public RawHttp2 request(int stream, boolean last, String method, String host, String path, String... more)
            throws IOException {
        List<String> all =
                new ArrayList<>(List.of(":method", method, ":scheme", "https", ":authority", host, ":path", path));
        all.addAll(List.of(more));
        return headers(stream, last, all.toArray(String[]::new));
    }

    /** Returns names and values as literals that are not indexed (RFC 7541 section 6.2.2). */
    public static byte[] block(String... fields) {
        ByteBuf block = Unpooled.buffer();
        for (int i = 0; i < fields.length; i += 2) {
            block.writeByte(0);
            text(block, fields[i]);
            text(block, fields[i + 1]);
        }
        return ByteBufUtil.getBytes(block);
    }

    private static void text(ByteBuf block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int prefix = 127;
        if (bytes.length < prefix) {
            block.writeByte(bytes.length);
        } else {
            block.writeByte(prefix);
            int left = bytes.length - prefix;
            for (; left >= 128; left >>>= 7) {
                block.writeByte((left & 0x7F) | 0x80);
            }
            block.writeByte(left);
        }
        block.writeBytes(bytes);
    }

    /** Sends DATA. */
    public RawHttp2 data(int stream, boolean last, String body) throws IOException {
        return send(DATA, last ? END_STREAM : 0, stream, body.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends as much of a body as the windows let pass now; returns how much. */
    public int dataWithin(int stream, int most) throws IOException {
        Stream of = of(stream);
        int size = (int) Math.min(Math.min(most, SMALLEST_MAX_FRAME), Math.min(window, of.window));
        if (size > 0) {
            window -= size;
            of.window -= size;
            send(DATA, 0, stream, new byte[size]);
        }
        return Math.max(0, size);
    }

    /** Breaks a stream off. */
    public RawHttp2 reset(int stream, int code) throws IOException {
        return send(RST_STREAM, 0, stream, new byte[] {0, 0, 0, (byte) code});
    }

    /** Opens the window of a stream, or of the connection with stream 0. */
    public void openWindow(int stream, int bytes) throws IOException {
        send(WINDOW_UPDATE, 0, stream, Unpooled.buffer().writeInt(bytes));
    }

    // ---- in

    /** Returns what came on a stream so far. */
    public Stream of(int stream) {
        return streams.computeIfAbsent(stream, key -> {
            Stream made = new Stream();
            made.window = firstStreamWindow;
            return made;
        });
    }

    /** Reads until a stream is ended, one way or the other. */
    public Stream answer(int stream) throws IOException {
        Stream of = of(stream);
        readUntil(() -> of.ended || of.reset >= 0);
        return of;
    }

    /** Reads frames until something is so; throws when the connection ends before. */
    public void readUntil(BooleanSupplier done) throws IOException {
        while (!done.getAsBoolean()) {
            if (ended) {
                throw new EOFException("the connection ended, GOAWAY " + goAway);
            }
            read();
        }
    }

    /** Reads frames to the end of the connection; returns the code of GOAWAY, or -1 when there was none. */
    public long readToTheEnd() throws IOException {
        while (!ended) {
            read();
        }
        return goAway;
    }

    /** Asks for a PING's answer, and reads until it comes: all that came before has been looked at then. */
    public void ping() throws IOException {
        int before = pings;
        send(PING, 0, 0, new byte[8]);
        readUntil(() -> pings > before);
    }

    /** Returns the code of the GOAWAY that came, or -1. */
    public long goAway() {
        return goAway;
    }

    /** Reads one frame. */
    public void read() throws IOException {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & Integer.MAX_VALUE;
            byte[] payload = new byte[length];
            in.readFully(payload);
            take(type, flags, stream, payload);
        } catch (EOFException | SocketException | SSLException e) {
            ended = true;
        }
    }

    private void take(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuf content = Unpooled.wrappedBuffer(payload);
        switch (type) {
            case DATA -> {
                Stream of = of(stream);
                of.body.write(payload);
                of.ended |= (flags & END_STREAM) != 0;
                if (opensWindows && payload.length > 0) {
                    openWindow(0, payload.length);
                    openWindow(stream, payload.length);
                }
            }
            case HEADERS, CONTINUATION -> {
                block.write(payload);
                of(stream).ended |= type == HEADERS && (flags & END_STREAM) != 0;
                if ((flags & END_HEADERS) != 0) {
                    of(stream).heads.add(decode(stream));
                }
            }
            case RST_STREAM -> of(stream).reset = content.readUnsignedInt();
            case SETTINGS -> settings(flags, content);
            case PING -> {
                pings += flags & 1;
                if ((flags & 1) == 0) {
                    send(PING, 1, 0, payload);
                }
            }
            case GOAWAY -> goAway = content.skipBytes(4).readUnsignedInt();
            case WINDOW_UPDATE -> {
                long more = content.readUnsignedInt();
                if (stream == 0) {
                    window += more;
                } else {
                    of(stream).window += more;
                }
            }
            default -> {}
        }
    }

    private void settings(int flags, ByteBuf content) throws IOException {
        while (content.isReadable(6)) {
            int key = content.readUnsignedShort();
            long value = content.readUnsignedInt();
            if (key == 4) {
                firstStreamWindow = value;
            }
        }
        if ((flags & 1) == 0) {
            send(SETTINGS, 1, 0, new byte[0]);
        }
    }

    private List<String> decode(int stream) throws IOException {
        List<String> lines = new ArrayList<>();
        try {
            Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block.toByteArray()));
            headers.forEach(each -> lines.add(each.getKey() + ": " + each.getValue()));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        block.reset();
        return lines;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
