package io.grouter.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies: what is their content, what is refused, and where they end, in pieces of any size. */
class BodyReaderTest {
    private static final Random random = Seed.random("BodyReaderTest");
    private static final HeadLimits LIMITS = new HeadLimits(100, 60, 4);

    /** What became of some bytes; {@code taken} counts only when the body is done. */
    private record Result(String outcome, String content, int taken, List<HeadModel.Pair> trailers) {}

    private static final Result REFUSED = new Result("REFUSED", "", 0, List.of());

    /** Feeds bytes cut at the given places, and gives every buffer back. */
    private static Result feed(BodyReader body, String text, List<Integer> cuts) {
        byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
        StringBuilder content = new StringBuilder();
        int at = 0;
        for (int i = 0; i <= cuts.size() && !body.done() && body.problem() == null; i++) {
            int end = i < cuts.size() ? cuts.get(i) : all.length;
            ByteBuf in = Unpooled.buffer(16).writeBytes(all, at, end - at);
            for (ByteBuf data = body.next(in); data != null; data = body.next(in)) {
                assertThat(data.readableBytes()).isPositive();
                assertThat(in.refCnt()).as("a piece has a reference of its own").isEqualTo(2);
                content.append(data.toString(StandardCharsets.ISO_8859_1));
                data.release();
            }
            assertThat(in.isReadable() && !body.done() && body.problem() == null)
                    .as("all is taken while it is not done")
                    .isFalse();
            at = end - in.readableBytes();
            assertThat(in.refCnt()).isEqualTo(1);
            assertThat(in.release()).isTrue();
        }
        if (body.problem() != null) {
            assertThat(body.done()).isFalse();
            return REFUSED;
        }
        List<HeadModel.Pair> trailers = new ArrayList<>();
        Head head = body.trailers();
        for (int i = 0; body.done() && head != null && i < head.count(); i++) {
            trailers.add(new HeadModel.Pair(head.name(i), head.value(i)));
        }
        return new Result(body.done() ? "DONE" : "INCOMPLETE", content.toString(), body.done() ? at : 0, trailers);
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
        for (int at = 1 + random.nextInt(4); at < length; at += 1 + random.nextInt(20)) {
            cuts.add(at);
        }
        return cuts;
    }

    /** Reads chunks in one piece, byte by byte and at random cuts; all must come to the same. */
    private static Result chunked(String text) {
        BodyReader body = new BodyReader(LIMITS);
        body.chunked();
        Result whole = feed(body, text, List.of());
        Malformed problem = body.problem();
        for (List<Integer> cuts : List.of(everyByte(text.length()), someCuts(text.length()), someCuts(text.length()))) {
            body.chunked();
            assertThat(body.problem()).isNull();
            assertThat(body.trailers()).isNull();
            assertThat(feed(body, text, cuts)).as("%s cut at %s", text, cuts).isEqualTo(whole);
            assertThat(body.problem()).isEqualTo(problem);
        }
        return whole;
    }

    private static @Nullable Malformed problem(String chunks) {
        chunked(chunks);
        BodyReader body = new BodyReader(LIMITS);
        body.chunked();
        feed(body, chunks, List.of());
        return body.problem();
    }

    // ---- without chunks

    @Test
    void aMessageWithoutBodyIsDoneAtOnce() {
        BodyReader body = new BodyReader(LIMITS);
        assertThat(body.done()).isTrue();
        for (int i = 0; i < 2; i++) {
            if (i == 0) {
                body.none();
            } else {
                body.length(0);
            }
            ByteBuf in = Unpooled.copiedBuffer("GET", StandardCharsets.ISO_8859_1);
            assertThat(body.done()).isTrue();
            assertThat(body.next(in)).isNull();
            assertThat(in.readableBytes()).isEqualTo(3);
            assertThat(body.trailers()).isNull();
            assertThat(body.endsWithConnection()).isFalse();
            in.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 5000})
    void aBodyOfSoManyBytesEndsThere(int length) {
        String text = "\r\n0;".repeat(length / 4 + 1).substring(0, length);
        for (String after : List.of("", "\r\n", "GET / HTTP/1.1\r\n\r\n")) {
            for (List<Integer> cuts : List.of(List.<Integer>of(), everyByte(length), someCuts(length))) {
                BodyReader body = new BodyReader(LIMITS);
                body.length(length);
                assertThat(body.done()).isFalse();
                assertThat(feed(body, text + after, cuts)).isEqualTo(new Result("DONE", text, length, List.of()));
            }
        }
        BodyReader body = new BodyReader(LIMITS);
        body.length(length + 1);
        assertThat(feed(body, text, someCuts(length)).outcome()).isEqualTo("INCOMPLETE");
    }

    @Test
    void moreThanAnIntCanCount() {
        BodyReader body = new BodyReader(LIMITS);
        body.length(1L << 33);
        byte[] piece = new byte[1 << 20];
        for (int i = 0; i < 1 << 13; i++) {
            assertThat(body.done()).isFalse();
            ByteBuf in = Unpooled.wrappedBuffer(piece);
            ByteBuf data = body.next(in);
            assertThat(data == null ? -1 : data.readableBytes()).isEqualTo(piece.length);
            in.release(2);
        }
        assertThat(body.done()).isTrue();
    }

    @Test
    void aBodyToTheEndTakesEverything() {
        BodyReader body = new BodyReader(LIMITS);
        body.toTheEnd();
        assertThat(body.endsWithConnection()).isTrue();
        String text = "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        assertThat(feed(body, text, someCuts(text.length()))).isEqualTo(new Result("INCOMPLETE", text, 0, List.of()));
        assertThat(body.done()).isFalse();
    }

    @Test
    void anEmptyBufferIsNoPiece() {
        BodyReader body = new BodyReader(LIMITS);
        body.length(1);
        assertThat(body.next(Unpooled.EMPTY_BUFFER)).isNull();
        body.toTheEnd();
        assertThat(body.next(Unpooled.EMPTY_BUFFER)).isNull();
        body.chunked();
        assertThat(body.next(Unpooled.EMPTY_BUFFER)).isNull();
        assertThat(body.problem()).isNull();
    }

    // ---- chunks that are valid

    @ParameterizedTest
    @CsvSource({
        "'0\r\n\r\n', ''",
        "'000000000000000\r\n\r\n', ''",
        "'5\r\nhello\r\n0\r\n\r\n', hello",
        "'5\r\nhello\r\n1\r\n!\r\n00\r\n\r\n', hello!",
        "'000000000000005\r\nhello\r\n0\r\n\r\n', hello",
        "'A\r\n0123456789\r\n0\r\n\r\n', 0123456789",
        "'a\r\n0123456789\r\n0\r\n\r\n', 0123456789",
        "'0F\r\n0123456789abcde\r\n0\r\n\r\n', 0123456789abcde",
        "'4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n'",
        "'5\r\n0\r\n\r\n\r\n0\r\n\r\n', '0\r\n\r\n'",
        "'5;\r\nhello\r\n0;\r\n\r\n', hello",
        "'5;a=b;c=\"d;e\\\"\"\r\nhello\r\n0;last\r\n\r\n', hello",
        "'5; \t x \u00ff\r\nhello\r\n0; y\r\n\r\n', hello",
    })
    void chunksHaveTheirContent(String text, String content) {
        for (String after : List.of("", "GET / HTTP/1.1\r\n", "0\r\n\r\n")) {
            assertThat(chunked(text + after)).isEqualTo(new Result("DONE", content, text.length(), List.of()));
        }
        for (int end = 0; end < text.length(); end++) {
            assertThat(chunked(text.substring(0, end)).outcome()).isEqualTo("INCOMPLETE");
        }
    }

    @Test
    void trailersAreKept() {
        String text = "1\r\nx\r\n0\r\nX-End:  1 \r\nx-end:\r\n\r\n";
        List<HeadModel.Pair> trailers = List.of(new HeadModel.Pair("X-End", "1"), new HeadModel.Pair("x-end", ""));
        assertThat(chunked(text + "GET")).isEqualTo(new Result("DONE", "x", text.length(), trailers));
    }

    // ---- chunks that are not

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "\n",
                " 5\r\nhello\r\n",
                "\t5\r\nhello\r\n",
                "5 \r\nhello\r\n",
                "5\t\r\nhello\r\n",
                "5 ;x\r\nhello\r\n",
                "+5\r\nhello\r\n",
                "-5\r\nhello\r\n",
                "-0\r\n\r\n",
                "0x5\r\nhello\r\n",
                "0X5\r\nhello\r\n",
                "x5\r\nhello\r\n",
                "5h\r\nhello\r\n",
                "5_0\r\nhello\r\n",
                "5.0\r\nhello\r\n",
                "5,\r\nhello\r\n",
                "g\r\n",
                "G\r\n",
                "@\r\n",
                "`\r\n",
                "\u00b5\r\n",
                "\u00b2\r\n",
                "\"5\"\r\nhello\r\n",
                ";x\r\nhello\r\n",
                "\u00005\r\n",
                "5\u0000\r\n",
                "5\n",
                "5\nhello\r\n0\r\n\r\n",
                "5\rx",
                "5\rhello",
                "5\r\r\nhello\r\n",
                "5;x\n",
                "5;x\r\r\n",
                "5;x\rhello",
                "5;\u0000\r\n",
                "5;\u007f\r\n",
                "5;\u0001\r\n",
                "5\r\nhelloX",
                "5\r\nhello\n",
                "5\r\nhello\r\r\n",
                "5\r\nhello\rX",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhello \r\n",
                "4\r\nhello\r\n0\r\n\r\n",
                "6\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n\r\n0\r\n\r\n",
                "0\n\r\n",
                "0000000000000000\r\n\r\n",
                "0000000000000005\r\nhello\r\n",
                "fffffffffffffffff\r\n",
                "10000000000000005\r\nhello\r\n",
                "ffffffffffffffff\r\n",
            })
    void chunksThatAreNone(String text) {

        assertThat(problem(text)).as(text).isEqualTo(Malformed.CHUNK);
        assertThat(problem("3\r\nabc\r\n" + text)).as(text).isEqualTo(Malformed.CHUNK);
    }

    @ParameterizedTest
    @CsvSource({
        "LINE_END, '\n'",
        "LINE_END, 'X: 1\n'",
        "LINE_END, 'X: a\rb\r\n'",
        "NAME, 'X\r\n'",
        "NAME, 'X : 1\r\n'",
        "NAME, 'GET / HTTP/1.1\r\n'",
        "FOLDED, ' x\r\n'",
        "FOLDED, 'X: 1\r\n 2\r\n'",
        "VALUE, 'X: \u0000\r\n'",
        "LENGTH, 'Content-Length: x\r\n'",
        "CODING, 'Transfer-Encoding: gzip\r\n'",
        "TOO_MANY, 'A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n'",
        "TOO_LONG, 'A: 5678901234567890123456789012345678901234567890123456789\r\n'",
    })
    void trailersThatAreNone(Malformed expected, String lines) {
        assertThat(problem("0\r\n" + lines + "\r\n")).isEqualTo(expected);
    }

    @Test
    void trailersMayBeSoLong() {
        String fits = "0\r\nA: " + "x".repeat(LIMITS.headerBytes() - 7) + "\r\n\r\n";
        assertThat(problem(fits)).isNull();
        assertThat(problem(fits.replace("A", "AA"))).isEqualTo(Malformed.TOO_LONG);
    }

    @Test
    void sizesAndExtensionsMayBeSoLong() {
        assertThat(chunked("fffffffffffffff\r\n").outcome()).isEqualTo("INCOMPLETE");
        assertThat(problem("0fffffffffffffff")).isEqualTo(Malformed.CHUNK);
        assertThat(chunked("1;" + "e".repeat(1024) + "\r\nx\r\n0;" + "e".repeat(1024) + "\r\n\r\n")
                        .content())
                .isEqualTo("x");
        assertThat(problem("1;" + "e".repeat(1025))).isEqualTo(Malformed.CHUNK);
        assertThat(problem("1;x\r\nx\r\n0;" + "e".repeat(1025))).isEqualTo(Malformed.CHUNK);
    }

    @Test
    void afterAProblemNothingMoreIsTaken() {
        BodyReader body = new BodyReader(LIMITS);
        body.chunked();
        ByteBuf in = Unpooled.copiedBuffer("5\r\nhelloX0\r\n\r\nGET", StandardCharsets.ISO_8859_1);
        ByteBuf data = body.next(in);
        assertThat(data == null ? "" : data.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo("hello");
        in.release();
        assertThat(body.next(in)).isNull();
        int left = in.readableBytes();
        assertThat(body.next(in)).isNull();
        assertThat(in.readableBytes()).isEqualTo(left);
        assertThat(body.problem()).isEqualTo(Malformed.CHUNK);
        assertThat(body.done()).isFalse();
        assertThat(in.release()).isTrue();
    }

    @Test
    void oneReaderServesManyMessages() {
        BodyReader body = new BodyReader(LIMITS);
        for (int i = 0; i < 300; i++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    body.length(3);
                    assertThat(feed(body, "abcGET", List.of())).isEqualTo(new Result("DONE", "abc", 3, List.of()));
                }
                case 1 -> {
                    body.chunked();
                    assertThat(feed(body, "3;x\r\nabc\r\n0\r\n\r\n", someCuts(16))
                                    .content())
                            .isEqualTo("abc");
                    assertThat(body.trailers()).isNull();
                }
                case 2 -> {
                    body.chunked();
                    assertThat(feed(body, "0\r\nX: 1\r\n\r\n", List.of()).trailers())
                            .containsExactly(new HeadModel.Pair("X", "1"));
                }
                case 3 -> {
                    body.chunked();
                    assertThat(feed(body, "7\r\nhalf", List.of()).outcome()).isEqualTo("INCOMPLETE");
                }
                case 4 -> {
                    body.chunked();
                    assertThat(feed(body, "0\r\nX: 1\r\nbroken\r\n", List.of())).isEqualTo(REFUSED);
                }
                default -> {
                    body.none();
                    assertThat(body.trailers()).isNull();
                    assertThat(body.problem()).isNull();
                }
            }
        }
    }

    // ---- random

    private static final Pattern SIZE =
            Pattern.compile("([0-9A-Fa-f]{1,15})(;[\\t\\x20-\\x7e\\x80-\\xff]{0,1024})?+\\r\\n");
    private static final Pattern END = Pattern.compile("\\r\\n");

    /** The plainest reader of chunks there can be. */
    private static Result model(String text) {
        StringBuilder content = new StringBuilder();
        int at = 0;
        while (true) {
            Matcher size = SIZE.matcher(text).region(at, text.length());
            if (!size.lookingAt()) {
                return size.hitEnd() ? new Result("INCOMPLETE", content.toString(), 0, List.of()) : REFUSED;
            }
            long length = Long.parseLong(size.group(1), 16);
            at = size.end();
            if (length == 0) {
                HeadModel.Result trailers = HeadModel.read(Head.Kind.TRAILERS, LIMITS, text.substring(at));
                return switch (trailers.outcome()) {
                    case "COMPLETE" ->
                        new Result("DONE", content.toString(), at + trailers.consumed(), trailers.pairs());
                    case "INCOMPLETE" -> new Result("INCOMPLETE", content.toString(), 0, List.of());
                    default -> REFUSED;
                };
            }
            int end = (int) Math.min(text.length(), at + length);
            content.append(text, at, end);
            at = end;
            Matcher after = END.matcher(text).region(at, text.length());
            if (!after.lookingAt()) {
                return after.hitEnd() ? new Result("INCOMPLETE", content.toString(), 0, List.of()) : REFUSED;
            }
            at = after.end();
        }
    }

    private static final List<String> BODIES = List.of(
            "5\r\nhello\r\n0\r\n\r\n",
            "3;x=y\r\nabc\r\n000b;\r\n0123456789a\r\n0\r\nX: 1\r\nY:2\r\n\r\nGET / HTTP/1.1\r\n",
            "2\r\n\r\n\r\n1\r\n0\r\n0;z\r\n\r\n");
    private static final List<String> PIECES = List.of(
            "\r\n",
            "\r",
            "\n",
            "0\r\n\r\n",
            ";",
            ";x=\"y\"",
            " ",
            "\t",
            "+",
            "-",
            "0x",
            "f",
            "10",
            "0",
            "\u0000",
            "\u00ff",
            "X: 1\r\n",
            " fold\r\n",
            "Content-Length: 1\r\n",
            "Transfer-Encoding: chunked\r\n",
            "0000000000000000");

    private static String mutated(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(out.length() + 1);
            switch (random.nextInt(5)) {
                case 0 -> out.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> out.insert(at, (char) random.nextInt(256));
                case 2 -> out.delete(at, Math.min(out.length(), at + 1 + random.nextInt(3)));
                case 3 ->
                    out.replace(at, Math.min(out.length(), at + 1), Character.toString((char) random.nextInt(256)));
                default -> out.setLength(at);
            }
        }
        return out.toString();
    }

    @Test
    void agreesWithThePlainestReader() {
        int done = 0;
        int refused = 0;
        int incomplete = 0;
        long seconds = Long.getLong("grouter.fuzz", 0);
        long end = System.nanoTime() + seconds * 1_000_000_000;
        BodyReader body = new BodyReader(LIMITS);
        for (int i = 0; i < 50_000 || (seconds > 0 && System.nanoTime() - end < 0); i++) {
            String text = mutated(BODIES.get(random.nextInt(BODIES.size())));
            Result expected = model(text);
            body.chunked();
            assertThat(feed(body, text, random.nextBoolean() ? List.of() : someCuts(text.length())))
                    .as(text)
                    .isEqualTo(expected);
            switch (expected.outcome()) {
                case "DONE" -> done++;
                case "REFUSED" -> refused++;
                default -> incomplete++;
            }
        }
        assertThat(Math.min(done, Math.min(refused, incomplete))).isGreaterThan(5_000);
    }
}
