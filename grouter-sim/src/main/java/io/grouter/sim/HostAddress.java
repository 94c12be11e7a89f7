package io.grouter.sim;

import java.net.InetSocketAddress;

/**
 * Where simulated parts are: what they listen on, and what they tell others.
 *
 * @param listen the address listened on
 * @param advertised the address under which others reach it
 */
record HostAddress(String listen, String advertised) {
    /** Parts that only this machine reaches. */
    static final HostAddress LOOPBACK = new HostAddress("127.0.0.1", "127.0.0.1");

    /** Returns parts that listen on all addresses of this machine and are reached under one. */
    static HostAddress everywhere(String advertised) {
        return new HostAddress("0.0.0.0", advertised);
    }

    /** Returns a port to listen on; 0 = any free one. */
    InetSocketAddress bind(int port) {
        return new InetSocketAddress(listen, port);
    }
}
