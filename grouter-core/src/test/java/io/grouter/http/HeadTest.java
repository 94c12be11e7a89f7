package io.grouter.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.grouter.http.Head.Kind;
import io.grouter.http.Head.Outcome;
import io.grouter.testing.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads: what is valid, what is refused and why, in pieces of any size. */
class HeadTest {
    private static final HeadLimits WIDE = new HeadLimits(100_000, 100_000, 1000);
    private static final HeadLimits NARROW = new HeadLimits(40, 60, 4);
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private static final Random random = Seed.random("HeadTest");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Feeds a text cut at the given places; returns how many bytes were taken, -1 when no outcome was reached. */
    private static int feed(Head head, String text, List<Integer> cuts) {
        byte[] all = bytes(text);
        int at = 0;
        for (int i = 0; i <= cuts.size(); i++) {
            int end = i < cuts.size() ? cuts.get(i) : all.length;
            ByteBuf piece = Unpooled.buffer(16).writeBytes(all, at, end - at);
            Outcome outcome = head.read(piece);
            int left = piece.readableBytes();
            assertThat(piece.refCnt()).isEqualTo(1);
            assertThat(piece.release()).isTrue();
            if (outcome != Outcome.INCOMPLETE) {
                assertThat(head.problem() != null).isEqualTo(outcome == Outcome.MALFORMED);
                return end - left;
            }
            assertThat(left).isZero();
            at = end;
        }
        return -1;
    }

    private static List<Integer> everyByte(int length) {
        List<Integer> cuts = new ArrayList<>();
        for (int i = 1; i < length; i++) {
            cuts.add(i);
        }
        return cuts;
    }

    private static List<Integer> someCuts(int length) {
        List<Integer> cuts = new ArrayList<>();
        for (int at = 1 + random.nextInt(8); at < length; at += 1 + random.nextInt(40)) {
            cuts.add(at);
        }
        return cuts;
    }

    private static HeadModel.Result result(Kind kind, Head head, int taken) {
        if (head.problem() != null) {
            return HeadModel.Result.REFUSED;
        }
        if (taken < 0) {
            return HeadModel.Result.INCOMPLETE;
        }
        List<HeadModel.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < head.count(); i++) {
            pairs.add(new HeadModel.Pair(head.name(i), head.value(i)));
        }
        String version = Integer.toString(head.minorVersion());
        List<String> start = switch (kind) {
            case REQUEST -> List.of(version, head.method(), head.target());
            case ANSWER ->
                List.of(
                        version,
                        Integer.toString(head.status()),
                        Ascii.text(head.bytes(), head.codeStart(), head.codeEnd()));
            case TRAILERS -> List.of();
        };
        return new HeadModel.Result("COMPLETE", taken, start, pairs);
    }

    /** Reads a text in one piece, byte by byte and at random cuts; all must come to the same. */
    private Head read(Kind kind, HeadLimits limits, String text) {
        Head whole = new Head(kind, limits);
        HeadModel.Result expected = result(kind, whole, feed(whole, text, List.of()));
        Head used = new Head(kind, limits);
        for (List<Integer> cuts :
                List.of(everyByte(bytes(text).length), someCuts(text.length()), someCuts(text.length()))) {
            used.clear();
            int taken = feed(used, text, cuts);
            assertThat(used.problem()).as("problem of %s cut at %s", text, cuts).isEqualTo(whole.problem());
            assertThat(result(kind, used, taken)).as("%s cut at %s", text, cuts).isEqualTo(expected);
        }
        return whole;
    }

    private Head complete(Kind kind, String text) {
        Head head = read(kind, WIDE, text);
        assertThat(head.problem()).as(text).isNull();
        assertThat(head.length()).as(text).isPositive();
        return head;
    }

    // ---- what is valid

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1|GET|/|1",
                "GET / HTTP/1.0|GET|/|0",
                "OPTIONS * HTTP/1.1|OPTIONS|*|1",
                "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1|!#$%&'*+-.^_`|~09azAZ|/|1",
                "get / HTTP/1.1|get|/|1",
                "X //a//b/../%zz/%2F;p=1?? HTTP/1.1|X|//a//b/../%zz/%2F;p=1??|1",
                "GET ? HTTP/1.1|GET|?|1",
                "GET http://u@h:1/p?q#f HTTP/1.1|GET|http://u@h:1/p?q#f|1",
                "CONNECT a:80 HTTP/1.1|CONNECT|a:80|1",
                "GET /caf\u00c3\u00a9\u0080\u00ff<>\"{}\\^` HTTP/1.1|GET|/caf\u00c3\u00a9\u0080\u00ff<>\"{}\\^`|1",
            })
    void requestLinesAreTakenAsWritten(String text) {
        int bar = text.indexOf('|', text.indexOf(" HTTP/"));
        String[] expected = text.substring(bar + 1).split("\\|(?=[^|~]*/|\\*|\\?|http|a:|[01]$)");
        for (String before : List.of("", "\r\n")) {
            Head head = complete(Kind.REQUEST, before + text.substring(0, bar) + "\r\nHost: a\r\n\r\n");
            assertThat(head.startLineStart()).isEqualTo(before.length());
            assertThat(head.method() + " " + head.target() + " HTTP/1." + head.minorVersion())
                    .isEqualTo(text.substring(0, bar));
            assertThat(head.minorVersion()).isEqualTo(Integer.parseInt(expected[expected.length - 1]));
            assertThat(head.methodIs(head.method())).isTrue();
            assertThat(head.methodIs(head.method() + "X")).isFalse();
            assertThat(head.methodIs("NONE")).isFalse();
            assertThat(Ascii.text(head.bytes(), head.targetStart(), head.targetEnd()))
                    .isEqualTo(head.target());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK",
                "HTTP/1.0 200 OK",
                "HTTP/1.1 200 ",
                "HTTP/1.1 200",
                "HTTP/1.1 100 Continue",
                "HTTP/1.1 999 \t odd  phrase \u00e9\u00ff ",
                "HTTP/1.1 404 Not  Found: really",
            })
    void statusLinesAreTakenAsWritten(String line) {
        Head head = complete(Kind.ANSWER, line + "\r\n\r\n");
        assertThat(head.status()).isEqualTo(Integer.parseInt(line.substring(9, 12)));
        assertThat(Ascii.text(head.bytes(), head.codeStart(), head.codeEnd())).isEqualTo(line.substring(9));
        assertThat(head.minorVersion()).isEqualTo(line.charAt(7) - '0');
        assertThat(head.count()).isZero();
        assertThat(head.headersStart()).isEqualTo(line.length() + 2);
    }

    @Test
    void headersKeepOrderCaseAndBytes() {
        String lines =
                "hOSt:\ta \t\r\nX-A:\r\nX-a:  \r\nx-A: 1\r\nCookie: a=b; c=\"d,e\"\r\n!#$%&'*+-.^_`|~1: \u0080\u00ff\t x\r\n";
        Head head = complete(Kind.REQUEST, "GET / HTTP/1.1\r\n" + lines + "\r\n");
        assertThat(head.count()).isEqualTo(6);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < head.count(); i++) {
            all.append(Ascii.text(head.bytes(), head.lineStart(i), head.lineEnd(i)));
        }
        assertThat(all).hasToString(lines);
        assertThat(head.value(Field.HOST)).isEqualTo("a");
        assertThat(head.value(1)).isEmpty();
        assertThat(head.value(2)).isEmpty();
        assertThat(head.name(2)).isEqualTo("X-a");
        assertThat(head.value(5)).isEqualTo("\u0080\u00ff\t x");
        assertThat(head.field(5)).isEqualTo(Field.OTHER);
        assertThat(head.has(Field.OTHER)).isTrue();
        assertThat(head.first(Field.OTHER)).isEqualTo(1);
    }

    @Test
    void everyFieldIsKnownInAnyCaseAndNoLongerOrShorterName() {
        for (Field field : Field.values()) {
            if (field == Field.OTHER) {
                continue;
            }
            String name = field.name().toLowerCase(Locale.ROOT).replace('_', '-');
            StringBuilder odd = new StringBuilder();
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                odd.append(random.nextBoolean() ? Character.toUpperCase(c) : c);
            }
            for (String each : List.of(name, name.toUpperCase(Locale.ROOT), odd.toString())) {
                String value = field == Field.TRANSFER_ENCODING ? "chunked" : "5";
                Head head = complete(Kind.ANSWER, OK + each + ": " + value + "\r\n\r\n");
                assertThat(head.field(0)).isEqualTo(field);
                assertThat(head.value(field)).isEqualTo(value);
            }
            for (String each : List.of(name + "x", "x" + name, name.substring(1) + "~")) {
                Head head = complete(Kind.ANSWER, OK + each + ": 5\r\n\r\n");
                assertThat(head.has(field)).as(each).isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length: 0, 0, false",
        "content-length:  42\t, 42, false",
        "Content-Length: 000000000000000005, 5, false",
        "Content-Length: 999999999999999999, 999999999999999999, false",
        "Transfer-Encoding: chunked, -1, true",
        "TRANSFER-ENCODING:CHUNKED, -1, true",
        "Transfer-Encoding:\t Chunked \t, -1, true",
        "X: y, -1, false",
        "X-Transfer-Encoding: gzip, -1, false",
    })
    void saysHowTheBodyIsFramed(String line, long length, boolean chunked) {
        for (Head head : List.of(
                complete(Kind.REQUEST, GET + line + "\r\n\r\n"), complete(Kind.ANSWER, OK + line + "\r\n\r\n"))) {
            assertThat(head.contentLength()).isEqualTo(length);
            assertThat(head.chunked()).isEqualTo(chunked);
        }
    }

    @Test
    void whatOnlyAnswersAndTrailersMayDo() {
        assertThat(complete(Kind.ANSWER, OK + "Host: a\r\nHost: b\r\n\r\n").count())
                .isEqualTo(2);
        assertThat(complete(Kind.TRAILERS, "Host: a\r\nHost: b\r\n\r\n").count())
                .isEqualTo(2);
        assertThat(complete(Kind.TRAILERS, "\r\n").count()).isZero();
        assertThat(complete(Kind.TRAILERS, "X: 1\r\n\r\n").value(0)).isEqualTo("1");
        assertThat(complete(Kind.REQUEST, "GET / HTTP/1.0\r\n\r\n").has(Field.HOST))
                .isFalse();
    }

    // ---- what is refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\tGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\t\r\nHost: a\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u0000 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u007f HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
                "GET /\r\nHost: a\r\n\r\n",
                "GET\r\n\r\n",
                "GET \r\n\r\n",
                "GET / \r\n\r\n",
                "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
                "/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "G\u00c9T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "G:T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u0000GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1x\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.\r\nHost: a\r\n\r\n",
                "GET / HTTP/11\r\nHost: a\r\n\r\n",
                "GET / HTTP/01.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1,1\r\nHost: a\r\n\r\n",
                "GET / HTTX\r\nHost: a\r\n\r\n",
                "GET / ICY/1.1\r\nHost: a\r\n\r\n",
                "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u0016\u0003\u0001\u0002\r\n",
            })
    void requestLinesThatAreNone(String text) {
        assertThat(read(Kind.REQUEST, WIDE, text).problem()).as(text).isEqualTo(Malformed.START_LINE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 \r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1\t200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 200OK\r\n\r\n",
                "HTTP/1.1 200\tOK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 -20 OK\r\n\r\n",
                "HTTP/1.1 200 O\u0000K\r\n\r\n",
                "HTTP/1.1 200 O\u007fK\r\n\r\n",
                "HTTP/1.1 200 O\rK\r\n\r\n",
                "http/1.1 200 OK\r\n\r\n",
                "HTTP/1.x 200 OK\r\n\r\n",
                " HTTP/1.1 200 OK\r\n\r\n",
                "ICY 200 OK rather long\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            })
    void statusLinesThatAreNone(String text) {
        assertThat(read(Kind.ANSWER, WIDE, text).problem()).as(text).isEqualTo(Malformed.START_LINE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.9", "1.2", "1.9", "2.0", "3.0", "9.9", "0.0", "0.1"})
    void otherVersions(String version) {
        assertThat(read(Kind.REQUEST, WIDE, "GET / HTTP/" + version + "\r\nHost: a\r\n\r\n")
                        .problem())
                .isEqualTo(Malformed.VERSION);
        assertThat(read(Kind.ANSWER, WIDE, "HTTP/" + version + " 200 OK\r\n\r\n")
                        .problem())
                .isEqualTo(Malformed.VERSION);
    }

    @ParameterizedTest
    @CsvSource({
        "LINE_END, 'X: 1\n'",
        "LINE_END, 'X: 1\n\r\n'",
        "LINE_END, 'X: 1\r\n\n'",
        "LINE_END, 'X: a\rb\r\n'",
        "LINE_END, 'X: a\r\r\n'",
        "LINE_END, 'X:\r1\r\n'",
        "LINE_END, 'X: a\u0000\r\u0001\r\n'",
        "NAME, 'X\r\n'",
        "NAME, ': 1\r\n'",
        "NAME, 'X : 1\r\n'",
        "NAME, 'X\t: 1\r\n'",
        "NAME, 'Content-Length : 5\r\n'",
        "NAME, 'Transfer-Encoding : chunked\r\n'",
        "NAME, 'X Y: 1\r\n'",
        "NAME, 'X\u0000: 1\r\n'",
        "NAME, 'X\u00e9: 1\r\n'",
        "NAME, '\u00ffX: 1\r\n'",
        "NAME, 'X(: 1\r\n'",
        "NAME, '\"X\": 1\r\n'",
        "NAME, 'X/: 1\r\n'",
        "NAME, 'X@: 1\r\n'",
        "NAME, '{X}: 1\r\n'",
        "NAME, '\u000bX: 1\r\n'",
        "NAME, '\rX: 1\r\n'",
        "NAME, '\r\r\n'",
        "VALUE, 'X: \u0000\r\n'",
        "VALUE, 'X: a\u0001b\r\n'",
        "VALUE, 'X: \u000b\r\n'",
        "VALUE, 'X: \u000c\r\n'",
        "VALUE, 'X: \u001b\r\n'",
        "VALUE, 'X: \u007f\r\n'",
        "VALUE, 'Transfer-Encoding: \u000bchunked\r\n'",
        "FOLDED, ' \r\n'",
        "FOLDED, ' X: 1\r\n'",
        "FOLDED, '\tX: 1\r\n'",
        "FOLDED, 'X: 1\r\n 2\r\n'",
        "FOLDED, 'X: 1\r\n\t2\r\n'",
        "CODING, 'Transfer-Encoding:\r\n chunked\r\n'",
        "LENGTH, 'Content-Length:\r\n'",
        "LENGTH, 'Content-Length: x\r\n'",
        "LENGTH, 'Content-Length: +5\r\n'",
        "LENGTH, 'Content-Length: -5\r\n'",
        "LENGTH, 'Content-Length: 0x5\r\n'",
        "LENGTH, 'Content-Length: 5, 5\r\n'",
        "LENGTH, 'Content-Length: 5,\r\n'",
        "LENGTH, 'Content-Length: 5 5\r\n'",
        "LENGTH, 'Content-Length: 5.0\r\n'",
        "LENGTH, 'Content-Length: 1e3\r\n'",
        "LENGTH, 'Content-Length: \u00b2\r\n'",
        "LENGTH, 'Content-Length: \"5\"\r\n'",
        "LENGTH, 'Content-Length: 1000000000000000000\r\n'",
        "LENGTH, 'Content-Length: 18446744073709551621\r\n'",
        "LENGTH, 'Content-Length: 5\r\nContent-Length: 5\r\n'",
        "LENGTH, 'Content-Length: 5\r\ncontent-length: 6\r\n'",
        "CODING, 'Transfer-Encoding:\r\n'",
        "CODING, 'Transfer-Encoding: identity\r\n'",
        "CODING, 'Transfer-Encoding: gzip\r\n'",
        "CODING, 'Transfer-Encoding: gzip, chunked\r\n'",
        "CODING, 'Transfer-Encoding: chunked, identity\r\n'",
        "CODING, 'Transfer-Encoding: chunked, chunked\r\n'",
        "CODING, 'Transfer-Encoding: chunked,\r\n'",
        "CODING, 'Transfer-Encoding: ,chunked\r\n'",
        "CODING, 'Transfer-Encoding: chunked;q=1\r\n'",
        "CODING, 'Transfer-Encoding: xchunked\r\n'",
        "CODING, 'Transfer-Encoding: chunkedx\r\n'",
        "CODING, 'Transfer-Encoding: chunke\r\n'",
        "CODING, 'Transfer-Encoding: \"chunked\"\r\n'",
        "CODING, 'Transfer-Encoding: \u00e3hunked\r\n'",
        "CODING, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'",
        "CODING, 'Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n'",
        "LENGTH_AND_CODING, 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'",
        "LENGTH_AND_CODING, 'Transfer-Encoding: chunked\r\nX: 1\r\nContent-Length: 0\r\n'",
    })
    void headerLinesThatAreNone(Malformed expected, String lines) {
        for (String after : List.of("\r\n", "Y: 1\r\n\r\n")) {
            assertThat(read(Kind.REQUEST, WIDE, GET + lines + after).problem()).isEqualTo(expected);
            assertThat(read(Kind.ANSWER, WIDE, OK + lines + after).problem()).isEqualTo(expected);
            assertThat(read(Kind.TRAILERS, WIDE, "Z: 1\r\n" + lines + after).problem())
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\n",
                "GET / HTTP/1.1\n\n",
            })
    void linesThatDoNotEndAsTheyMust(String text) {
        assertThat(read(Kind.REQUEST, WIDE, text).problem()).as(text).isEqualTo(Malformed.LINE_END);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nX-Host: a\r\n\r\n",
                "GET http://a/ HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nhost: b\r\n\r\n",
                "GET / HTTP/1.0\r\nHost:\r\nHOST: b\r\n\r\n",
            })
    void hostsThatAreMissingOrTooMany(String text) {
        assertThat(read(Kind.REQUEST, WIDE, text).problem()).as(text).isEqualTo(Malformed.HOST);
    }

    @Test
    void chunksAreNothingForOldVersions() {
        String line = "Transfer-Encoding: chunked\r\n\r\n";
        assertThat(read(Kind.REQUEST, WIDE, "GET / HTTP/1.0\r\n" + line).problem())
                .isEqualTo(Malformed.CODING);
        assertThat(read(Kind.ANSWER, WIDE, "HTTP/1.0 200 OK\r\n" + line).problem())
                .isEqualTo(Malformed.CODING);
    }

    // ---- limits

    @Test
    void theFirstLineMayBeSoLong() {
        int fixed = "GET  HTTP/1.1\r\n".length();
        for (String before : List.of("", "\r\n")) {
            String fits =
                    before + "GET " + "/".repeat(NARROW.startLineBytes() - fixed) + " HTTP/1.1\r\nHost: a\r\n\r\n";
            assertThat(read(Kind.REQUEST, NARROW, fits).problem()).isNull();
            for (int more : new int[] {1, 2, 3, 2000}) {
                String tooLong = fits.replace("GET ", "GET " + "x".repeat(more));
                assertThat(read(Kind.REQUEST, NARROW, tooLong).problem()).isEqualTo(Malformed.TARGET_TOO_LONG);
            }
        }
        String reason = "x".repeat(NARROW.startLineBytes() - "HTTP/1.1 200 \r\n".length());
        assertThat(read(Kind.ANSWER, NARROW, "HTTP/1.1 200 " + reason + "\r\n\r\n")
                        .problem())
                .isNull();
        assertThat(read(Kind.ANSWER, NARROW, "HTTP/1.1 200 x" + reason + "\r\n\r\n")
                        .problem())
                .isEqualTo(Malformed.TARGET_TOO_LONG);
        assertThat(read(Kind.REQUEST, NARROW, "x".repeat(41)).problem()).isEqualTo(Malformed.TARGET_TOO_LONG);
        assertThat(read(Kind.REQUEST, NARROW, "x".repeat(40)).problem()).isNull();
        assertThat(read(Kind.REQUEST, NARROW, "x".repeat(50) + "\n").problem()).isEqualTo(Malformed.TARGET_TOO_LONG);
    }

    /** The limit counts the empty line too, so that it does not matter where the bytes are cut. */
    @Test
    void theHeadersMayBeSoLong() {
        for (Kind kind : Kind.values()) {
            String start = kind == Kind.REQUEST ? "GET / HTTP/1.1\r\n" : kind == Kind.ANSWER ? OK : "";
            int fixed = "Host: a\r\nX: \r\n\r\n".length();
            String fits = start + "Host: a\r\nX: " + "x".repeat(NARROW.headerBytes() - fixed) + "\r\n\r\n";
            assertThat(read(kind, NARROW, fits).problem()).isNull();
            for (int more : new int[] {1, 2, 3, 4, 2000}) {
                String tooLong = fits.replace("X: ", "X: " + "x".repeat(more));
                assertThat(read(kind, NARROW, tooLong).problem()).isEqualTo(Malformed.TOO_LONG);
            }
            assertThat(read(kind, NARROW, start + "x".repeat(100) + "\n").problem())
                    .isEqualTo(Malformed.TOO_LONG);
            assertThat(read(kind, NARROW, start + "\u0000".repeat(100)).problem())
                    .isEqualTo(Malformed.TOO_LONG);
        }
    }

    @Test
    void thereMayBeSoManyHeaders() {
        String fits = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nA: 1\r\nA: 1\r\n";
        assertThat(read(Kind.REQUEST, NARROW, fits + "\r\n").count()).isEqualTo(4);
        assertThat(read(Kind.REQUEST, NARROW, fits + "A: 1\r\n\r\n").problem()).isEqualTo(Malformed.TOO_MANY);
        StringBuilder many = new StringBuilder(GET);
        for (int i = 1; i < 1000; i++) {
            many.append("h").append(i).append(": ").append(i).append("\r\n");
        }
        Head head = complete(Kind.REQUEST, many + "\r\n");
        assertThat(head.count()).isEqualTo(1000);
        for (int i = 1; i < 1000; i++) {
            assertThat(head.name(i) + head.value(i)).isEqualTo("h" + i + i);
        }
        assertThat(read(Kind.REQUEST, WIDE, many + "x: 1\r\n\r\n").problem()).isEqualTo(Malformed.TOO_MANY);
    }

    @Test
    void limitsCanBeMultiplied() {
        assertThat(NARROW.times(2)).isEqualTo(new HeadLimits(80, 120, 8));
    }

    // ---- pieces

    @Test
    void nothingBehindTheHeadIsTaken() {
        for (String after : List.of("", "x", "GET / HTTP/1.1\r\n", "\r\n\r\n", "y".repeat(5000))) {
            String text = GET + "\r\n";
            ByteBuf in = Unpooled.copiedBuffer(text + after, StandardCharsets.ISO_8859_1);
            Head head = new Head(Kind.REQUEST, WIDE);
            assertThat(head.isEmpty()).isTrue();
            assertThat(head.read(in)).isEqualTo(Outcome.COMPLETE);
            assertThat(head.isEmpty()).isFalse();
            assertThat(head.length()).isEqualTo(text.length());
            assertThat(in.readerIndex()).isEqualTo(text.length());
            assertThat(in.toString(StandardCharsets.ISO_8859_1)).isEqualTo(after);
            in.release();
            read(Kind.REQUEST, WIDE, text + after);
        }
    }

    @Test
    void anEmptyBufferChangesNothing() {
        Head head = new Head(Kind.REQUEST, WIDE);
        assertThat(head.read(Unpooled.EMPTY_BUFFER)).isEqualTo(Outcome.INCOMPLETE);
        assertThat(head.isEmpty()).isTrue();
    }

    /**
     * Every byte that was looked at, and is not part of the line being read, is overwritten with a line feed, as is the
     * line itself until its end comes: looking for a line's end again where there was none would find one.
     */
    @Test
    void noByteIsLookedAtForALineEndTwice() {
        String text = GET + "X: " + "x".repeat(30_000) + "\r\n" + "Y: abc\r\n".repeat(900) + "Z: " + "z".repeat(23_000)
                + "\r\n\r\n";
        byte[] all = bytes(text);
        assertThat(all.length).isGreaterThan(60_000);
        Head head = new Head(Kind.REQUEST, WIDE);
        Set<Integer> arrays = new HashSet<>();
        int line = 0;
        Outcome outcome = Outcome.INCOMPLETE;
        for (int i = 0; i < all.length; i++) {
            assertThat(outcome).isEqualTo(Outcome.INCOMPLETE);
            boolean lineEnd = all[i] == '\n';
            if (lineEnd) {
                System.arraycopy(all, line, head.bytes(), line, i - line);
            }
            outcome = head.read(Unpooled.wrappedBuffer(all, i, 1));
            arrays.add(head.bytes().length);
            if (lineEnd) {
                Arrays.fill(head.bytes(), line, i + 1, (byte) '\n');
                line = i + 1;
            } else {
                head.bytes()[i] = '\n';
            }
        }
        assertThat(outcome).isEqualTo(Outcome.COMPLETE);
        assertThat(arrays).as("sizes of its array, each twice the one before").hasSizeLessThan(10);
        System.arraycopy(all, 0, head.bytes(), 0, all.length);
        assertThat(head.count()).isEqualTo(903);
        assertThat(head.value(902)).isEqualTo("z".repeat(23_000));
    }

    /** Counted by what it allocates: a list in Connection must not be read again for every header. */
    @Test
    void namesInConnectionAreReadOnce() {
        Head head = new Head(Kind.REQUEST, WIDE);
        String text = GET + "Connection: " + "a,".repeat(25_000) + "\r\n" + "X: 1\r\n".repeat(250) + "\r\n";
        assertThat(feed(head, text, List.of())).isEqualTo(text.length());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < head.count(); i++) {
            assertThat(head.isNamedByConnection(i)).isFalse();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200L * text.length());
    }

    // ---- Connection

    @ParameterizedTest
    @CsvSource({
        "1.1, '', true, false",
        "1.1, close, false, false",
        "1.1, CLOSE, false, false",
        "1.1, ' close ', false, false",
        "1.1, 'x,close', false, false",
        "1.1, ', ,close,,', false, false",
        "1.1, 'keep-alive, close', false, false",
        "1.1, keep-alive, true, false",
        "1.1, closed, true, false",
        "1.1, 'clo se', true, false",
        "1.1, '\"close\"', true, false",
        "1.1, 'close;x', true, false",
        "1.1, upgrade, true, true",
        "1.1, 'keep-alive,\tUpgrade', true, true",
        "1.1, 'upgrade, close', false, true",
        "1.1, upgrades, true, false",
        "1.0, '', false, false",
        "1.0, keep-alive, true, false",
        "1.0, 'Keep-Alive', true, false",
        "1.0, 'keep-alive, close', false, false",
        "1.0, 'x , keep-alive', true, false",
        "1.0, keepalive, false, false",
    })
    void connectionSaysWhetherItGoesOn(String version, String value, boolean keeps, boolean upgrade) {
        for (String lines : List.of(
                "Connection: " + value + "\r\n",
                "connection:\r\nX: 1\r\nCONNECTION:" + value + "\r\nConnection: z\r\n")) {
            for (Head head : List.of(
                    complete(Kind.REQUEST, "GET / HTTP/" + version + "\r\nHost: a\r\n" + lines + "\r\n"),
                    complete(Kind.ANSWER, "HTTP/" + version + " 200 OK\r\n" + lines + "\r\n"))) {
                assertThat(head.keepsConnection()).isEqualTo(keeps);
                assertThat(head.connectionUpgrade()).isEqualTo(upgrade);
            }
        }
    }

    @Test
    void connectionNamesFieldsForOneHop() {
        Head head = complete(
                Kind.REQUEST,
                GET + "Connection: close, x-a ,\tX-B\r\nX-A: 1\r\nx-b: 2\r\nX-C: 3\r\nX-D: 4\r\nX-: 5\r\nx-A: 6\r\n"
                        + "Connection: X-C-D,,x-d\r\n\r\n");
        List<String> named = new ArrayList<>();
        for (int i = 0; i < head.count(); i++) {
            if (head.isNamedByConnection(i)) {
                named.add(head.value(i));
            }
        }
        assertThat(named).containsExactly("1", "2", "4", "6");
        Head none = complete(Kind.REQUEST, GET + "Connection: close, keep-alive, upgrade\r\nClose: 1\r\n\r\n");
        assertThat(none.isNamedByConnection(2)).isFalse();
    }

    @Test
    void valuesAreLookedIntoInAnyCase() {
        Head head = complete(Kind.REQUEST, GET + "TE: Gzip, TRAILERS\r\nX:\r\n\r\n");
        assertThat(head.valueContains(1, "trailers")).isTrue();
        assertThat(head.valueContains(1, "gzip, trailers")).isTrue();
        assertThat(head.valueContains(1, "trailersx")).isFalse();
        assertThat(head.valueContains(2, "x")).isFalse();
        assertThat(head.valueStartsWith(1, "gzip")).isTrue();
        assertThat(head.valueStartsWith(1, "trailers")).isFalse();
        assertThat(head.valueStartsWith(2, "x")).isFalse();
    }

    // ---- the next message

    @Test
    void nothingIsLeftAfterClear() {
        Head head = new Head(Kind.REQUEST, WIDE);
        List<String> texts = List.of(
                "\r\nPOST /long/" + "x".repeat(9000)
                        + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close, upgrade, X\r\n\r\n",
                GET + "Transfer-Encoding: chunked\r\n\r\n",
                GET + "A: 1\r\n".repeat(200) + "\r\n",
                "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                GET + "\r\n",
                "rubbish\r\n\r\n",
                GET + "Content-Length: x\r\n\r\n");
        for (int round = 0; round < 200; round++) {
            String text = texts.get(random.nextInt(texts.size()));
            Head fresh = new Head(Kind.REQUEST, WIDE);
            int expected = feed(fresh, text, List.of());
            int taken = feed(head, text, someCuts(text.length()));
            assertThat(head.problem() == null ? taken : expected).isEqualTo(expected);
            assertThat(result(Kind.REQUEST, head, 0)).isEqualTo(result(Kind.REQUEST, fresh, 0));
            assertThat(head.problem()).isEqualTo(fresh.problem());
            assertThat(head.contentLength()).isEqualTo(fresh.contentLength());
            assertThat(head.chunked()).isEqualTo(fresh.chunked());
            assertThat(head.keepsConnection()).isEqualTo(fresh.keepsConnection());
            assertThat(head.connectionUpgrade()).isEqualTo(fresh.connectionUpgrade());
            for (Field field : Field.values()) {
                assertThat(head.first(field)).isEqualTo(fresh.first(field));
            }
            head.clear();
            assertThat(head.isEmpty()).isTrue();
            assertThat(head.count()).isZero();
            assertThat(head.problem()).isNull();
        }
    }

    /** What is written down of a refused request must be of this request. */
    @ParameterizedTest
    @ValueSource(strings = {"rubbish\r\n", "\u0000\r\n", "GET\r\n", "G\n", "\r\nrubbish\r\n", "\r\n\r\n"})
    void aFirstLineThatIsNoneHasNothingOfTheMessageBefore(String rubbish) {
        for (String before : List.of(
                "\r\nGET /a/b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: a\r\n\r\n")) {
            Head head = new Head(Kind.REQUEST, WIDE);
            feed(head, before, List.of());
            head.clear();
            feed(head, rubbish, List.of());
            Head fresh = new Head(Kind.REQUEST, WIDE);
            feed(fresh, rubbish, List.of());
            assertThat(head.problem()).isEqualTo(fresh.problem()).isNotNull();
            assertThat(head.target()).isEqualTo(fresh.target()).isEmpty();
            assertThat(head.method()).isEqualTo(fresh.method());
            assertThat(head.minorVersion()).isEqualTo(fresh.minorVersion());
            assertThat(head.methodIs("GET")).isEqualTo(fresh.methodIs("GET"));
        }
    }

    // ---- random

    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final List<String> PIECES = List.of(
            "\r\n",
            "\r",
            "\n",
            "\r\n\r\n",
            " ",
            "\t",
            ":",
            ": ",
            ",",
            "\u0000",
            "\u007f",
            "\u0080",
            "\u00ff",
            "GET ",
            "HEAD ",
            "/",
            " HTTP/1.1",
            " HTTP/1.0",
            " HTTP/1.2",
            " HTTP/2.0",
            "HTTP/1.1 200 OK",
            "HTTP/1.1 ",
            "099",
            "Host: a\r\n",
            "host:b\r\n",
            "Content-Length: 5\r\n",
            "Content-Length: 5, 5\r\n",
            "content-length:\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: x\r\n",
            "Transfer-Encoding",
            "Content-Length",
            "chunked",
            "+",
            "-",
            "0",
            "18446744073709551615",
            " X: fold\r\n",
            "X : 1\r\n",
            "X:1\r\n",
            "Connection: close\r\n",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "(",
            "\"");

    private static final List<String> REQUESTS = List.of(
            GET + "\r\n",
            "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "PUT * HTTP/1.1\r\nhost: b\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n");
    private static final List<String> ANSWERS = List.of(
            OK + "\r\n",
            "HTTP/1.0 404\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 302 \r\nX-A:\r\nTransfer-Encoding: chunked\r\n\r\n");
    private static final List<String> TRAILERS = List.of("\r\n", "X: 1\r\nY: 2\r\n\r\n");

    private static String mutated(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(out.length() + 1);
            switch (random.nextInt(6)) {
                case 0 -> out.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> out.insert(at, (char) random.nextInt(256));
                case 2 -> out.delete(at, Math.min(out.length(), at + 1 + random.nextInt(3)));
                case 3 ->
                    out.replace(at, Math.min(out.length(), at + 1), Character.toString((char) random.nextInt(256)));
                case 4 -> {
                    int line = out.indexOf("\r\n", at);
                    out.insert(line < 0 ? at : line + 2, PIECES.get(random.nextInt(PIECES.size())));
                }
                default -> out.setLength(at);
            }
        }
        return out.toString();
    }

    @Test
    void agreesWithThePlainestReader() {
        Map<String, Integer> outcomes = new HashMap<>();
        long seconds = Long.getLong("grouter.fuzz", 0);
        long end = System.nanoTime() + seconds * 1_000_000_000;
        for (int i = 0; i < 60_000 || (seconds > 0 && System.nanoTime() - end < 0); i++) {
            Kind kind = KINDS.get(i % KINDS.size());
            List<String> seeds = kind == Kind.REQUEST ? REQUESTS : kind == Kind.ANSWER ? ANSWERS : TRAILERS;
            HeadLimits limits = random.nextInt(4) == 0 ? NARROW : WIDE;
            String text = mutated(seeds.get(random.nextInt(seeds.size())));
            HeadModel.Result expected = HeadModel.read(kind, limits, text);
            Head head = new Head(kind, limits);
            int taken = feed(head, text, random.nextBoolean() ? List.of() : someCuts(text.length()));
            assertThat(result(kind, head, taken)).as("%s %s", kind, text).isEqualTo(expected);
            outcomes.merge(expected.outcome(), 1, Integer::sum);
        }
        assertThat(outcomes).hasSize(Outcome.values().length);
        assertThat(outcomes.values())
                .as("each outcome often enough to mean something")
                .allMatch(count -> count > 5_000);
    }
}
