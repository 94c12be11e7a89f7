package io.grouter.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrubberTest {
    private final Scrubber scrubber = new Scrubber("t0ken-of-mine");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"password\" : \"SECRET\"",
                "{\"natsPassword\":\"SECRET\",\"signingKey\": \"SECRET\"}",
                "password: SECRET",
                "client-token=SECRET and more",
                "Authorization: Bearer SECRET",
                "authorization: basic SECRET==",
                "nats://nats:SECRET@10.0.0.1:4222",
                "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nSECRET, cut off",
                "asked with t0ken-of-mine-SECRET"
            })
    void noSecretStays(String text) {
        String clean = scrubber.scrub(text.replace("t0ken-of-mine-SECRET", "t0ken-of-mine"));
        assertThat(clean)
                .doesNotContain("SECRET")
                .doesNotContain("t0ken-of-mine")
                .contains("***");
    }

    @Test
    void everythingElseStays() {
        String text =
                "{\"servers\": [\"nats://10.0.0.1:4222\"], \"key\": \"/etc/grouter/node.key\", \"user\": \"nats\"}\n"
                        + "grouter_nats_connected 1.0\n-----BEGIN CERTIFICATE-----\nMIIB\n";
        assertThat(scrubber.scrub(text)).isEqualTo(text);
    }
}
