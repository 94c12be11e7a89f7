package io.grouter.nats;

import io.grouter.rib.Rib;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.RouteHash;
import io.grouter.route.RouteKey;
import io.grouter.route.Utf8Text;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into changes of this site's table. Mutable; used by the rib thread only.
 *
 * <p>Nearly all messages are heartbeats: the same bytes as twenty seconds ago. Those are known by their hash and are not
 * decoded again; only the route they are about is looked up, to be told that its endpoint is still there.
 */
final class Translator {
    private final Sharding sharding;
    private final RegistryMessageDecoder decoder = new RegistryMessageDecoder();
    private final RouteKey key = new RouteKey();
    private final Utf8Text uri = new Utf8Text();
    private @Nullable PackedEndpoint packed;

    /** What became of a message. */
    enum Outcome {
        /** It was taken in, if it said anything. */
        TAKEN,
        /** It is about an isolation segment that this node does not care for. */
        OTHER_SEGMENT,
        /** It was dropped whole. */
        MALFORMED
    }

    Translator(Sharding sharding) {
        this.sharding = sharding;
    }

    /** Takes in one message; never throws. */
    Outcome apply(byte[] body, boolean register, Rib tables, long nowNanos) {
        long hash = 0;
        if (register && decoder.findOnlyUri(body, uri)) {
            hash = RouteHash.of(body, 0, body.length);
            if (tables.heartbeat(uri.into(key), hash, nowNanos)) {
                return Outcome.TAKEN;
            }
        }
        if (!decoder.decode(body)) {
            return Outcome.MALFORMED;
        }
        if (!sharding.accepts(decoder.parts().segment)) {
            return Outcome.OTHER_SEGMENT;
        }
        if (packed == null) {
            packed = new PackedEndpoint(tables.shapes());
        }
        packed.set(decoder.parts());
        for (int i = 0; i < decoder.uriCount(); i++) {
            decoder.uri(i).into(key);
            if (register) {
                tables.register(key, packed, decoder.uriCount() == 1 ? hash : 0, nowNanos);
            } else {
                tables.unregister(key, packed, nowNanos);
            }
        }
        return Outcome.TAKEN;
    }

    /** Says why the last message was dropped. */
    Malformed malformed() {
        return decoder.malformed();
    }
}
