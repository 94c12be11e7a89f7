package io.grouter.sim;

import java.util.Locale;

/** What a simulation says when it is up. */
final class Welcome {
    private Welcome() {}

    static String text(Simulation world, double seconds) {
        SimOptions options = world.options();
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d sites are serving, %.1f s after the start. App domain: %s%n%n",
                options.sites(),
                seconds,
                Deployment.APP_DOMAIN));
        for (SimSite site : world.sites()) {
            text.append("  ").append(site.name()).append("  entry ").append(site.entryAddress());
            text.append(":").append(options.entryPort(site.number()));
            text.append("  aliases *.").append(site.name()).append(".").append(Deployment.APP_DOMAIN);
            text.append("  nats :").append(options.natsPort(site.number()));
            text.append(" (").append(site.nats().description()).append(")\n");
            for (int node = 1; node <= options.nodes(); node++) {
                int number = site.number();
                text.append("       node ").append(node);
                text.append("  http :").append(options.proxyPort(number, node));
                text.append("  admin :").append(options.adminPort(number, node));
                text.append("  dns :").append(options.dnsPort(number, node)).append("\n");
            }
        }
        int last = options.sites();
        int first = options.proxyPort(1, 1);
        Deployment remote = world.deployments().stream()
                .filter(app -> !app.sites().contains(1) && app.path().equals("/"))
                .findFirst()
                .orElse(world.deployments().get(0));
        text.append("\nTry, in another terminal:\n");
        text.append("  curl -i  http://hello.apps.localhost:").append(first).append("/");
        text.append("        # runs everywhere: answered in dc1\n");
        text.append("  curl -iL http://")
                .append(remote.host())
                .append(":")
                .append(first)
                .append("/");
        text.append("       # runs in dc").append(Math.min(2, last)).append(" only: redirected there\n");
        text.append("  curl -s 'http://127.0.0.1:").append(options.adminPort(1, 1));
        text.append("/v1/explain?url=http://").append(remote.host()).append("/'   # why?\n");
        text.append("\nType help to see how to break things. Ctrl-C ends it.\n");
        return text.toString();
    }
}
