package io.grouter.sim.virtual;

import io.grouter.gossip.Seals;
import io.grouter.route.SiteId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Signatures for a world without attackers from outside: a keyed hash, a thousand times cheaper than a real signature,
 * which would be nearly all of a simulation's work.
 */
record HashSeals(SiteId own, Map<SiteId, Long> secrets, boolean believing) implements Seals {
    private static final int BYTES = 64;

    private static byte[] hash(long secret, byte[] statement) {
        long a = secret;
        for (byte each : statement) {
            a = (a ^ each) * 0x9E3779B97F4A7C15L;
            a ^= a >>> 29;
        }
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        while (out.hasRemaining()) {
            a = (a ^ a >>> 31) * 0xD6E8FEB86659FD93L + secret;
            out.putLong(a);
        }
        return out.array();
    }

    @Override
    public int ownId() {
        return own.hashCode();
    }

    @Override
    public byte[] signature(byte[] statement) {
        return hash(secret(own), statement);
    }

    private long secret(SiteId site) {
        @Nullable Long secret = secrets.get(site);
        if (secret == null) {
            throw new IllegalArgumentException("no secret of site " + site);
        }
        return secret;
    }

    @Override
    public Verdict check(SiteId site, int keyId, byte[] statement, byte[] signature) {
        if (believing) {
            return Verdict.GOOD;
        }
        if (!secrets.containsKey(site)) {
            return Verdict.UNKNOWN_SITE;
        }
        if (site.hashCode() != keyId) {
            return Verdict.UNKNOWN_KEY;
        }
        return Arrays.equals(hash(secret(site), statement), signature) ? Verdict.GOOD : Verdict.WRONG;
    }
}
