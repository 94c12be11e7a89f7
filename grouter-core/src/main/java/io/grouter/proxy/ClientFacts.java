package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.grouter.route.IpLiterals;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client's connection.
 *
 * @param address the client's address, by the word of the PROXY protocol where there is one
 * @param port its port; 0 = not known
 * @param listener the address it came to
 * @param https whether it came over TLS
 * @param trusted whether what it says of clients before it is believed
 * @param tls version of TLS, or null
 * @param certificate its certificate, checked, base64 of DER, or null
 * @param site the other site whose Grouter it is, by its certificate; null = an ordinary client
 */
record ClientFacts(
        String address,
        int port,
        InetSocketAddress listener,
        boolean https,
        boolean trusted,
        @Nullable String tls,
        @Nullable String certificate,
        @Nullable String site) {
    /** Returns the facts of a request that another site passed on: the client is the one that site names. */
    ClientFacts ofRelayed(Head request) {
        String client = lastForwardedFor(request);
        return client == null ? this : new ClientFacts(client, 0, listener, https, trusted, tls, certificate, site);
    }

    /** Returns how long heads may be; those from another site have been added to. */
    HeadLimits headLimits(ProxyConfig config) {
        return site == null ? config.headLimits() : config.headLimits().times(2);
    }

    /** The last address of the last X-Forwarded-For is what the other site appended. */
    private static @Nullable String lastForwardedFor(Head request) {
        int line = ForwardedHeaders.last(request, Field.X_FORWARDED_FOR);
        if (line < 0) {
            return null;
        }
        String all = request.value(line);
        String last = all.substring(all.lastIndexOf(',') + 1).trim();
        return IpLiterals.isIpLiteral(last) ? last : null;
    }
}
