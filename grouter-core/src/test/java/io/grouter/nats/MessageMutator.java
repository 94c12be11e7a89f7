package io.grouter.nats;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Makes messages out of a good one: some still good, some odd, some broken. */
final class MessageMutator {
    private static final String[] PIECES = {
        "null",
        "\"\"",
        "1",
        "-1",
        "0",
        "65536",
        "1.5",
        "1e2",
        "true",
        "[]",
        "{}",
        "[null]",
        "[\"a.test\",\"B.test/X/\"]",
        "{\"a\":\"b\"}",
        "{\"a\":1}",
        "\"\\u0041\"",
        "\"\\ud800\"",
        "\"https://x\"",
        "99999999999999999999",
        ",",
        ":",
        "\"",
        "{\"lb_algo\":\"x\"}",
        "{\"hash_balance\":1.2}",
        "{\"hash_balance\":\"x\"}",
        "\\",
        "]",
        "}",
        " ",
        "\n",
        "\t",
        "\u0130"
    };
    private static final String[] KEYS = {
        "uris",
        "URIS",
        "host",
        "Port",
        "tls_port",
        "app",
        "private_instance_id",
        "private_instance_index",
        "tags",
        "options",
        "stale_threshold_in_seconds",
        "isolation_segment",
        "route_service_url",
        "unknown",
        "protocol"
    };

    private MessageMutator() {}

    static byte[] mutate(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.insert(1, "\"" + pick(KEYS, random) + "\":" + pick(PIECES, random) + ",");
                case 1 -> text.insert(text.length() - 1, ",\"" + pick(KEYS, random) + "\":" + pick(PIECES, random));
                case 2 -> text.insert(at, pick(PIECES, random));
                default -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
        byte[] body = bytes.toByteArray();
        if (random.nextInt(4) == 0) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(8) == 0 ? java.util.Arrays.copyOf(body, random.nextInt(body.length + 1)) : body;
    }

    private static String pick(String[] from, Random random) {
        return from[random.nextInt(from.length)];
    }
}
