package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.RawHttp;
import io.grouter.testing.RecordingBackend;
import io.grouter.testing.WireMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that could be read in two ways are refused, and nothing that hides behind one reaches a GoRouter. */
@Timeout(60)
class SmugglingIT extends ProxyWorld {
    private static final String HIDDEN = "GET /smuggled HTTP/1.1\r\nHost: here.apps.test\r\n\r\n";
    private static final String FINE = "GET /fine HTTP/1.1\r\nHost: here.apps.test\r\n\r\n";
    private static final String GET = "GET / HTTP/1.1\r\nHost: here.apps.test\r\n";
    private static final String POST = "POST /first HTTP/1.1\r\nHost: here.apps.test\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    /** A request and the status that answers it. */
    private record Bad(int status, String text) {}

    private static List<Bad> all(int status, String before, List<String> parts, String after) {
        return parts.stream()
                .map(part -> new Bad(status, before + part + after))
                .toList();
    }

    /** Refused by their head: a GoRouter hears nothing at all of them. */
    private static List<Bad> badHeads() {
        List<Bad> bad = new ArrayList<>();
        String none = "\r\n";
        String body = "\r\n0\r\n\r\n";
        // A length and a coding, in either order.
        bad.addAll(all(
                400,
                POST,
                List.of(
                        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                        "Content-Length: 0\r\nX: 1\r\nTransfer-Encoding: chunked\r\n",
                        "transfer-encoding:CHUNKED\r\ncontent-length:4\r\n",
                        "Content-Length: 5\r\nConnection: Content-Length\r\nTransfer-Encoding: chunked\r\n"),
                body));
        // Codings that are not exactly one chunked.
        bad.addAll(all(
                501,
                POST + "Transfer-Encoding:",
                List.of(
                        "",
                        " ",
                        " identity",
                        " gzip",
                        " x",
                        " xchunked",
                        " chunkedx",
                        " chunke",
                        " chunked, identity",
                        " identity, chunked",
                        " gzip, chunked",
                        " chunked, chunked",
                        " chunked,",
                        " ,chunked",
                        " chunked;q=1",
                        " chunked ;x",
                        " \"chunked\"",
                        " 'chunked'",
                        " cow",
                        " chunked chunked",
                        " ch unked",
                        " chunk\u00e9d",
                        " chunked\u00a0",
                        " \u00a0chunked",
                        " chunked\u0085",
                        " [chunked]"),
                "\r\n" + body));
        bad.addAll(all(
                501,
                POST,
                List.of(
                        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
                        "Transfer-Encoding: chunked\r\ntransfer-encoding: cow\r\n",
                        "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n",
                        "Transfer-Encoding:\r\n chunked\r\n",
                        "Content-Length: 5\r\nTransfer-Encoding: identity\r\n",
                        "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"),
                body));
        bad.add(new Bad(501, "POST / HTTP/1.0\r\nHost: here.apps.test\r\nTransfer-Encoding: chunked\r\n" + body));
        bad.add(new Bad(
                501,
                "POST / HTTP/1.0\r\nHost: here.apps.test\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n"
                        + body));
        // Names that only look like one.
        for (String name : List.of("Transfer-Encoding", "Content-Length", "Host", "X")) {
            bad.addAll(all(
                    400,
                    POST,
                    List.of(
                            name + " : chunked\r\n",
                            name + "\t: 5\r\n",
                            name + "\u000b: chunked\r\n",
                            name + "\u0000: 5\r\n",
                            name + "\r: 5\r\n",
                            name + "\u00a0: 5\r\n",
                            "\u0000" + name + ": 5\r\n",
                            "\u000b" + name + ": 5\r\n",
                            " " + name + ": 5\r\n",
                            "\t" + name + ": 5\r\n",
                            name + "\r\n",
                            name + "\r\n: 5\r\n",
                            "\"" + name + "\": 5\r\n",
                            name + "(: 5\r\n",
                            "X: y\n" + name + ": 5\r\n",
                            "X: y\r" + name + ": 5\r\n",
                            "X: y\r\n " + name + ": 5\r\n",
                            "X: y\r\n\t" + name + ": 5\r\n"),
                    body));
        }
        bad.addAll(all(400, POST, List.of(": 5\r\n", ":\r\n", "\u00ff: 1\r\n", "(): 1\r\n", "x{y}: 1\r\n"), none));
        // Values with what no value has.
        for (String c : List.of("\u0000", "\r", "\n", "\u000b", "\u000c", "\u0001", "\u001b", "\u007f", "\u0008")) {
            bad.addAll(all(
                    400,
                    POST,
                    List.of("X: " + c + "\r\n", "X: a" + c + "b\r\n", "X:" + c + "b\r\n", "X: b" + c + "\r\n"),
                    none));
            bad.add(new Bad(400, POST + "Transfer-Encoding: " + c + "chunked\r\n" + body));
            bad.add(new Bad(400, POST + "Transfer-Encoding: chunked" + c + "\r\n" + body));
            bad.add(new Bad(400, POST + "Content-Length: 5" + c + "\r\n" + none));
        }
        // Lengths that are no number, or more than one.
        bad.addAll(all(
                400,
                POST + "Content-Length:",
                List.of(
                        "",
                        " ",
                        " +5",
                        " -5",
                        " -0",
                        " +0",
                        " 0x5",
                        " 0X5",
                        " 5x",
                        " x5",
                        " 5 5",
                        " 5,5",
                        " 5, 5",
                        " 5,",
                        " ,5",
                        " 5, 6",
                        " 5.0",
                        " 5e0",
                        " 1_0",
                        " \"5\"",
                        " five",
                        " 5;",
                        " \u00b2",
                        " 5\u00a0",
                        " \u00a05",
                        " 9223372036854775808",
                        " 18446744073709551616",
                        " 18446744073709551621",
                        " 4294967296000000000000000",
                        " " + "9".repeat(100),
                        " 0000000000000000005"),
                "\r\n" + none + "hello"));
        bad.addAll(all(
                400,
                POST,
                List.of(
                        "Content-Length: 5\r\nContent-Length: 5\r\n",
                        "Content-Length: 5\r\nContent-Length: 0\r\n",
                        "Content-Length: 0\r\ncontent-length: 5\r\n",
                        "Content-Length: 5\r\nX: 1\r\nCONTENT-LENGTH: 6\r\n",
                        "Content-Length:\r\n 5\r\n"),
                none + "hello"));
        // First lines that are none, and versions.
        bad.addAll(all(
                400,
                "",
                List.of(
                        " GET / HTTP/1.1",
                        "\tGET / HTTP/1.1",
                        "GET  / HTTP/1.1",
                        "GET /  HTTP/1.1",
                        "GET\t/ HTTP/1.1",
                        "GET /\tHTTP/1.1",
                        "GET / HTTP/1.1 ",
                        "GET / HTTP/1.1\t",
                        "GET / HTTP/1.1 x",
                        "GET /a b HTTP/1.1",
                        "GET /\u0000 HTTP/1.1",
                        "GET /\r HTTP/1.1",
                        "GET /\u000b HTTP/1.1",
                        "GET /\u007f HTTP/1.1",
                        "GET / HTTP/1.1\r",
                        "\rGET / HTTP/1.1",
                        "\u0000GET / HTTP/1.1",
                        "G\u00c9T / HTTP/1.1",
                        "G(T / HTTP/1.1",
                        "GET:/ HTTP/1.1",
                        "GET /",
                        "GET",
                        "GET / ",
                        "GET / http/1.1",
                        "GET / HTTP/1",
                        "GET / HTTP/1.",
                        "GET / HTTP/.1",
                        "GET / HTTP/1.1.1",
                        "GET / HTTP/01.1",
                        "GET / HTTP/1.10",
                        "GET / HTTP/+1.1",
                        "GET / HTTP/1,1",
                        "GET / HTTP 1.1",
                        "GET / ICAP/1.0",
                        "GET / HTTPS/1.1",
                        "GET / HTTP/1.1\u0000",
                        "\u0016\u0003\u0001\u0002",
                        "HTTP/1.1 200 OK",
                        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2",
                        "\r\n\r\nGET / HTTP/1.1"),
                "\r\nHost: here.apps.test\r\n\r\n"));
        bad.addAll(all(
                505,
                "GET / HTTP/",
                List.of("0.9", "1.2", "1.9", "2.0", "3.0", "0.0", "9.1"),
                "\r\nHost: here.apps.test\r\n\r\n"));
        bad.add(new Bad(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        // Line ends.
        bad.addAll(all(
                400,
                "",
                List.of(
                        "GET / HTTP/1.1\nHost: here.apps.test\n\n",
                        "GET / HTTP/1.1\nHost: here.apps.test\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: here.apps.test\n\r\n",
                        "GET / HTTP/1.1\r\nHost: here.apps.test\r\n\n",
                        "GET / HTTP/1.1\r\nHost: here.apps.test\n\n",
                        "GET / HTTP/1.1\r\nHost: here.apps.test\r\nX: 1\n\r\n",
                        "GET / HTTP/1.1\r\nHost: here.apps.test\r\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: here.apps.test\r\n\r\r\n",
                        "\nGET / HTTP/1.1\r\nHost: here.apps.test\r\n\r\n",
                        "\r\n\nGET / HTTP/1.1\r\nHost: here.apps.test\r\n\r\n",
                        "GET / HTTP/1.1\n\rHost: here.apps.test\n\r\n\r"),
                ""));
        // Continued lines.
        bad.addAll(all(
                400,
                GET,
                List.of(
                        "X: 1\r\n 2\r\n",
                        "X: 1\r\n\t2\r\n",
                        "X:\r\n 1\r\n",
                        " \r\n",
                        "\t\r\n",
                        " X: 1\r\n",
                        "X: 1\r\n Transfer-Encoding: chunked\r\n",
                        "X: 1\r\n \r\n"),
                none));
        bad.add(new Bad(400, "GET / HTTP/1.1\r\n Host: here.apps.test\r\n\r\n"));
        bad.add(new Bad(400, "GET / HTTP/1.1\r\n X: 1\r\nHost: here.apps.test\r\n\r\n"));
        // Hosts.
        bad.addAll(all(
                400,
                "GET / HTTP/1.1\r\n",
                List.of(
                        "",
                        "X: 1\r\n",
                        "Host: here.apps.test\r\nHost: here.apps.test\r\n",
                        "Host: here.apps.test\r\nhost: evil.test\r\n",
                        "Host:\r\nHost: here.apps.test\r\n",
                        "Host: here.apps.test, evil.test\r\n",
                        "Host: here.apps.test evil.test\r\n",
                        "Host: a b\r\n",
                        "Host: a/b\r\n",
                        "Host: a?b\r\n",
                        "Host: a#b\r\n",
                        "Host: u@here.apps.test\r\n",
                        "Host: a\\b\r\n",
                        "Host: http://here.apps.test\r\n",
                        "Host: here.apps.test:x\r\n",
                        "Host: here.apps.test:80:80\r\n",
                        "Host: here.apps.test:-1\r\n",
                        "Host: here.apps.test:+80\r\n",
                        "Host: here.apps.test:123456\r\n",
                        "Host: here.apps.test: 80\r\n",
                        "Host: [::1\r\n",
                        "Host: [::1]x\r\n",
                        "Host: [::1]]\r\n",
                        "Host: ::1\r\n",
                        "Host: here.apps.test\t80\r\n"),
                none));
        // Targets.
        bad.addAll(all(
                400,
                "GET ",
                List.of(
                        "x",
                        "here.apps.test",
                        "here.apps.test/",
                        "?",
                        "?x",
                        "#",
                        "/#",
                        "/a#b",
                        "/?a#b",
                        "**",
                        "*/",
                        "*?",
                        "http:",
                        "http:/",
                        "http://",
                        "http:///",
                        "http:///x",
                        "http://?x",
                        "http://:80/",
                        "http:here.apps.test",
                        "ftp://here.apps.test/",
                        "httpx://here.apps.test/",
                        "file:///etc/passwd",
                        "http://u@here.apps.test/",
                        "http://u:p@here.apps.test/",
                        "http://here.apps.test:x/",
                        "http://here.apps.test:123456/",
                        "http://here.apps.test:80:80/",
                        "http://here.apps.test\\x/",
                        "http://a,b/",
                        "http://[::1/",
                        "http://[::1]x/",
                        "http://here.apps.test#x",
                        "http://here.apps.test/#x",
                        "\\",
                        "%2F",
                        ".."),
                " HTTP/1.1\r\nHost: here.apps.test\r\n\r\n"));
        bad.add(new Bad(400, "GET http://here.apps.test/ HTTP/1.1\r\n\r\n"));
        bad.add(new Bad(400, "GET http://here.apps.test/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
        bad.addAll(all(
                405,
                "CONNECT ",
                List.of("here.apps.test:443", "/", "*", "http://here.apps.test/"),
                " HTTP/1.1\r\nHost: here.apps.test\r\n\r\n"));
        // Too long, too many.
        bad.add(new Bad(414, "GET /" + "x".repeat(4096) + " HTTP/1.1\r\nHost: here.apps.test\r\n\r\n"));
        bad.add(new Bad(414, "x".repeat(5000)));
        bad.add(new Bad(431, GET + "X: " + "x".repeat(8192) + "\r\n\r\n"));
        bad.add(new Bad(431, GET + "x".repeat(9000)));
        bad.add(new Bad(431, GET + "X: 1\r\n".repeat(64) + "\r\n"));
        return bad;
    }

    /** Refused by their body: a GoRouter may hear of them, but never of a whole one. */
    private static List<Bad> badBodies() {
        List<Bad> bad = new ArrayList<>();
        bad.addAll(all(
                400,
                CHUNKED,
                List.of(
                        "+5\r\nhello\r\n",
                        "-5\r\nhello\r\n",
                        "-0\r\n\r\n",
                        "0x5\r\nhello\r\n",
                        "0X0\r\n\r\n",
                        "x5\r\nhello\r\n",
                        " 5\r\nhello\r\n",
                        "\t5\r\nhello\r\n",
                        "5 \r\nhello\r\n",
                        "5\t\r\nhello\r\n",
                        "5 ;x\r\nhello\r\n",
                        "0 \r\n\r\n",
                        " 0\r\n\r\n",
                        "5_0\r\nhello\r\n",
                        "5.0\r\nhello\r\n",
                        "5,5\r\nhello\r\n",
                        "g\r\nhello\r\n",
                        "\"5\"\r\nhello\r\n",
                        "\r\nhello\r\n",
                        ";x\r\nhello\r\n",
                        "\u00b2\r\nhe\r\n",
                        "5\u0000\r\nhello\r\n",
                        "\u00005\r\nhello\r\n",
                        "5\nhello\r\n",
                        "5\rhello\r\n",
                        "5\r\r\nhello\r\n",
                        "5\n\rhello\r\n",
                        "0\n\n",
                        "0\n\r\n",
                        "0\r\r\n\r\n",
                        "00000000000000000\r\n\r\n",
                        "0000000000000005\r\nhello\r\n",
                        "ffffffffffffffff\r\nhello",
                        "10000000000000005\r\nhello\r\n",
                        "fffffffffffffffffffff\r\n",
                        "5;x\nhello\r\n",
                        "5;x\rhello\r\n",
                        "5;x\u0000\r\nhello\r\n",
                        "5;x=\"\n\"\r\nhello\r\n",
                        "5;" + "x".repeat(1025) + "\r\nhello\r\n",
                        "0;" + "x".repeat(1025) + "\r\n\r\n",
                        "5\r\nhello0\r\n\r\n",
                        "5\r\nhello\n0\r\n\r\n",
                        "5\r\nhello\r0\r\n\r\n",
                        "5\r\nhelloX\r\n0\r\n\r\n",
                        "5\r\nhello\r\r\n0\r\n\r\n",
                        "5\r\nhello \r\n0\r\n\r\n",
                        "4\r\nhello\r\n0\r\n\r\n",
                        "3\r\nhello\r\n0\r\n\r\n",
                        "6\r\nhello\r\n0\r\n\r\n",
                        "5\r\nhello\r\n\r\n0\r\n\r\n",
                        "5\r\nhello\r\n 0\r\n\r\n",
                        "1\r\nZZ\r\n0\r\n\r\n",
                        "2\r\nxx00\r\n\r\n"),
                ""));
        bad.addAll(all(
                400,
                CHUNKED + "5\r\nhello\r\n0\r\n",
                List.of(
                        "\n",
                        "X: 1\n\r\n",
                        "X: 1\r\n\n",
                        "X\r\n\r\n",
                        "X : 1\r\n\r\n",
                        " X: 1\r\n\r\n",
                        "X: 1\r\n 2\r\n\r\n",
                        "X: \u0000\r\n\r\n",
                        "X: a\rb\r\n\r\n",
                        ": 1\r\n\r\n",
                        "GET / HTTP/1.1\r\n\r\n",
                        "Content-Length: x\r\n\r\n",
                        "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
                        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                ""));
        bad.add(new Bad(501, CHUNKED + "0\r\nTransfer-Encoding: gzip\r\n\r\n"));
        bad.add(new Bad(431, CHUNKED + "0\r\n" + "X: 1\r\n".repeat(65) + "\r\n"));
        bad.add(new Bad(431, CHUNKED + "0\r\nX: " + "x".repeat(8192) + "\r\n\r\n"));
        return bad;
    }

    private RecordingBackend okay() throws IOException {
        return closing(new RecordingBackend(request -> "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sends as much as the proxy takes. */
    private static void sendAll(RawHttp client, String text, boolean everyByte) {
        try {
            if (!everyByte) {
                client.send(bytes(text));
                return;
            }
            for (byte b : bytes(text)) {
                client.send(new byte[] {b});
            }
        } catch (IOException e) {
            return; // it was refused before all was sent
        }
    }

    /** Returns the answers up to the end of the connection, which has to come. */
    private static List<WireMessage> answers(RawHttp client) throws IOException {
        List<WireMessage> answers = new ArrayList<>();
        for (String head = client.readHead(); !head.isEmpty(); head = client.readHead()) {
            WireMessage answer = Objects.requireNonNull(WireMessage.head(new ByteArrayInputStream(bytes(head))));
            String length = answer.value("content-length");
            client.read(length == null ? 0 : Integer.parseInt(length));
            answers.add(answer);
        }
        return answers;
    }

    private void refused(int port, Bad bad, String before, boolean everyByte) throws IOException {
        String what = bad + (everyByte ? " byte by byte" : "") + (before.isEmpty() ? "" : " behind " + before);
        try (RawHttp client = new RawHttp(port)) {
            sendAll(client, before + bad.text() + HIDDEN, everyByte);
            List<WireMessage> answers = answers(client);
            assertThat(answers.stream().map(WireMessage::status))
                    .as(what)
                    .last()
                    .isEqualTo(bad.status());
            assertThat(answers).as(what).hasSize(before.isEmpty() ? 1 : 2);
            WireMessage last = answers.get(answers.size() - 1);
            assertThat(last.value("connection")).as(what).isEqualTo("close");
            assertThat(last.value("x-grouter-site")).as(what).isEqualTo("dc1");
        }
    }

    @Test
    void badHeadsReachNoGoRouter() throws Exception {
        RecordingBackend backend = okay();
        int port = start(backend.port());
        for (Bad bad : badHeads()) {
            refused(port, bad, "", false);
            if (bad.text().length() < 500) {
                refused(port, bad, "", true);
            }
        }
        assertThat(backend.connections()).isZero();
        assertThat(backend.bytes()).isEmpty();
    }

    @Test
    void badHeadsBehindAGoodRequestReachNoGoRouter() throws Exception {
        RecordingBackend backend = okay();
        int port = start(backend.port());
        List<Bad> heads = badHeads();
        for (Bad bad : heads) {
            refused(port, bad, bad.text().startsWith("\r\n\r\n") ? FINE : "\r\n" + FINE, false);
            assertThat(backend.next().request().startLine()).isEqualTo("GET /fine HTTP/1.1\r\n");
        }
        assertThat(backend.left()).isZero();
        assertThat(backend.bytes().split("\r\n\r\n"))
                .hasSize(heads.size())
                .allMatch(head -> head.startsWith("GET /fine "));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void badBodiesNeverLookLikeAWholeRequest(boolean everyByte) throws Exception {
        RecordingBackend backend = okay();
        int port = start(backend.port());
        List<Bad> bodies = badBodies();
        for (Bad bad : bodies) {
            refused(port, bad, "", everyByte && bad.text().length() < 500);
        }
        for (Bad bad : bodies) {
            refused(port, bad, FINE, false);
            assertThat(backend.next().request().startLine()).isEqualTo("GET /fine HTTP/1.1\r\n");
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(backend.ended()).isGreaterThanOrEqualTo(backend.connections() - 10));
        assertThat(backend.left()).as("whole requests").isZero();
        assertThat(backend.bytes()).doesNotContain("smuggled");
    }

    /** Refusals can be read even when much more was on its way. */
    @ParameterizedTest
    @ValueSource(
            strings = {"rubbish\r\n", GET + "X : 1\r\n\r\n", POST + "Content-Length: x\r\n\r\n", CHUNKED + "x\r\n"})
    void aRefusalIsReadByAClientThatIsStillSending(String bad) throws Exception {
        RecordingBackend backend = okay();
        int port = start(backend.port());
        for (int i = 0; i < 20; i++) {
            try (RawHttp client = new RawHttp(port)) {
                client.send(bytes(bad + "x".repeat(300_000)));
                assertThat(answers(client)).hasSize(1).allMatch(answer -> answer.status() == 400);
            }
        }
    }

    /** What is written down of a refused request is not of the one before. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n"})
    void aRefusalIsWrittenDownToo(String before, @TempDir Path folder) throws Exception {
        Path log = folder.resolve("access.log");
        accessLogFile = log.toString();
        RecordingBackend backend = okay();
        RawHttp client = connect(start(backend.port()));
        String large = "GET /" + "x".repeat(4000) + " HTTP/1.1\r\nHost: here.apps.test\r\nX: " + "y".repeat(1000);
        client.send(bytes(before + large + "\r\n\r\n"));
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        client.send(bytes("rubbish\r\n"));
        assertThat(client.readAll()).startsWith("HTTP/1.1 400");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Files.readAllLines(log).size() == 2);
        assertThat(Files.readAllLines(log).get(1)).contains(" 400 ").doesNotContain("GET", "xxx");
    }

    // ---- answers that could be read in two ways

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\nhello!",
                "HTTP/1.1 200 OK\nContent-Length: 5, 5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: +5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 0x5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: -1\n\nhello",
                "HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding : chunked\n\n0\n\n",
                "HTTP/1.0 200 OK\nTransfer-Encoding: chunked\n\n0\n\n",
                "HTTP/1.1 200 OK\nX: 1\n 2\n\n",
                "HTTP/1.1 200 OK\nX: \u0000\n\n",
                "HTTP/2.0 200 OK\n\n",
                "HTTP/1.1 20 OK\n\n",
                "HTTP/1.1 099 OK\n\n",
                "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n",
                "HTTP/1.1 100 Continue\nX : y\n\n",
            })
    void answersThatAreNoneAreABadGateway(String answer) throws Exception {
        RecordingBackend backend = closing(new RecordingBackend(request -> answer.replace("\n", "\r\n")));
        RawHttp client = connect(start(backend.port()));
        for (int i = 1; i <= 2; i++) {
            client.send(GET + "\n");
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 502")
                    .contains("X-Grouter-Reason: gorouter-invalid\r\n");
            assertThat(backend.next().connection())
                    .as("no connection is used again")
                    .isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello and more", "helloHTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Forged: 1\r\n\r\n"})
    void whatComesBehindAnAnswerIsNoAnswer(String body) throws Exception {
        RecordingBackend backend =
                closing(new RecordingBackend(request -> "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body));
        RawHttp client = connect(start(backend.port()));
        for (int i = 1; i <= 3; i++) {
            client.send(GET + "\n");
            assertThat(client.readAnswer()).doesNotContain("X-Forged").endsWith("\r\n\r\nhello");
            assertThat(backend.next().connection()).isEqualTo(i);
        }
    }

    @Test
    void anAnswerToHeadHasNoBodyWhateverItSends() throws Exception {
        RecordingBackend backend = closing(
                new RecordingBackend(
                        request ->
                                "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Forged: 1\r\n\r\nno"));
        RawHttp client = connect(start(backend.port()));
        for (int i = 1; i <= 3; i++) {
            client.send("HEAD / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK").doesNotContain("X-Forged");
            assertThat(backend.next().connection()).isEqualTo(i);
        }
    }

    // ---- upgrades

    private static final String UPGRADE =
            "GET /ws HTTP/1.1\r\nHost: here.apps.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";

    private RecordingBackend refusingUpgrades(String status) throws IOException {
        return closing(new RecordingBackend(request -> {
            boolean upgrade = request.value("upgrade") != null;
            return "HTTP/1.1 " + (upgrade ? status : "200 OK") + "\r\nContent-Length: 2\r\n\r\nok";
        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"403 Forbidden", "400 Bad Request", "426 Upgrade Required", "200 OK", "503 x"})
    void bytesBehindARefusedUpgradeEnterNoTunnel(String status) throws Exception {
        RecordingBackend backend = refusingUpgrades(status);
        int port = start(backend.port());
        for (boolean together : new boolean[] {true, false}) {
            RawHttp client = connect(port);
            int before = backend.connections();
            client.send(bytes(UPGRADE + "\r\n" + (together ? HIDDEN : "")));
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 " + status);
            if (!together) {
                client.send(bytes(HIDDEN));
            }
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
            RecordingBackend.Arrived upgrade = backend.next();
            RecordingBackend.Arrived behind = backend.next();
            assertThat(upgrade.request().startLine()).isEqualTo("GET /ws HTTP/1.1\r\n");
            assertThat(behind.request().startLine()).isEqualTo("GET /smuggled HTTP/1.1\r\n");
            assertThat(behind.request().value("x-forwarded-for"))
                    .as("an ordinary request")
                    .isEqualTo("127.0.0.1");
            assertThat(behind.connection()).as("not where the upgrade was").isNotEqualTo(upgrade.connection());
            assertThat(backend.connections()).isLessThanOrEqualTo(before + 2);
            client.send(bytes("HIDE / HTTP/1.1 \r\nHost: smuggled-too\r\n\r\n"));
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 400");
        }
        assertThat(backend.bytes()).doesNotContain("HIDE", "smuggled-too");
        assertThat(backend.left()).isZero();
    }

    @Test
    void bytesSentBeforeTheProtocolChangedEnterNoTunnel() throws Exception {
        RecordingBackend backend = closing(new RecordingBackend(
                request -> "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
        RawHttp client = connect(start(backend.port()));
        client.send(bytes(UPGRADE + "\r\n" + HIDDEN));
        assertThat(client.readAll()).isEmpty();
        assertThat(backend.next().request().startLine()).isEqualTo("GET /ws HTTP/1.1\r\n");
        await().atMost(Duration.ofSeconds(10)).until(() -> backend.ended() == backend.connections());
        assertThat(backend.bytes()).doesNotContain("smuggled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade\r\nUpgrade: h2c\r\n",
                "Connection: Upgrade\r\nUpgrade: H2C\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n",
                "Upgrade: websocket\r\n",
                "Connection: x-upgrade\r\nUpgrade: websocket\r\n",
            })
    void onlyAProtocolThatMayPassIsAskedFor(String lines) throws Exception {
        RecordingBackend backend = okay();
        RawHttp client = connect(start(backend.port()));
        client.send(bytes(GET + lines + "\r\n"));
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        assertThat(String.join("", backend.next().request().lines()).toLowerCase(Locale.ROOT))
                .doesNotContain("upgrade", "h2c", "http2");
    }
}
