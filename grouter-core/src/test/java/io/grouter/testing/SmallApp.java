package io.grouter.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A GoRouter that knows one host, and the app behind it: pages, echoes, cookies, CORS, WebSocket, events. It writes down
 * every request.
 *
 * <p>{@code /login} sets a cookie, paths that end with {@code events} are streams of three events, {@code Upgrade:
 * websocket} is taken everywhere and echoes, or greets and ends where the path ends with {@code greeting}. Anything
 * else that is no page is answered with its method, its target and its body.
 */
public final class SmallApp implements AutoCloseable {
    /** The cookie that {@code /login} sets. */
    public static final String SESSION = "session=of-the-app";

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3
    private static final int TEXT = 1;
    private static final int CLOSE = 8;

    private final String host;
    private final TestBackend backend;
    private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    /**
     * A request.
     *
     * @param method its method
     * @param target its target
     * @param request all of it
     */
    public record Arrived(String method, String target, WireMessage request) {
        /** Returns method and target. */
        public String line() {
            return method + " " + target;
        }
    }

    private record Page(String type, String content) {}

    /** Starts it. */
    public SmallApp(String host) throws IOException {
        this.host = host;
        this.backend = new TestBackend(this::serve);
    }

    /** Adds a page, whatever the method it is asked for with. */
    public SmallApp page(String path, String type, String content) {
        pages.put(path, new Page(type, content));
        return this;
    }

    /** Returns its port. */
    public int port() {
        return backend.port();
    }

    /** Returns all requests that came to their end so far. */
    public List<Arrived> arrived() {
        return List.copyOf(arrived);
    }

    /** Returns method and target of each request so far. */
    public List<String> lines() {
        return arrived.stream().map(Arrived::line).toList();
    }

    /** Returns the only request with this method and target. */
    public WireMessage only(String line) {
        List<Arrived> fitting =
                arrived.stream().filter(each -> each.line().equals(line)).toList();
        if (fitting.size() != 1) {
            throw new AssertionError(fitting.size() + " requests " + line + "; all: " + lines());
        }
        return fitting.get(0).request();
    }

    private void serve(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        for (WireMessage head = WireMessage.head(in); head != null; head = WireMessage.head(in)) {
            if (head.contains("expect", "100-continue")) {
                write(out, "HTTP/1.1 100 Continue\r\n\r\n");
            }
            WireMessage request = head.withBody(in, false);
            if (!request.whole()) {
                return;
            }
            String[] start = request.startLine().split(" ", 3);
            Arrived now = new Arrived(start[0], start[1], request);
            arrived.add(now);
            if (!answer(now, in, out)) {
                return;
            }
        }
    }

    /** Returns whether another request may follow. */
    private boolean answer(Arrived now, InputStream in, OutputStream out) throws IOException {
        WireMessage request = now.request();
        String path = now.target().replaceFirst("\\?.*", "");
        String asked = String.valueOf(request.value("host")).replaceFirst(":\\d+$", "");
        if (!asked.equals(host)) {
            String text = "404 Not Found: Requested route ('" + asked + "') does not exist.\n";
            write(out, "HTTP/1.1 404 Not Found\r\nX-Cf-Routererror: unknown_route\r\n", now, text);
            return true;
        }
        String more =
                "X-Vcap-Request-Id: 1\r\nCache-Control: no-store\r\n" + (path.startsWith("/own/") ? "" : cors(request));
        String ok = "HTTP/1.1 200 OK\r\n" + more;
        Page page = pages.get(path);
        if (request.contains("upgrade", "websocket")) {
            webSocket(request, path.endsWith("greeting"), in, out);
            return false;
        } else if (now.method().equals("OPTIONS")) {
            write(out, "HTTP/1.1 204 No Content\r\n" + more + preflight(request) + "\r\n");
        } else if (path.endsWith("events")) {
            write(out, ok + "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 1; i <= 3; i++) {
                String event = "id: " + i + "\ndata: event " + i + "\n\n";
                write(out, Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
            }
            in.read(); // until the client has enough
            return false;
        } else if (page != null) {
            write(out, ok + "Content-Type: " + page.type() + "\r\n", now, page.content());
        } else {
            String cookie = path.equals("/login") ? "Set-Cookie: " + SESSION + "; Path=/\r\n" : "";
            String text = now.line() + "\n" + request.body();
            write(out, ok + cookie + "Content-Type: text/plain\r\n", now, text);
        }
        return true;
    }

    private static String cors(WireMessage request) {
        String origin = request.value("origin");
        return origin == null
                ? ""
                : "Access-Control-Allow-Origin: " + origin
                        + "\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin\r\n";
    }

    private static String preflight(WireMessage request) {
        String headers = request.value("access-control-request-headers");
        return "Access-Control-Allow-Methods: GET, POST, PUT\r\nAccess-Control-Max-Age: 0\r\n"
                + (headers == null ? "" : "Access-Control-Allow-Headers: " + headers + "\r\n");
    }

    private static void write(OutputStream out, String head, Arrived to, String body) throws IOException {
        write(
                out,
                head + "Content-Length: " + body.length() + "\r\n\r\n"
                        + (to.method().equals("HEAD") ? "" : body));
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    // ---- WebSocket (RFC 6455)

    private static void webSocket(WireMessage request, boolean greeting, InputStream in, OutputStream out)
            throws IOException {
        write(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nX-Vcap-Request-Id: 1\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept(request) + "\r\n\r\n");
        if (greeting) {
            frame(out, TEXT, "hello".getBytes(StandardCharsets.UTF_8));
            frame(out, CLOSE, new byte[] {3, (byte) 0xE8});
            return;
        }
        for (int first = in.read(); first >= 0; first = in.read()) {
            byte[] content = content(in);
            int kind = first & 15;
            if (kind == TEXT || kind == CLOSE) {
                frame(out, kind, content);
            }
            if (kind == CLOSE) {
                in.read(); // the client's end
                return;
            }
        }
    }

    private static String accept(WireMessage request) {
        String key = request.value("sec-websocket-key") + MAGIC;
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(InputStream in) throws IOException {
        int length = in.read() & 127;
        if (length == 127) {
            throw new IOException("too long for a test");
        }
        if (length == 126) {
            length = in.read() << 8 | in.read();
        }
        byte[] mask = in.readNBytes(4);
        byte[] content = in.readNBytes(length);
        for (int i = 0; i < content.length; i++) {
            content[i] ^= mask[i & 3];
        }
        return content;
    }

    private static void frame(OutputStream out, int kind, byte[] content) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x80 | kind);
        if (content.length > 125) {
            frame.write(126);
            frame.write(content.length >> 8);
        }
        frame.write(content.length);
        frame.writeBytes(content);
        out.write(frame.toByteArray());
    }

    @Override
    public void close() throws IOException {
        backend.close();
    }
}
