package io.grouter.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFormatTest {
    /** GoRouter's line as a parser sees it: words, and quoted texts in which quotation marks are escaped. */
    private static final Pattern PARSED = Pattern.compile("""
            (?<host>\\S+) - \\[(?<time>\\S+)] "(?<method>\\S+) (?<target>\\S+) (?<protocol>\\S+)" (?<status>\\d+|"-") \
            (?<in>\\d+) (?<out>\\d+) "(?<referer>Q)" "(?<agent>Q)" "(?<client>Q)" "(?<upstream>Q)" \
            x_forwarded_for:"(?<xff>Q)" x_forwarded_proto:"(?<xfp>Q)" vcap_request_id:"(?<id>Q)" response_time:\\S+ \
            gorouter_time:\\S+ app_id:"-" app_index:"-" instance_id:"-" x_cf_routererror:"(?<error>Q)" \
            grouter_site:"(?<site>Q)" grouter_reason:"(?<reason>Q)" grouter_redirect:"(?<redirect>Q)" \
            grouter_attempts:\\d+ upstream_time:\\S+ tls_version:"(?<tls>Q)" traceparent:"(?<trace>Q)"\n""".replace("Q", "(?:[^\"\\\\]|\\\\.)*"));

    private static final List<String> TEXTS = List.of(
            "host",
            "method",
            "target",
            "protocol",
            "referer",
            "agent",
            "client",
            "upstream",
            "xff",
            "xfp",
            "id",
            "error",
            "site",
            "reason",
            "redirect",
            "tls",
            "trace");

    private static String line(AccessEntry entry) {
        Line line = new Line(16);
        LineFormat.of(AccessLogConfig.Format.TEXT).add(entry, line);
        return StandardCharsets.US_ASCII.decode(line.view()).toString();
    }

    @Test
    void writesGoRoutersFieldsAndThenItsOwn() {
        assertThat(line(Entries.full())).isEqualTo("""
                app.example.com - [2026-11-23T07:35:42.123000000Z] "GET /path?query=1 HTTP/1.1" 200 17 1234567890123 \
                "https://from.example.com/" "curl/8.0" "10.0.0.1:50000" "10.0.1.1:80" \
                x_forwarded_for:"10.9.9.9, 10.0.0.1" x_forwarded_proto:"https" vcap_request_id:"a-request-id" \
                response_time:0.001234 gorouter_time:0.000021 app_id:"-" app_index:"-" instance_id:"-" \
                x_cf_routererror:"unknown_route" grouter_site:"dc1" grouter_reason:"local" \
                grouter_redirect:"https://dc2.example.com/" grouter_attempts:2 upstream_time:61.200000 \
                tls_version:"TLSv1.3" traceparent:"00-1-2-01"
                """);
        assertThat(line(Entries.full())).matches(PARSED);
    }

    @Test
    void writesADashForWhatIsAbsent() {
        String expected = """
                - - [1970-01-01T00:00:00.000000000Z] "- - -" "-" 0 0 "-" "-" "-" "-" x_forwarded_for:"-" \
                x_forwarded_proto:"-" vcap_request_id:"-" response_time:"-" gorouter_time:"-" app_id:"-" \
                app_index:"-" instance_id:"-" x_cf_routererror:"-" grouter_site:"-" grouter_reason:"-" \
                grouter_redirect:"-" grouter_attempts:0 upstream_time:"-" tls_version:"-" traceparent:"-"
                """;
        assertThat(line(new AccessEntry())).isEqualTo(expected);
        assertThat(line(Entries.all(""))).isEqualTo(expected);
    }

    @Test
    void nothingThatWasSentLooksLikeAnotherFieldOrLine() {
        AccessEntry entry = Entries.full();
        entry.host = "a b\" \\";
        entry.target = "/\" 200 0 0 \"";
        entry.userAgent = "x\" \"10.0.0.1:1\"\r\nforged - \u007f\u00e4\u00ff\t\u0000 \u20ac";
        String line = line(entry);
        assertThat(line)
                .startsWith("a\\x20b\\\"\\x20\\\\ - [")
                .contains("\"GET /\\\"\\x20200\\x200\\x200\\x20\\\" HTTP/1.1\" 200 17 ")
                .contains(" \"x\\\" \\\"10.0.0.1:1\\\"\\x0d\\x0aforged - \\x7f\\xe4\\xff\\x09\\x00 ?\" ")
                .matches(PARSED);
    }

    @Test
    void everyByteComesBackAsItWasFromEveryField() {
        for (char c = 0; c <= 0xFF; c++) {
            String text = "a" + c + "b";
            Matcher parsed = PARSED.matcher(line(Entries.all(text)));
            assertThat(parsed.matches()).isTrue();
            for (String field : TEXTS) {
                assertThat(unescaped(parsed.group(field))).as(field).isEqualTo(text);
            }
        }
    }

    private static String unescaped(String text) {
        return Pattern.compile("\\\\(x([0-9a-f]{2})|.)")
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(2) == null
                                ? found.group(1)
                                : String.valueOf((char) Integer.parseInt(found.group(2), 16))));
    }

    @Test
    void longTextsAreCut() {
        AccessEntry entry = new AccessEntry();
        entry.target = "\n".repeat(4097);
        entry.userAgent = "u".repeat(1_000_000);
        assertThat(line(entry)).contains(" " + "\\x0a".repeat(4096) + " ").contains("\"" + "u".repeat(4096) + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, '\"-\"'",
        "-9223372036854775808, '\"-\"'",
        "0, 0.000000",
        "499, 0.000000",
        "500, 0.000001",
        "999999499, 0.999999",
        "999999500, 1.000000",
        "3600000000000, 3600.000000",
        "9223372036854775807, 9223372036.854776",
    })
    void timesAreSecondsWithSixDecimals(long nanos, String text) {
        AccessEntry entry = new AccessEntry();
        entry.totalNanos = nanos;
        assertThat(line(entry)).contains(" response_time:" + text + " gorouter_time:");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 1969-12-31T23:59:59.999",
        "951782400000, 2000-02-29T00:00:00.000",
        "1709251199999, 2024-02-29T23:59:59.999",
        "253402300800000, 10000-01-01T00:00:00.000",
    })
    void timestampsAreUtc(long millis, String text) {
        AccessEntry entry = new AccessEntry();
        entry.startMillis = millis;
        assertThat(line(entry)).contains(" - [" + text + "000000Z] ");
    }

    @ParameterizedTest
    @CsvSource({"-9223372036854775808, 0", "-1, 0", "10, 10", "9223372036854775807, 9223372036854775807"})
    void anyNumberCanBeWritten(long number, String text) {
        AccessEntry entry = new AccessEntry();
        entry.startMillis = number;
        entry.bytesIn = number;
        assertThat(line(entry)).contains(" \"-\" " + text + " 0 ");
    }
}
