package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page's files as they are, without a browser. */
class WebPageTest {
    private static final Path SOURCE = Path.of("src/main/resources/io/grouter/admin/page");
    private static final Pattern COLOUR =
            Pattern.compile("--([a-z-]+): light-dark\\(#([0-9a-f]{6}), #([0-9a-f]{6})\\);");
    private static final Pattern IMPORT = Pattern.compile("from '\\./([a-z-]+\\.js)'");

    private static byte[] file(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(WebPage.class.getResourceAsStream("page/" + name), name)) {
            return in.readAllBytes();
        }
    }

    private static String text(String name) throws IOException {
        return new String(file(name), StandardCharsets.UTF_8);
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> all = Files.list(SOURCE)) {
            return all.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void everyFileIsServedAndNothingElse() throws IOException {
        TreeSet<String> expected = new TreeSet<>();
        sources().forEach(name -> expected.add(name.equals("index.html") ? "/" : "/assets/" + name));
        expected.add("/assets/lit-html.js");
        assertThat(new WebPage().paths()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aFileComesWithItsTypeItsTagAndAPolicy() {
        WebPage page = new WebPage();
        AdminApi.Answer first = Objects.requireNonNull(page.answer("GET", "/", null));
        assertThat(first.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(first.headers().get("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .doesNotContain("unsafe");
        AdminApi.Answer again =
                Objects.requireNonNull(page.answer("GET", "/", first.headers().get("ETag")));
        assertThat(again.status()).isEqualTo(304);
        assertThat(page.answer("POST", "/", null)).isNull();
        for (String path :
                List.of("/assets/", "/assets/index.html", "/assets/../AdminApi.class", "/assets/%2e%2e/x", "/x")) {
            assertThat(page.answer("GET", path, null)).as(path).isNull();
        }
    }

    @Test
    void scriptsImportEachOtherAndNothingFromElsewhere() throws IOException {
        List<String> all = sources();
        for (String name : all) {
            String text = text(name);
            IMPORT.matcher(text)
                    .results()
                    .map(found -> found.group(1))
                    .forEach(found -> assertThat(all.contains(found) || found.equals("lit-html.js"))
                            .as("%s imports %s", name, found)
                            .isTrue());
            assertThat(text.replace("http://www.w3.org/2000/svg", "").replaceAll("http://'|http://(shop|\\$)", ""))
                    .as(name)
                    .doesNotContain("https://", "http://");
        }
    }

    /** The policy allows none of these; and texts of others would become part of the page by some. */
    @Test
    void nothingInThePageTurnsTextIntoMarkupOrCode() throws IOException {
        for (String name : sources()) {
            assertThat(text(name))
                    .as(name)
                    .doesNotContain("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(")
                    .doesNotContain(" style=", "javascript:", "unsafe", "<script>", "onclick=");
        }
    }

    /** The library is what was looked at, however it got here. */
    @Test
    void theLibraryIsTheOneThatIsMeantAndComesWithItsLicence() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(file("lit-html.js"));
        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("5b38623fdb1513e0a559fc25d516f669027f937c86d4451f7e704d37c298e061");
        try (InputStream licence = WebPage.class.getResourceAsStream("/META-INF/licenses/lit-html.txt")) {
            assertThat(new String(Objects.requireNonNull(licence).readAllBytes(), StandardCharsets.UTF_8))
                    .contains("BSD 3-Clause License", "Google LLC");
        }
    }

    // ---- colours

    private static Map<String, String> colours(int scheme) throws IOException {
        Map<String, String> all = new HashMap<>();
        Matcher matcher = COLOUR.matcher(text("style.css"));
        for (MatchResult found : matcher.results().toList()) {
            all.put(found.group(1), found.group(scheme));
        }
        return all;
    }

    /** Relative luminance as WCAG 2 defines it. */
    private static double luminance(String colour) {
        double sum = 0;
        double[] weights = {0.2126, 0.7152, 0.0722};
        for (int i = 0; i < 3; i++) {
            double part = Integer.parseInt(colour.substring(2 * i, 2 * i + 2), 16) / 255.0;
            sum += weights[i] * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    private static double contrast(String one, String other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    /** Text takes 4.5 to 1, edges of fields and parts of pictures 3 to 1. */
    @ParameterizedTest
    @CsvSource({
        "ink, 4.5, page card raised good-ground warn-ground bad-ground",
        "soft, 4.5, page card raised good-ground warn-ground bad-ground",
        "accent, 4.5, page card raised good-ground warn-ground bad-ground",
        "on-accent, 4.5, accent",
        "good, 4.5, page card raised good-ground",
        "warn, 4.5, page card raised warn-ground",
        "bad, 4.5, page card raised good-ground warn-ground bad-ground",
        "forwarded, 4.5, card",
        "redirected, 4.5, card",
        "relayed, 4.5, card",
        "failed, 4.5, card",
        "field, 3, page card",
        "edge, 1.1, card page",
    })
    void coloursCanBeReadInBothThemes(String colour, double least, String grounds) throws IOException {
        for (int scheme = 2; scheme <= 3; scheme++) {
            Map<String, String> all = colours(scheme);
            for (String ground : grounds.split(" ")) {
                assertThat(contrast(
                                Objects.requireNonNull(all.get(colour), colour),
                                Objects.requireNonNull(all.get(ground), ground)))
                        .as("%s on %s, %s", colour, ground, scheme == 2 ? "light" : "dark")
                        .isGreaterThanOrEqualTo(least);
            }
        }
    }

    @Test
    void coloursStandInOnePlace() throws IOException {
        String rest = text("style.css").replaceAll("(?s):root \\{.*?\\n\\}", "");
        assertThat(Pattern.compile("#[0-9a-fA-F]{3,8}\\b").matcher(rest).find()).isFalse();
    }
}
