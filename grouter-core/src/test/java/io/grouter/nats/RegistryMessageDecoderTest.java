package io.grouter.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.Endpoint;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.testing.Seed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

    private Decoded decode(String json) {
        return decoder.register(json.getBytes(StandardCharsets.UTF_8));
    }

    private List<RouteChange> changes(String json) {
        Decoded decoded = decode(json);
        assertThat(decoded).isInstanceOf(Decoded.Changes.class);
        return ((Decoded.Changes) decoded).changes();
    }

    private Endpoint endpoint(String fields) {
        return changes("{\"uris\":[\"a.test\"]," + fields + "}").get(0).endpoint();
    }

    @Test
    void takesWhatDiegoSends() {
        assertThat(changes(DIEGO))
                .containsExactly(new RouteChange.Register(
                        new RouteUri("app.example.com", "/path"),
                        new Endpoint("10.0.1.5:61014", true, "a-guid", "i-1", "0", "", 0)));
    }

    @Test
    void unregisterCarriesTheSameBody() {
        Decoded decoded = decoder.unregister(DIEGO.getBytes(StandardCharsets.UTF_8));
        assertThat(((Decoded.Changes) decoded).changes()).hasOnlyElementsOfType(RouteChange.Unregister.class);
    }

    @Test
    void everyUriIsRegistered() {
        assertThat(changes("{\"uris\":[\"a.test\",\"b.test\",null]}"))
                .extracting(change -> change.uri().toString())
                .containsExactly("a.test", "b.test", "");
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
    @ValueSource(strings = {"{}", "null", "{\"uris\":[]}", "{\"uris\":null}"})
    void emptyMessagesAreAcceptedAndDoNothing(String json) {
        assertThat(changes(json)).isEmpty();
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
        assertThat(changes("{\"uris\":[\"\\ud800a.test\"]}").get(0).uri().host())
                .isEqualTo("\ufffda.test");
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
    void whatGoRouterDropsIsDroppedWhole(Decoded.Reason reason, String json) {
        Decoded decoded = decode(json == null ? "" : json);
        assertThat(decoded).isInstanceOf(Decoded.Malformed.class);
        assertThat(((Decoded.Malformed) decoded).reason()).isEqualTo(reason);
    }

    @Test
    void routeServicesOverHttpsAreTaken() {
        assertThat(changes("{\"uris\":[\"a\"],\"route_service_url\":\"https://rs.test\"}"))
                .hasSize(1);
    }

    @Test
    void oversizedUrisDropTheMessage() {
        Decoded decoded = decode("{\"host\":\"10.0.0.9\",\"uris\":[\"ok.test\",\"" + "a".repeat(2049) + "\"]}");
        assertThat(decoded).isInstanceOf(Decoded.Malformed.class);
        Decoded.Malformed malformed = (Decoded.Malformed) decoded;
        assertThat(malformed.reason()).isEqualTo(Decoded.Reason.OVERSIZED);
        assertThat(malformed.emitter()).isEqualTo("10.0.0.9");
    }

    @Test
    void whatCouldNotBeSentOnIsOversizedToo() {
        for (String fields :
                List.of("\"app\":\"" + "a".repeat(1025) + "\"", "\"uris\":[\"" + "\u0130".repeat(2048) + "\"]")) {
            assertThat(((Decoded.Malformed) decode("{" + fields + "}")).reason())
                    .isEqualTo(Decoded.Reason.OVERSIZED);
        }
    }

    @Test
    void badUtf8BecomesReplacementCharactersAsInGo() {
        byte[] body = "{\"uris\":[\"x.test\"]}".getBytes(StandardCharsets.UTF_8);
        body[10] = (byte) 0xC3;
        Decoded decoded = decoder.register(body);
        assertThat(((Decoded.Changes) decoded).changes().get(0).uri().host()).isEqualTo("\ufffd.test");
    }

    @Test
    void aNullListIsEmptyAsInGo() {
        assertThat(changes("{\"uris\":[\"a.test\"],\"uris\":null}")).isEmpty();
    }

    @Test
    void theEmittersNameCannotForgeLogLines() {
        Decoded decoded = decode("{\"host\":\"x\\nERROR all is lost\",\"port\":\"\"}");
        assertThat(((Decoded.Malformed) decoded).emitter()).isEqualTo("x?ERROR?all?is?lost");
    }

    @Test
    void rubbishNeverThrows() {
        Random random = Seed.random("RegistryMessageDecoderTest.rubbishNeverThrows");
        byte[] good = DIEGO.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = good.clone();
            int flips = 1 + random.nextInt(5);
            for (int f = 0; f < flips; f++) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(body, random.nextInt(body.length + 1));
            assertThat(decoder.register(body)).isNotNull();
            assertThat(decoder.unregister(cut)).isNotNull();
        }
    }
}
