package io.grouter.sim;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A tiny HTTP client that can ask any port for any Host, which the JDK's own client will not do. */
final class HttpProbe {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int MAX_REDIRECTS = 5;

    private HttpProbe() {}

    /** An answer; the redirects that led to it counted. */
    record Answer(int status, HttpHead head, String body, int redirects) {
        String header(String name) {
            return head.get(name, "");
        }
    }

    /** Asks a port of 127.0.0.1 for a host and path. */
    static Answer get(int port, String host, String path) throws IOException {
        return get(new InetSocketAddress("127.0.0.1", port), host, path);
    }

    /** Asks an address for a host and path. */
    static Answer get(InetSocketAddress at, String host, String path) throws IOException {
        return request("GET", at, host, path, "");
    }

    /** Sends a request with a body to a port of 127.0.0.1. */
    static Answer send(String method, int port, String path, String body) throws IOException {
        return request(method, new InetSocketAddress("127.0.0.1", port), "localhost", path, body);
    }

    /** Asks, and follows redirects as a client would whose resolver knows every {@code localhost} name as loopback. */
    static Answer follow(int port, String host, String path) throws IOException {
        Answer answer = get(port, host, path);
        int redirects = 0;
        while (answer.status() == 307 && redirects < MAX_REDIRECTS) {
            URI to = URI.create(answer.header("Location"));
            int toPort = to.getPort() < 0 ? 80 : to.getPort();
            answer = get(toPort, to.getRawAuthority(), to.getRawPath());
            redirects++;
        }
        return new Answer(answer.status(), answer.head(), answer.body(), redirects);
    }

    private static Answer request(String method, InetSocketAddress at, String host, String path, String content)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(at, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            HttpHead request = new HttpHead(method + " " + path + " HTTP/1.1")
                    .set("Host", host)
                    .set("User-Agent", "grouter-sim-check")
                    .set("Connection", "close");
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > 0) {
                request.set("Content-Length", String.valueOf(bytes.length));
            }
            request.write(socket.getOutputStream());
            socket.getOutputStream().write(bytes);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            @Nullable HttpHead head = HttpHead.read(in);
            if (head == null) {
                throw new IOException("no answer from " + at);
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            head.copyBody(in, body, true);
            return new Answer(Integer.parseInt(head.word(1)), head, body.toString(StandardCharsets.UTF_8), 0);
        }
    }
}
