package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Seed;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouteKeyTest {
    private static final String LETTERS = "abAB./?*:%-_\u00c4\u0130\u03a3\ud83d\ude00";

    private static String randomUri(Random random) {
        StringBuilder uri = new StringBuilder();
        int bound = random.nextInt(3) == 0 ? LETTERS.codePointCount(0, LETTERS.length()) : 12;
        for (int i = random.nextInt(30); i > 0; i--) {
            uri.appendCodePoint(LETTERS.codePointAt(LETTERS.offsetByCodePoints(0, random.nextInt(bound))));
        }
        return uri.toString();
    }

    @Test
    void isTheSameAsTheValue() {
        Random random = Seed.random("RouteKeyTest.isTheSameAsTheValue");
        RouteKey key = new RouteKey();
        RouteKey other = new RouteKey();
        for (int i = 0; i < 50_000; i++) {
            String text = randomUri(random);
            byte[] uri = ("xx" + text + "yy").getBytes(StandardCharsets.UTF_8);
            RouteUri value = RouteUri.parse(text);
            key.set(uri, 2, uri.length - 2);
            other.set(value);
            assertThat(key.toUri()).as(text).isEqualTo(value);
            assertThat(key.toString()).isEqualTo(value.toString());
            assertThat(key.is(value)).as(text).isTrue();
            assertThat(key.is(new RouteUri(value.host() + "a", value.path()))).isFalse();
            RouteHash hash = RouteHash.of(value.host(), 0, value.path());
            assertThat(key.hash().a())
                    .as(text)
                    .isEqualTo(hash.a())
                    .isEqualTo(other.hash().a());
            assertThat(key.hash().b())
                    .as(text)
                    .isEqualTo(hash.b())
                    .isEqualTo(other.hash().b());
        }
    }

    @Test
    void differentNamesHaveDifferentHashes() {
        Random random = Seed.random("RouteKeyTest.differentNamesHaveDifferentHashes");
        Map<Long, RouteUri> seen = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            RouteUri uri = RouteUri.parse(randomUri(random));
            RouteUri other = seen.put(RouteHash.of(uri.host(), 0, uri.path()).a(), uri);
            assertThat(other == null ? uri : other).isEqualTo(uri);
        }
    }

    @Test
    void hashesOfBytesDependOnEveryByteAndTheLength() {
        byte[] bytes = new byte[100];
        Map<Long, Integer> seen = new HashMap<>();
        for (int length = 0; length <= bytes.length; length++) {
            assertThat(seen.put(RouteHash.of(bytes, 0, length), length)).isNull();
        }
        long all = RouteHash.of(bytes, 0, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = 1;
            assertThat(RouteHash.of(bytes, 0, bytes.length)).isNotEqualTo(all);
            bytes[i] = 0;
        }
        byte[] shifted = new byte[110];
        System.arraycopy("some bytes in the middle of others".getBytes(StandardCharsets.US_ASCII), 0, shifted, 5, 34);
        assertThat(RouteHash.of(shifted, 5, 39))
                .isEqualTo(
                        RouteHash.of("some bytes in the middle of others".getBytes(StandardCharsets.US_ASCII), 0, 34));
    }
}
