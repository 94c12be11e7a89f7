package io.grouter.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.Endpoint;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.RouteKey;
import io.grouter.route.TagShapes;
import io.grouter.testing.Seed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryMessageDecoderTest {
    private static final String DIEGO = "{\"host\":\"10.0.1.5\",\"port\":61012,\"tls_port\":61014,"
            + "\"uris\":[\"App.example.com/path\"],\"app\":\"a-guid\",\"private_instance_id\":\"i-1\","
            + "\"private_instance_index\":\"0\",\"server_cert_domain_san\":\"i-1\","
            + "\"endpoint_updated_at_ns\":1730000000000000000,\"availability_zone\":\"z1\","
            + "\"tags\":{\"component\":\"route-emitter\",\"app_name\":null}}";

    private final RegistryMessageDecoder decoder = new RegistryMessageDecoder();

    private static byte[] utf8(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> uris(String json) {
        return uris(utf8(json));
    }

    private List<String> uris(byte[] json) {
        assertThat(decoder.decode(json))
                .as("accepted " + new String(json, StandardCharsets.UTF_8) + ", or else it "
                        + decoder.malformed().detail())
                .isTrue();
        RouteKey key = new RouteKey();
        return IntStream.range(0, decoder.uriCount())
                .mapToObj(i -> decoder.uri(i).into(key).toString())
                .toList();
    }

    private Malformed malformed(String json) {
        assertThat(decoder.decode(utf8(json))).as("accepted").isFalse();
        return decoder.malformed();
    }

    private Endpoint endpoint(String fields) {
        assertThat(uris("{\"uris\":[\"a.test\"]," + fields + "}")).containsExactly("a.test");
        return unpacked();
    }

    private Endpoint unpacked() {
        TagShapes shapes = new TagShapes();
        return PackedEndpoint.unpack(
                new PackedEndpoint(shapes).set(decoder.parts()).bytes().toArray(), shapes);
    }

    @Test
    void takesWhatDiegoSends() {
        assertThat(uris(DIEGO)).containsExactly("app.example.com/path");
        assertThat(unpacked())
                .isEqualTo(new Endpoint(
                        "10.0.1.5:61014",
                        true,
                        "a-guid",
                        "i-1",
                        "0",
                        "",
                        "z1",
                        "",
                        0,
                        Map.of("component", "route-emitter", "app_name", "")));
    }

    @Test
    void everyUriIsRegistered() {
        assertThat(uris("{\"uris\":[\"a.test\",\"b.test\",null]}")).containsExactly("a.test", "b.test", "");
    }

    @Test
    void theNextMessageKeepsNothingOfTheLast() {
        uris(DIEGO);
        assertThat(uris("{\"uris\":[\"b.test\"]}")).containsExactly("b.test");
        assertThat(unpacked()).isEqualTo(Endpoint.at(":0", ""));
    }

    @Test
    void keysMatchInAnyCaseAndTheLastOneCounts() {
        assertThat(endpoint("\"HOST\":\"x\",\"Host\":\"y\",\"PORT\":1,\"port\":2")
                        .address())
                .isEqualTo("y:2");
    }

    @Test
    void nullLeavesAFieldAlone() {
        assertThat(endpoint("\"host\":\"x\",\"host\":null,\"port\":null,\"tags\":null,\"options\":null")
                        .address())
                .isEqualTo("x:0");
    }

    @Test
    void unknownFieldsAreSkipped() {
        assertThat(endpoint("\"host\":\"x\",\"new\":{\"deep\":[1,{\"a\":true}]},\"port\":7")
                        .address())
                .isEqualTo("x:7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", " null ", "{\"uris\":[]}", "{\"uris\":null}"})
    void emptyMessagesAreAcceptedAndDoNothing(String json) {
        assertThat(uris(json)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"uris\":[\"a\",\"b\"],\"uris\":[null]}               | a",
                "{\"uris\":[\"a\",\"b\"],\"uris\":[\"c\"],\"URIS\":[null,null]} | c,b",
                "{\"uris\":[\"a\"],\"uris\":null,\"uris\":[null]}      | ``",
                "{\"uris\":[\"a\"],\"uris\":[],\"uris\":[null]}        | ``",
                "{\"ur\\u0069s\":[\"a\"]}                            | a",
                "{\"uri\u017f\":[\"a\"]}                             | a",
                "{\"uris\":[\"A\\u0042\\/c\"]}                       | ab/c",
                "{\"uris\":[\"x/\\ud83d\\ude00/\"]}                  | x/\ud83d\ude00",
            })
    void oddMessagesAreReadAsGoReadsThem(String json, String expected) {
        assertThat(String.join(",", uris(json))).isEqualTo(expected);
    }

    @Test
    void staleThresholdsAreKeptAsTheyAre() {
        assertThat(endpoint("\"stale_threshold_in_seconds\":-1").staleThresholdSeconds())
                .isEqualTo(-1);
        assertThat(endpoint("\"stale_threshold_in_seconds\":90").staleThresholdSeconds())
                .isEqualTo(90);
    }

    @Test
    void loneSurrogatesBecomeReplacementCharactersAsInGo() {
        assertThat(uris("{\"uris\":[\"\\ud800a.test\"]}")).containsExactly("\ufffda.test");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JSON          | ",
                "JSON          | []",
                "JSON          | not json",
                "JSON          | {\"uris\":[\"a\"]",
                "JSON          | {\"uris\":[\"a\"]} x",
                "JSON          | {} {}",
                "JSON          | \ufeff{}",
                "TYPE          | {\"uris\":\"a\"}",
                "TYPE          | {\"uris\":[1]}",
                "TYPE          | {\"host\":1}",
                "TYPE          | {\"port\":\"1\"}",
                "TYPE          | {\"port\":1.5}",
                "TYPE          | {\"port\":1e3}",
                "TYPE          | {\"private_instance_index\":0}",
                "TYPE          | {\"stale_threshold_in_seconds\":1.5}",
                "TYPE          | {\"tags\":{\"a\":1}}",
                "TYPE          | {\"tags\":[]}",
                "TYPE          | {\"options\":\"x\"}",
                "TYPE          | {\"options\":{\"lb_algo\":1}}",
                "TYPE          | {\"options\":{\"hash_balance\":\"1\"}}",
                "RANGE         | {\"port\":-1}",
                "RANGE         | {\"port\":65536}",
                "RANGE         | {\"tls_port\":99999999999999999999}",
                "ROUTE_SERVICE | {\"route_service_url\":\"http://rs.test\"}",
            })
    void whatGoRouterDropsIsDroppedWhole(Malformed.Reason reason, String json) {
        assertThat(malformed(json == null ? "" : json).reason()).isEqualTo(reason);
    }

    @Test
    void everyFieldIsKept() {
        Endpoint endpoint = endpoint("\"host\":\"10.0.0.1\",\"port\":1,\"app\":\"a\",\"isolation_segment\":\"s\","
                + "\"availability_zone\":\"z\",\"route_service_url\":\"https://rs\",\"protocol\":\"http2\","
                + "\"tags\":{\"x\":\"y\"},\"tags\":{\"app_id\":\"a\"},\"options\":{\"LoadBalancing\":\"hash\","
                + "\"hash_header\":\"h\",\"hash_balance\":1.25,\"lb_algo\":\"nonsense\"}");
        assertThat(endpoint)
                .isEqualTo(new Endpoint(
                        "10.0.0.1:1", false, "a", "", "", "s", "z", "https://rs", 0, Map.of("x", "y", "app_id", "a")));
    }

    @Test
    void routeServicesOverHttpsAreTaken() {
        assertThat(endpoint("\"route_service_url\":\"https://rs.test\"").routeServiceUrl())
                .isEqualTo("https://rs.test");
        assertThat(endpoint("\"route_service_url\":\"httpsfoo\"").routeServiceUrl())
                .isEqualTo("httpsfoo");
    }

    @Test
    void oversizedUrisDropTheMessage() {
        Malformed malformed = malformed("{\"host\":\"10.0.0.9\",\"uris\":[\"ok.test\",\"" + "a".repeat(2049) + "\"]}");
        assertThat(malformed.reason()).isEqualTo(Malformed.Reason.OVERSIZED);
        assertThat(malformed.emitter()).isEqualTo("10.0.0.9");
    }

    @Test
    void whatCouldNotBeSentOnIsOversizedToo() {
        for (String fields : List.of(
                "\"app\":\"" + "a".repeat(1025) + "\"",
                "\"uris\":[\"" + "\u0130".repeat(2048) + "\"]",
                "\"uris\":[\"h" + "/a".repeat(33) + "\"]")) {
            assertThat(malformed("{" + fields + "}").reason()).isEqualTo(Malformed.Reason.OVERSIZED);
        }
    }

    @Test
    void badUtf8BecomesReplacementCharactersAsInGo() {
        byte[] body = utf8("{\"uris\":[\"x.test\"]}");
        body[10] = (byte) 0xC3;
        assertThat(uris(body)).containsExactly("\ufffd.test");
    }

    @Test
    void aNullListIsEmptyAsInGo() {
        assertThat(uris("{\"uris\":[\"a.test\"],\"uris\":null}")).isEmpty();
    }

    @Test
    void theEmittersNameCannotForgeLogLines() {
        assertThat(malformed("{\"host\":\"x\\nERROR all is lost\",\"port\":\"\"}")
                        .emitter())
                .isEqualTo("x?ERROR?all?is?lost");
    }

    @Test
    void nestingIsBoundedAsInGo() {
        String deep = "[".repeat(9_998) + "]".repeat(9_998);
        assertThat(uris("{\"x\":" + deep + "}")).isEmpty();
        assertThat(malformed("{\"x\":[[" + deep + "]]}").reason()).isEqualTo(Malformed.Reason.JSON);
    }

    /**
     * Mutated messages: the decoder never throws, and takes and drops the same ones as a general parser that is told
     * the rules. Runs for a fixed number of messages, or for {@code -Dgrouter.fuzz=SECONDS}.
     */
    @Test
    void agreesWithAGeneralParserOnMutatedMessages() {
        Random random = Seed.random("RegistryMessageDecoderTest.agreesWithAGeneralParserOnMutatedMessages");
        long until = System.nanoTime() + Integer.getInteger("grouter.fuzz", 2) * 1_000_000_000L;
        int accepted = 0;
        int dropped = 0;
        while (System.nanoTime() - until < 0) {
            byte[] body = MessageMutator.mutate(DIEGO, random);
            RegistryMessageModel model = RegistryMessageModel.decode(body);
            String shown = new String(body, StandardCharsets.UTF_8);
            if (model == null) {
                assertThat(decoder.decode(body)).as("accepted " + shown).isFalse();
                assertThat(decoder.malformed().detail()).isNotEmpty();
                dropped++;
            } else {
                assertThat(uris(body)).as(shown).isEqualTo(model.uris());
                assertThat(unpacked()).as(shown).isEqualTo(model.endpoint());
                accepted++;
            }
        }
        System.out.println("compared " + accepted + " accepted and " + dropped + " dropped messages");
        assertThat(accepted).isGreaterThan(100);
        assertThat(dropped).isGreaterThan(100);
    }
}
