package io.grouter.proxy;

import io.grouter.route.IpLiterals;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One address at which another site takes requests, as this node sees it. Safe for all threads. */
final class RelayEntry {
    private final InetSocketAddress address;
    private final String name;
    private volatile boolean paused;
    private volatile long pausedUntilNanos;
    private volatile boolean announced = true;
    private final AtomicBoolean failing = new AtomicBoolean();

    private RelayEntry(InetSocketAddress address, String name) {
        this.address = address;
        this.name = name;
    }

    /** Returns the entry for an address as sites announce it, or null when it is none; no name is ever looked up. */
    static @Nullable RelayEntry parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || text.length() - colon > 6) {
            return null;
        }
        String host = text.substring(0, colon);
        boolean six = host.startsWith("[") && host.endsWith("]");
        String bare = six ? host.substring(1, host.length() - 1) : host;
        int port = port(text, colon + 1);
        if (port == 0 || six != bare.indexOf(':') >= 0 || !IpLiterals.isIpLiteral(bare)) {
            return null;
        }
        return new RelayEntry(new InetSocketAddress(bare, port), text);
    }

    private static int port(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            port = 10 * port + digit;
        }
        return port > 65535 ? 0 : port;
    }

    InetSocketAddress address() {
        return address;
    }

    /** Returns the address as it was announced. */
    String name() {
        return name;
    }

    /** Passes it over for a while. */
    void pause(long untilNanos) {
        pausedUntilNanos = untilNanos;
        paused = true;
    }

    /** It took no connection; returns whether it did before. */
    boolean failed() {
        return failing.compareAndSet(false, true);
    }

    /** It took a connection; returns whether it did not before. */
    boolean reached() {
        return failing.get() && failing.compareAndSet(true, false);
    }

    /** Returns whether it should be given requests now. */
    boolean usable(long nowNanos) {
        if (paused && nowNanos - pausedUntilNanos >= 0) {
            paused = false;
        }
        return !paused;
    }

    /** Returns whether its site still announces it. */
    boolean announced() {
        return announced;
    }

    /** Its site does not announce it any more. */
    void withdraw() {
        announced = false;
    }
}
