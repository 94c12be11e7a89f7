package io.grouter.sim;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes sure that every port of a simulation is free before anything is started. */
final class Ports {
    private Ports() {}

    /** Throws {@link IOException} that names the first port taken, what it is for and what to do. */
    static void check(SimOptions options) throws IOException {
        for (int site = 1; site <= options.sites(); site++) {
            for (Map.Entry<Integer, String> port : ofSite(options, site).entrySet()) {
                if (!Sockets.isFree(port.getKey())) {
                    throw new IOException("port " + port.getKey() + " of 127.0.0.1 is taken; " + options.site(site)
                            + " needs it for " + port.getValue() + " (is another simulation running? choose other"
                            + " ports with --base-port)");
                }
            }
        }
    }

    private static Map<Integer, String> ofSite(SimOptions options, int site) {
        Map<Integer, String> ports = new LinkedHashMap<>();
        ports.put(options.entryPort(site), "requests to the site");
        ports.put(options.natsPort(site), "NATS");
        for (int i = 1; i <= options.goRouters(); i++) {
            ports.put(options.goRouterPort(site, i), "GoRouter " + i);
            ports.put(options.goRouterStatusPort(site, i), "the health check of GoRouter " + i);
        }
        for (int i = 1; i <= options.nodes(); i++) {
            ports.put(options.proxyPort(site, i), "requests to node " + i);
            ports.put(options.adminPort(site, i), "the admin API of node " + i);
            ports.put(options.dnsPort(site, i), "DNS of node " + i);
            ports.put(options.relayPort(site, i), "requests relayed to node " + i);
            ports.put(options.localGossipPort(site, i), "node " + i + " and its siblings");
            ports.put(options.wanGossipPort(site, i), "node " + i + " and other sites");
        }
        return ports;
    }
}
