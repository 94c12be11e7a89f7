package io.grouter.sim;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a simulation.
 *
 * @param sites number of sites, 1 to {@value #MAX_SITES}
 * @param nodes Grouter nodes per site, 1 to 9
 * @param goRouters GoRouters per site, 1 to 9
 * @param basePort the port everything else is counted from
 * @param registrationInterval how often emitters repeat themselves
 * @param natsProgram program to run as NATS server, or null for the embedded broker
 * @param processes whether each node and GoRouter is a process of its own
 * @param secure whether the sites sign what they announce, talk over mutual TLS, and relay requests
 */
public record SimOptions(
        int sites,
        int nodes,
        int goRouters,
        int basePort,
        Duration registrationInterval,
        @Nullable String natsProgram,
        boolean processes,
        boolean secure) {
    /** Most sites: each has a loopback address of its own. */
    public static final int MAX_SITES = 50;

    private static final int PORTS_PER_SITE = 100;

    /** Checks the numbers; throws {@link IllegalArgumentException} that names the option. */
    public SimOptions {
        between("--sites", sites, 1, MAX_SITES);
        between("--nodes", nodes, 1, 9);
        between("--gorouters", goRouters, 1, 9);
        between("--base-port", basePort, 1024, 65_535 - PORTS_PER_SITE * (sites + 1));
    }

    /** Nodes in this process, without keys, certificates and relays. */
    public SimOptions(
            int sites,
            int nodes,
            int goRouters,
            int basePort,
            Duration registrationInterval,
            @Nullable String natsProgram) {
        this(sites, nodes, goRouters, basePort, registrationInterval, natsProgram, false, false);
    }

    private static void between(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    /** Three sites with two nodes and two GoRouters each and the embedded broker. */
    public static SimOptions standard(int basePort) {
        return new SimOptions(3, 2, 2, basePort, Duration.ofSeconds(4), null);
    }

    /** Returns the name of a site, counted from 1. */
    public String site(int site) {
        return "dc" + site;
    }

    /** Returns the port under which all nodes of a site are reached together: the port of its aliases. */
    public int entryPort(int site) {
        return port(site, 0);
    }

    /** Returns the site that is reached at an {@link #entryPort}; throws {@link IllegalArgumentException} for others. */
    public int siteOfEntry(int port) {
        int site = (port - basePort) / PORTS_PER_SITE;
        if (site < 1 || site > sites || entryPort(site) != port) {
            throw new IllegalArgumentException("no site is entered at port " + port);
        }
        return site;
    }

    /** Returns the port on which one node takes requests; sites and nodes are counted from 1. */
    public int proxyPort(int site, int node) {
        return port(site, node);
    }

    /** Returns the port of a site's NATS server. */
    public int natsPort(int site) {
        return port(site, 20);
    }

    /** Returns the port on which a GoRouter takes requests, counted from 1. */
    public int goRouterPort(int site, int goRouter) {
        return port(site, 30 + goRouter);
    }

    /** Returns the port on which a GoRouter answers health probes, counted from 1. */
    public int goRouterStatusPort(int site, int goRouter) {
        return port(site, 40 + goRouter);
    }

    /** Returns the port of a node's admin API. */
    public int adminPort(int site, int node) {
        return port(site, 50 + node);
    }

    /** Returns the port of a node's DNS server. */
    public int dnsPort(int site, int node) {
        return port(site, 70 + node);
    }

    /** Returns the port on which a node takes requests that other sites relay. */
    public int relayPort(int site, int node) {
        return port(site, 60 + node);
    }

    /** Returns the port of a node for the nodes of its site. */
    public int localGossipPort(int site, int node) {
        return port(site, 80 + node);
    }

    /** Returns the port of a node for other sites. */
    public int wanGossipPort(int site, int node) {
        return port(site, 90 + node);
    }

    /** Returns where a node listens for other sites: an address of its own where the system has more than one. */
    public InetSocketAddress wanAddress(int site, int node) {
        return wan("127." + site + ".0." + node, site, node);
    }

    /** Returns where other sites find a node: at the link that leads there. */
    public InetSocketAddress linkAddress(int site, int node) {
        return wan("127." + site + ".1." + node, site, node);
    }

    private InetSocketAddress wan(String own, int site, int node) {
        return new InetSocketAddress(manyAddresses() ? own : "127.0.0.1", wanGossipPort(site, node));
    }

    /** Returns whether all of 127.0.0.0/8 is this machine, as on Linux; links can be broken only there. */
    public static boolean manyAddresses() {
        return System.getProperty("os.name", "").startsWith("Linux");
    }

    private int port(int site, int offset) {
        return basePort + PORTS_PER_SITE * site + offset;
    }
}
