package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.RecordingBackend;
import io.grouter.testing.Seed;
import io.grouter.testing.WireMessage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What arrives through the proxy is what arrives without it, but for the edits a proxy must make: each message is sent
 * both ways, and compared byte for byte.
 */
@Timeout(60)
class FidelityIT extends ProxyWorld {
    private static final Random random = Seed.random("FidelityIT");
    private static final int RANDOM_REQUESTS = 400;
    private static final int RANDOM_ANSWERS = 400;
    private static final String OWN_ADDRESS = "127.0.0.1";

    private static final Set<String> FOR_ONE_HOP = Set.of(
            "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "upgrade");
    private static final Set<String> NOT_TO_BE_NAMED = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "b3",
            "x-b3",
            "x-b3-traceid",
            "x-b3-spanid",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-request-start");

    /** A client's connection that begins again when it has to. */
    private final class Wire {
        private final int port;
        private @Nullable Socket socket;
        private @Nullable InputStream in;

        Wire(int port) {
            this.port = port;
        }

        private Socket socket() throws IOException {
            Socket now = socket;
            if (now == null || now.isClosed()) {
                now = closing(new Socket("127.0.0.1", port));
                now.setTcpNoDelay(true);
                now.setSoTimeout(10_000);
                socket = now;
                in = new BufferedInputStream(now.getInputStream());
            }
            return now;
        }

        /** Sends text cut in places nobody would cut it. */
        void send(String text, boolean cut) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            int at = 0;
            while (at < bytes.length) {
                int end = cut ? Math.min(bytes.length, at + 1 + random.nextInt(60)) : bytes.length;
                socket().getOutputStream().write(bytes, at, end - at);
                at = end;
            }
        }

        WireMessage head() throws IOException {
            socket();
            return Objects.requireNonNull(WireMessage.head(Objects.requireNonNull(in)), "the connection ended");
        }

        /** Reads the rest of an answer, and ends the connection when nothing more may come. */
        WireMessage rest(WireMessage head, boolean withoutBody) throws IOException {
            WireMessage answer = withoutBody ? head : head.withBody(Objects.requireNonNull(in), true);
            if (head.contains("connection", "close")) {
                assertThat(Objects.requireNonNull(in).read()).isEqualTo(-1);
                end();
            }
            return answer;
        }

        void end() throws IOException {
            socket().close();
        }
    }

    // ---- requests

    /** A request: what is sent, and what there is to know of it. */
    private record Request(String head, String body, boolean bodiless, boolean expects) {
        String text() {
            return head + body;
        }
    }

    private static final List<String> METHODS = List.of(
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "DELETE",
            "PATCH",
            "OPTIONS",
            "TRACE",
            "PROPFIND",
            "M-SEARCH",
            "get",
            "PRI",
            "!#$%&'*+-.^_`|~");

    private static final List<String> TARGETS = List.of(
            "/",
            "//",
            "//a//b/",
            "/a/../b/./c/..",
            "/%zz",
            "/%",
            "/%2F%2f%5c%00",
            "/;p=1;q",
            "/?",
            "/??",
            "/?a=b&c=%20+;",
            "/a?b?c/d",
            "/caf\u00c3\u00a9\u0080\u00ff",
            "/<>\"{}|\\^`[]",
            "/~u/!$&'()*+,;=:@",
            "/http://x/",
            "/" + "x".repeat(3000),
            "*",
            "http://here.apps.test/x",
            "HTTP://here.apps.test",
            "http://here.apps.test:8080//y?z",
            "http://here.apps.test?q",
            "https://Here.apps.test/s/%zz");

    private static final List<String> HOSTS = List.of(
            "Host: here.apps.test",
            "host:here.apps.test",
            "HOST:\t here.apps.test \t",
            "Host: HERE.Apps.Test",
            "Host: here.apps.test:8080",
            "Host: here.apps.test:",
            "Host: unknown.test",
            "Host:",
            "Host: [::1]:80",
            "hOsT: a_b~!$.test",
            "Host: caf\u00e9.test");

    private static final List<String> HEADERS = List.of(
            "X-A: 1",
            "x-a:2",
            "X-A:",
            "X-A:   ",
            "X-Odd:\t \tvalue with  spaces\t ",
            "X-Long: " + "v".repeat(2000),
            "Cookie: a=b; c=d; e=\"f,g\"",
            "cookie: second=1",
            "Accept: */*",
            "Accept-Encoding: gzip, br;q=0",
            "User-Agent:",
            "User-Agent: t",
            "X-Bytes: \u0080\u00ff\u00e9",
            "!#$%&'*+-.^_`|~09: token",
            "Authorization: Basic x==",
            "Range: bytes=0-1,-5",
            "If-None-Match: \"x\", W/\"y\"",
            "Origin: null",
            "Trailer: X-End",
            "Via: 1.0 fred, 1.1 p",
            "Forwarded: for=192.0.2.1;proto=https",
            "X-Vcap-Request-Id: z",
            "X-Cf-Routererror: y",
            "traceparent: 00-0-0-00",
            "B3: 0",
            "X-B3-TraceId: 1",
            "x-b3-spanid:2",
            "Idempotency-Key: k",
            "Referer: http://r/",
            "Max-Forwards: 0",
            "Content-Encoding: x",
            "X_Underscore: 1",
            "1: 2",
            "X-Colons: a:b::c",
            "X-Grouter-Site: me",
            "X-Grouter-Reason: why",
            "X-Crlf: %0d%0aX: y",
            "Transfer-Encodin: chunked",
            "Content-Length-X: 7",
            "Content-Type: application/grpc");

    private static final List<String> HOP = List.of(
            "Connection: keep-alive",
            "Connection: close",
            "Connection: X-Named, x-a",
            "X-Named: 1",
            "x-named: 2",
            "connection: ,, B3 ,Content-Length,\tuser-agent,Host",
            "Connection: Transfer-Encoding, X-Forwarded-For",
            "Connection:",
            "Connection: cookie",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: keep-alive",
            "proxy-authorization: Basic x",
            "Proxy-Authenticate: y",
            "TE: trailers",
            "te:gzip, TRAILERS;q=0",
            "TE: gzip",
            "TE:",
            "Upgrade: websocket",
            "Upgrade: h2c, websocket",
            "HTTP2-Settings: AAA");

    private static final List<String> FORWARDED = List.of(
            "X-Forwarded-For: 192.0.2.1",
            "x-forwarded-for:192.0.2.2, 192.0.2.3 \t",
            "X-Forwarded-For:",
            "X-Forwarded-For: unknown",
            "X-Forwarded-Proto: https",
            "x-forwarded-proto: http",
            "X-Forwarded-Host: o.test",
            "X-Forwarded-Port: 1",
            "X-Request-Start: 5");

    private static final List<String> BODIES = List.of(
            "", "a", "hello world", "\u0000\r\n\r\n\u00ff", "GET / HTTP/1.1\r\n", "0\r\n\r\n", "b".repeat(10_000));

    private static final List<String> TRAILERS =
            List.of("", "", "X-End: 1\r\n", "x-end:\r\nX-End:  2 \r\n", "X-Bytes: \u00ff\r\nETag: \"x\"\r\n");

    private static <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Cuts a body in chunks, with sizes and extensions written in any way that is allowed. */
    private static String chunks(String body, String trailers) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int size = Math.min(body.length() - at, 1 + random.nextInt(1 + random.nextInt(6000)));
            String digits = any(List.of("", "", "0", "00000")) + Integer.toHexString(size);
            out.append(random.nextBoolean() ? digits : digits.toUpperCase(Locale.ROOT));
            out.append(any(List.of("", "", ";", ";a", ";a=b;c=\"d e\"", "; \t\u00ff")))
                    .append("\r\n");
            out.append(body, at, at + size).append("\r\n");
            at += size;
        }
        return out + any(List.of("0", "000")) + any(List.of("", ";last=1")) + "\r\n" + trailers + "\r\n";
    }

    private static Request request(
            String method, String target, String version, @Nullable String host, List<String> headers) {
        List<String> lines = new ArrayList<>(headers);
        if (host != null) {
            lines.add(random.nextInt(lines.size() + 1), host);
        }
        boolean old = version.equals("HTTP/1.0");
        String content = any(BODIES);
        String body = "";
        boolean expects = false;
        switch (random.nextInt(4)) {
            case 0 -> {
                lines.add(
                        random.nextInt(lines.size() + 1),
                        any(List.of("Content-Length: ", "content-length:", "CONTENT-LENGTH:\t00")) + content.length());
                body = content;
            }
            case 1 -> {
                if (!old) {
                    lines.add(
                            random.nextInt(lines.size() + 1),
                            any(List.of("Transfer-Encoding: chunked", "transfer-encoding:Chunked \t")));
                    body = chunks(content, any(TRAILERS));
                }
            }
            default -> {}
        }
        if (!old && !body.isEmpty() && random.nextInt(3) == 0) {
            lines.add(any(List.of("Expect: 100-continue", "expect:100-Continue")));
            expects = true;
        }
        StringBuilder head = new StringBuilder(method + " " + target + " " + version + "\r\n");
        lines.forEach(line -> head.append(line).append("\r\n"));
        return new Request(head + "\r\n", body, method.equals("HEAD"), expects);
    }

    private static Request randomRequest() {
        List<String> headers = new ArrayList<>();
        for (int n = random.nextInt(8); n > 0; n--) {
            headers.add(any(HEADERS));
        }
        for (int n = Math.max(0, random.nextInt(6) - 2); n > 0; n--) {
            headers.add(any(HOP));
        }
        for (int n = Math.max(0, random.nextInt(5) - 2); n > 0; n--) {
            headers.add(any(FORWARDED));
        }
        boolean old = random.nextInt(6) == 0;
        if (old && random.nextBoolean()) {
            headers.add("Connection: Keep-Alive");
        }
        Collections.shuffle(headers, random);
        headers.removeIf(line -> line.startsWith("X-Long") && random.nextBoolean());
        String host = old && random.nextBoolean() ? null : any(HOSTS);
        return request(any(METHODS), any(TARGETS), old ? "HTTP/1.0" : "HTTP/1.1", host, fitting(headers));
    }

    /** What the limits of these tests allow. */
    private static List<String> fitting(List<String> headers) {
        List<String> out = new ArrayList<>();
        int bytes = 0;
        for (String line : headers) {
            bytes += line.length() + 2;
            if (bytes < 7000) {
                out.add(line);
            }
        }
        return out;
    }

    /** Every piece of the tables at least once, and then whatever comes. */
    private static List<Request> requests() {
        String host = HOSTS.get(0);
        List<Request> all = new ArrayList<>();
        METHODS.forEach(method -> all.add(request(method, "/", "HTTP/1.1", host, List.of())));
        TARGETS.forEach(target -> all.add(request("GET", target, "HTTP/1.1", host, List.of())));
        TARGETS.forEach(target -> all.add(request("POST", target, "HTTP/1.0", null, List.of())));
        HOSTS.forEach(each -> all.add(request("GET", "/", "HTTP/1.1", each, List.of())));
        for (List<String> table : List.of(HEADERS, HOP, FORWARDED)) {
            for (String line : table) {
                all.add(request("GET", "/", "HTTP/1.1", host, List.of(line)));
                all.add(request("POST", "/", "HTTP/1.1", host, List.of("X-B: 1", line, line, "X-C: 1")));
            }
        }
        all.add(request("GET", "/", "HTTP/1.1", host, List.of("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")));
        all.add(request("OPTIONS", "*", "HTTP/1.1", host, List.of()));
        for (int i = 0; i < RANDOM_REQUESTS; i++) {
            all.add(randomRequest());
        }
        return all;
    }

    /** Returns what an authority is, for what is said of it to the app. */
    private static String authority(WireMessage straight) {
        String target = straight.startLine().split(" ")[1];
        if (target.startsWith("/") || target.equals("*")) {
            return Objects.requireNonNullElse(straight.value("host"), "");
        }
        return target.replaceFirst("(?i)^https?://", "").replaceFirst("[/?].*", "");
    }

    /** Says what a request has to look like behind the proxy, from what it looks like without. */
    private static List<String> behind(WireMessage straight) {
        List<String> named = named(straight);
        int lastFor = -1;
        for (int i = 0; i < straight.lines().size(); i++) {
            lastFor = WireMessage.name(straight.lines().get(i)).equals("x-forwarded-for") ? i : lastFor;
        }
        List<String> out = new ArrayList<>();
        for (int i = 0; i < straight.lines().size(); i++) {
            String line = straight.lines().get(i);
            String name = WireMessage.name(line);
            if (FOR_ONE_HOP.contains(name) || name.equals("http2-settings")) {
                continue;
            }
            if (name.equals("host") && !authority(straight).equals(WireMessage.valueOf(line))) {
                out.add("Host: " + authority(straight) + "\r\n"); // the one of an absolute target counts
            } else if (name.equals("te")) {
                if (line.toLowerCase(Locale.ROOT).contains("trailers")) {
                    out.add("TE: trailers\r\n");
                }
            } else if (i == lastFor) {
                String comma = WireMessage.valueOf(line).isEmpty() ? "" : ", ";
                out.add((comma.isEmpty() ? line.replace("\r\n", "") : line.stripTrailing()) + comma + OWN_ADDRESS
                        + "\r\n");
            } else if (NOT_TO_BE_NAMED.contains(name) || !named.contains(name)) {
                out.add(line);
            }
        }
        String authority = authority(straight);
        String port = authority.replaceFirst("^.*:([0-9]*)$", "$1");
        boolean hasPort = authority.matches("(\\[.*]|[^:]*):[0-9]+");
        boolean https = Objects.requireNonNullElse(straight.value("x-forwarded-proto"), "")
                .startsWith("https");
        if (straight.value("host") == null && !authority.isEmpty()) {
            out.add("Host: " + authority + "\r\n");
        }
        if (lastFor < 0) {
            out.add("X-Forwarded-For: " + OWN_ADDRESS + "\r\n");
        }
        if (straight.value("x-forwarded-proto") == null) {
            out.add("X-Forwarded-Proto: http\r\n");
        }
        if (straight.value("x-forwarded-host") == null && !authority.isEmpty()) {
            out.add("X-Forwarded-Host: " + authority + "\r\n");
        }
        if (straight.value("x-forwarded-port") == null) {
            out.add("X-Forwarded-Port: " + (hasPort ? port : https ? "443" : "80") + "\r\n");
        }
        if (straight.value("x-request-start") == null) {
            out.add("X-Request-Start: NOW\r\n");
        }
        return out;
    }

    private static List<String> named(WireMessage message) {
        List<String> named = new ArrayList<>();
        for (String line : message.lines()) {
            if (WireMessage.name(line).equals("connection")) {
                Arrays.stream(WireMessage.valueOf(line).split(","))
                        .map(token -> token.trim().toLowerCase(Locale.ROOT))
                        .forEach(named::add);
            }
        }
        return named;
    }

    private static void compareRequests(Request request, WireMessage straight, WireMessage proxied) {
        String what = request.head();
        assertThat(proxied.startLine())
                .as(what)
                .isEqualTo(straight.startLine().replace(" HTTP/1.0\r\n", " HTTP/1.1\r\n"));
        List<String> lines = new ArrayList<>(proxied.lines());
        if (straight.value("x-request-start") == null) {
            lines.replaceAll(line -> line.replaceFirst("^X-Request-Start: [0-9]{13}\r\n$", "X-Request-Start: NOW\r\n"));
        }
        assertThat(lines).as(what).isEqualTo(behind(straight));
        assertThat(proxied.body()).as(what).isEqualTo(straight.body());
        assertThat(proxied.trailers()).as(what).isEqualTo(straight.trailers());
    }

    private void send(Wire wire, Request request, boolean cut) throws IOException {
        if (!request.expects()) {
            wire.send(request.text(), cut);
            return;
        }
        wire.send(request.head(), cut);
        assertThat(wire.head().startLine()).as(request.head()).isEqualTo("HTTP/1.1 100 Continue\r\n");
        wire.send(request.body(), cut);
    }

    private static void readAnswer(Wire wire, Request request) throws IOException {
        WireMessage head = wire.head();
        assertThat(head.startLine()).as(request.head()).isEqualTo("HTTP/1.1 200 OK\r\n");
        WireMessage answer = wire.rest(head, request.bodiless());
        assertThat(answer.body()).isEqualTo(request.bodiless() ? "" : "ok");
    }

    private RecordingBackend okay() throws IOException {
        return closing(new RecordingBackend(request -> "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                + (request.startLine().startsWith("HEAD ") ? "" : "ok")));
    }

    @Test
    void requestsArriveAsTheyWereSent() throws Exception {
        RecordingBackend backend = okay();
        Wire straight = new Wire(backend.port());
        Wire proxied = new Wire(start(backend.port()));
        for (Request request : requests()) {
            boolean cut = random.nextInt(4) == 0;
            List<WireMessage> arrived = new ArrayList<>();
            for (Wire wire : List.of(straight, proxied)) {
                send(wire, request, cut);
                readAnswer(wire, request);
                arrived.add(backend.next().request());
            }
            compareRequests(request, arrived.get(0), arrived.get(1));
        }
        assertThat(backend.left()).isZero();
        assertThat(backend.broken()).isZero();
        assertThat(backend.connections()).as("connections are kept").isLessThan(10);
    }

    @Test
    void requestsThatComeTogetherArriveOneByOne() throws Exception {
        RecordingBackend backend = okay();
        Wire straight = new Wire(backend.port());
        Wire proxied = new Wire(start(backend.port()));
        for (int i = 0; i < 150; i++) {
            List<Request> together = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int n = 2 + random.nextInt(3); n > 0; n--) {
                Request request = randomRequest();
                if (!request.expects()
                        && !request.head().contains(" HTTP/1.0\r\n")
                        && !request.head().contains("close")) {
                    together.add(request);
                    text.append(random.nextInt(4) == 0 ? "\r\n" : "").append(request.text());
                }
            }
            boolean cut = random.nextInt(4) == 0;
            List<WireMessage> arrived = new ArrayList<>();
            for (Wire wire : List.of(straight, proxied)) {
                wire.send(text.toString(), cut);
                for (Request request : together) {
                    readAnswer(wire, request);
                    arrived.add(backend.next().request());
                }
            }
            for (int k = 0; k < together.size(); k++) {
                compareRequests(together.get(k), arrived.get(k), arrived.get(together.size() + k));
            }
        }
        assertThat(backend.left()).isZero();
        assertThat(backend.broken()).isZero();
    }

    /** Of what comes after the last chunk, nothing is passed on that a head may not say either, or not to everyone. */
    @Test
    void trailersCannotSayWhatHeadersMayNot() throws Exception {
        RecordingBackend backend = okay();
        Wire proxied = new Wire(start(backend.port()));
        for (String line : List.of(
                "Host: evil.test",
                "Content-Length: 5",
                "Transfer-Encoding: chunked",
                "Connection: close",
                "Keep-Alive: 5",
                "TE: trailers",
                "Upgrade: h2c",
                "Proxy-Connection: close",
                "Proxy-Authorization: x",
                "Proxy-Authenticate: x",
                "HTTP2-Settings: AAA",
                "X-Forwarded-Client-Cert: forged",
                "X-Forwarded-For: 192.0.2.1",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.test",
                "X-Forwarded-Port: 1",
                "X-Request-Start: 1")) {
            String head = "POST / HTTP/1.1\r\nHost: here.apps.test\r\nTransfer-Encoding: chunked\r\n\r\n";
            Request request =
                    new Request(head, "1\r\nx\r\n0\r\nX-A: 1\r\n" + line + "\r\nX-B: 2\r\n\r\n", false, false);
            send(proxied, request, false);
            readAnswer(proxied, request);
            assertThat(backend.next().request().trailers()).as(line).containsExactly("X-A: 1\r\n", "X-B: 2\r\n");
        }
    }

    // ---- answers

    /** An answer: what is sent before it, its head and body, and whether the connection ends with it. */
    private record Answer(List<String> interims, String head, String body, boolean last) {}

    private static final List<String> STATUSES = List.of(
            "HTTP/1.1 200 OK",
            "HTTP/1.1 200",
            "HTTP/1.1 200 ",
            "HTTP/1.1 299  odd  Phrase\t!",
            "HTTP/1.1 404 N\u00f6t",
            "HTTP/1.1 206 Partial Content",
            "HTTP/1.1 301 Moved",
            "HTTP/1.1 401 Unauthorized",
            "HTTP/1.1 418 I'm a teapot",
            "HTTP/1.1 426 Upgrade Required",
            "HTTP/1.1 500 HTTP/1.1 200 OK",
            "HTTP/1.1 503 x",
            "HTTP/1.1 599 X",
            "HTTP/1.1 999 nines",
            "HTTP/1.0 200 OK",
            "HTTP/1.0 404",
            "HTTP/1.1 204 No Content",
            "HTTP/1.1 304 Not Modified",
            "HTTP/1.0 304 Not Modified");

    private static final List<String> ANSWER_HEADERS = List.of(
            "Set-Cookie: a=b; Path=/",
            "set-cookie:c=d",
            "Set-Cookie: e=\"f,g\"",
            "Content-Type:text/html",
            "X-Cf-Routererror: unknown_route",
            "X-Vcap-Request-Id: 1",
            "date: Thu, 01 Jan 1970 00:00:00 GMT",
            "X-Empty:",
            "X-Spaces: \t a  b \t",
            "X-Bytes: \u0080\u00ff",
            "X-Long: " + "v".repeat(3000),
            "WWW-Authenticate: Basic",
            "Location: /a//b?c#d",
            "Trailer: X-End",
            "Via: 1.1 x",
            "Alt-Svc: clear",
            "ETag: W/\"x\"",
            "Vary: *",
            "Host: strange.test",
            "Host: twice.test",
            "TE: x",
            "Expect: y",
            "X-Forwarded-For: 192.0.2.1",
            "1:2",
            "!#$%&'*+-.^_`|~: token",
            "Retry-After: 1");

    private static final List<String> ANSWER_HOP = List.of(
            "Connection: keep-alive",
            "connection: X-Named,",
            "X-Named: 1",
            "x-named: 2",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: x",
            "Proxy-Authenticate: Basic",
            "proxy-authorization: x",
            "Upgrade: h2c, websocket",
            "X-Grouter-Site: fake",
            "x-grouter-reason: fake");

    private static final List<List<String>> INTERIMS = List.of(
            List.of(),
            List.of(),
            List.of(),
            List.of("HTTP/1.1 100 Continue\r\n"),
            List.of("HTTP/1.1 102\r\n"),
            List.of("HTTP/1.1 103 Early  Hints\r\nLink: </a>\r\nlink:</b> \r\n"),
            List.of("HTTP/1.1 103 \r\nX: \u00ff\r\n", "HTTP/1.1 103 x\r\n", "HTTP/1.1 199 y\r\n"));

    private static Answer answer(List<String> interims, String status, List<String> headers, int kind) {
        List<String> lines = new ArrayList<>(headers);
        boolean old = status.startsWith("HTTP/1.0");
        boolean never = status.contains(" 204") || status.contains(" 304");
        String content = any(BODIES);
        String body = "";
        boolean last = false;
        int at = random.nextInt(lines.size() + 1);
        if (never) {
            if (status.contains(" 304") && kind == 0) {
                lines.add(at, "Content-Length: 42");
            }
            last = old;
        } else if (kind == 0) {
            lines.add(
                    at,
                    any(List.of("Content-Length: ", "content-length:\t0")) + content.length() + any(List.of("", " ")));
            body = content;
            last = old || random.nextInt(8) == 0;
        } else if (kind == 1 && !old) {
            lines.add(at, any(List.of("Transfer-Encoding: chunked", "TRANSFER-ENCODING:CHUNKED")));
            body = chunks(content, any(TRAILERS));
        } else {
            body = content;
            last = true;
        }
        if (last && !old && random.nextBoolean()) {
            lines.add("Connection: close");
        }
        StringBuilder head = new StringBuilder(status + "\r\n");
        lines.forEach(line -> head.append(line).append("\r\n"));
        return new Answer(interims, head + "\r\n", body, last);
    }

    private static List<Answer> answers() {
        List<Answer> all = new ArrayList<>();
        for (String status : STATUSES) {
            for (int kind = 0; kind < 3; kind++) {
                all.add(answer(List.of(), status, List.of(), kind));
            }
        }
        for (List<String> table : List.of(ANSWER_HEADERS, ANSWER_HOP)) {
            table.forEach(
                    line -> all.add(answer(List.of(), "HTTP/1.1 200 OK", List.of("A: 1", line, "B: 2", line), 0)));
        }
        for (int kind = 0; kind < 3; kind++) {
            for (List<String> interims : INTERIMS) {
                all.add(answer(interims, "HTTP/1.1 200 OK", List.of(), kind));
            }
        }
        for (int i = 0; i < RANDOM_ANSWERS; i++) {
            List<String> headers = new ArrayList<>();
            for (int n = random.nextInt(8); n > 0; n--) {
                headers.add(any(random.nextInt(3) == 0 ? ANSWER_HOP : ANSWER_HEADERS));
            }
            all.add(answer(any(INTERIMS), any(STATUSES), fitting(headers), random.nextInt(3)));
        }
        return all;
    }

    /** What a client asks with; both ways the same. */
    private enum Asker {
        GET("GET", "HTTP/1.1", ""),
        HEAD("HEAD", "HTTP/1.1", ""),
        OLD("GET", "HTTP/1.0", ""),
        OLD_HEAD("HEAD", "HTTP/1.0", ""),
        OLD_KEEP("GET", "HTTP/1.0", "Connection: keep-alive\r\n");

        private final String method;
        private final String version;
        private final String line;

        Asker(String method, String version, String line) {
            this.method = method;
            this.version = version;
            this.line = line;
        }

        String request(int index) {
            return method + " /" + index + " " + version + "\r\nHost: here.apps.test\r\n" + line + "\r\n";
        }

        boolean isOld() {
            return version.equals("HTTP/1.0");
        }
    }

    private record Got(List<WireMessage> interims, WireMessage answer) {}

    private static Got ask(Wire wire, Asker asker, int index, boolean ends) throws IOException {
        wire.send(asker.request(index), false);
        List<WireMessage> interims = new ArrayList<>();
        WireMessage head = wire.head();
        while (head.status() < 200) {
            interims.add(head);
            head = wire.head();
        }
        boolean never = asker.method.equals("HEAD") || head.status() == 204 || head.status() == 304;
        WireMessage answer = wire.rest(head, never);
        if (ends) {
            wire.end();
        }
        return new Got(interims, answer);
    }

    private static List<String> before(WireMessage straight, Asker asker, boolean interim) {
        List<String> named = named(straight);
        boolean never = asker.method.equals("HEAD") || straight.status() == 204 || straight.status() == 304;
        boolean coded = straight.value("transfer-encoding") != null;
        boolean endless = !coded && straight.value("content-length") == null;
        List<String> out = new ArrayList<>();
        for (String line : straight.lines()) {
            String name = WireMessage.name(line);
            boolean dropped = FOR_ONE_HOP.contains(name)
                    || named.contains(name)
                    || (!interim && (name.equals("x-grouter-site") || name.equals("x-grouter-reason")))
                    || (name.equals("transfer-encoding") && (asker.isOld() || straight.status() == 204));
            if (!dropped) {
                out.add(line);
            }
        }
        if (interim) {
            return out;
        }
        if (endless && !never && !asker.isOld()) {
            out.add("Transfer-Encoding: chunked\r\n");
        }
        boolean kept = asker == Asker.OLD_KEEP && (never || !(coded || endless));
        if (asker.isOld()) {
            out.add(kept ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
        }
        out.add("X-Grouter-Site: dc1\r\n");
        out.add("X-Grouter-Reason: local\r\n");
        return out;
    }

    private static void compareAnswers(String what, Asker asker, Got straight, Got proxied) {
        assertThat(proxied.interims().size())
                .as(what)
                .isEqualTo(asker.isOld() ? 0 : straight.interims().size());
        for (int i = 0; i < proxied.interims().size(); i++) {
            WireMessage sent = straight.interims().get(i);
            assertThat(proxied.interims().get(i).startLine()).as(what).isEqualTo(sent.startLine());
            assertThat(proxied.interims().get(i).lines()).as(what).isEqualTo(before(sent, asker, true));
        }
        WireMessage sent = straight.answer();
        WireMessage got = proxied.answer();
        assertThat(got.startLine())
                .as(what)
                .isEqualTo("HTTP/1.1" + sent.startLine().substring(8));
        assertThat(got.lines()).as(what).isEqualTo(before(sent, asker, false));
        assertThat(got.body()).as(what).isEqualTo(sent.body());
        assertThat(got.trailers()).as(what).isEqualTo(asker.isOld() ? List.of() : sent.trailers());
        assertThat(got.whole()).as(what).isTrue();
    }

    @Test
    void answersArriveAsTheyWereSent() throws Exception {
        List<Answer> answers = answers();
        RecordingBackend backend = closing(new RecordingBackend(new RecordingBackend.Answers() {
            private Answer of(WireMessage request) {
                return answers.get(
                        Integer.parseInt(request.startLine().split(" ")[1].substring(1)));
            }

            @Override
            public String to(WireMessage request) {
                Answer answer = of(request);
                StringBuilder out = new StringBuilder();
                answer.interims().forEach(each -> out.append(each).append("\r\n"));
                out.append(answer.head());
                return out + (request.startLine().startsWith("HEAD ") ? "" : answer.body());
            }

            @Override
            public boolean last(WireMessage request) {
                return of(request).last();
            }
        }));
        Wire straight = new Wire(backend.port());
        Wire proxied = new Wire(start(backend.port()));
        for (int i = 0; i < answers.size(); i++) {
            Asker asker = i % 2 == 0 ? Asker.GET : Asker.values()[random.nextInt(Asker.values().length)];
            String what = asker + " " + answers.get(i).head();
            Got sent = ask(straight, asker, i, answers.get(i).last());
            Got got = ask(proxied, asker, i, false);
            compareAnswers(what, asker, sent, got);
        }
    }
}
