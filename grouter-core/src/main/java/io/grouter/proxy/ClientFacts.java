package io.grouter.proxy;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client's connection.
 *
 * @param address the client's address, by the word of the PROXY protocol where there is one
 * @param port its port
 * @param listener the address it came to
 * @param https whether it came over TLS
 * @param trusted whether what it says of clients before it is believed
 * @param tls version of TLS, or null
 * @param certificate its certificate, checked, base64 of DER, or null
 */
record ClientFacts(
        String address,
        int port,
        InetSocketAddress listener,
        boolean https,
        boolean trusted,
        @Nullable String tls,
        @Nullable String certificate) {}
