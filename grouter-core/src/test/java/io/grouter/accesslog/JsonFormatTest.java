package io.grouter.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonFormatTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static String line(AccessEntry entry) {
        Line line = new Line(16);
        LineFormat.of(AccessLogConfig.Format.JSON).add(entry, line);
        return StandardCharsets.US_ASCII.decode(line.view()).toString();
    }

    @Test
    void writesEveryField() {
        String line = line(Entries.full());
        assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
        assertThat(JSON.readTree(line)).isEqualTo(JSON.readTree("""
                {"timestamp": "2026-11-23T07:35:42.123000000Z", "host": "app.example.com", "method": "GET",
                 "target": "/path?query=1", "protocol": "HTTP/1.1", "status": 200, "bytes_in": 17,
                 "bytes_out": 1234567890123, "referer": "https://from.example.com/", "user_agent": "curl/8.0",
                 "client": "10.0.0.1:50000", "upstream": "10.0.1.1:80", "x_forwarded_for": "10.9.9.9, 10.0.0.1",
                 "x_forwarded_proto": "https", "vcap_request_id": "a-request-id", "response_time": 0.001234,
                 "own_time": 0.000021, "upstream_time": 61.200000, "x_cf_routererror": "unknown_route",
                 "site": "dc1", "reason": "local", "redirect": "https://dc2.example.com/", "attempts": 2,
                 "tls_version": "TLSv1.3", "traceparent": "00-1-2-01"}
                """));
    }

    @Test
    void leavesOutWhatIsAbsent() {
        String expected = """
                {"timestamp":"1970-01-01T00:00:00.000000000Z","bytes_in":0,"bytes_out":0,"attempts":0}
                """;
        assertThat(line(new AccessEntry())).isEqualTo(expected);
        assertThat(line(Entries.all(""))).isEqualTo(expected);
    }

    @Test
    void everyTextComesBackAsItWas() {
        String line = line(Entries.all(Entries.everyByte()));
        assertThat(line).containsOnlyOnce("\n");
        assertThat(line.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
        JsonNode read = JSON.readTree(line);
        long texts = read.properties().stream()
                .filter(field -> field.getValue().isString())
                .filter(field -> field.getValue().asString().equals(Entries.everyByte()))
                .count();
        assertThat(texts).isEqualTo(17);
        assertThat(line)
                .contains("\\u0000")
                .contains("\\u000a")
                .contains("\\u007f")
                .contains("\\u00ff");
    }

    @Test
    void charactersThatNoHeaderHoldsAreValidToo() {
        AccessEntry entry = Entries.of("\u20ac \ud800 \udc00");
        assertThat(JSON.readTree(line(entry)).get("host").asString()).isEqualTo("\u20ac \ufffd \ufffd");
    }

    @Test
    void nothingThatWasSentLooksLikeAnotherField() {
        AccessEntry entry = Entries.of("a\",\"status\":500,\"x\":\"");
        JsonNode read = JSON.readTree(line(entry));
        assertThat(read.has("status")).isFalse();
        assertThat(read.get("host").asString()).isEqualTo(entry.host);
    }

    @Test
    void longTextsAreCut() {
        assertThat(JSON.readTree(line(Entries.of("\n".repeat(5000))))
                        .get("host")
                        .asString())
                .isEqualTo("\n".repeat(4096));
    }
}
