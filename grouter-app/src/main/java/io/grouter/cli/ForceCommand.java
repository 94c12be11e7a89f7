package io.grouter.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grouter force}. */
@Command(
        name = "force",
        description = {
            "Send a route's requests to one site, which may be this one, for a while.",
            "Shows first what that would do, and asks."
        })
final class ForceCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Mixin
    private final OrderOptions order;

    @Parameters(index = "0", paramLabel = "ROUTE", description = "host or host/path.")
    private String route = "";

    @Parameters(index = "1", paramLabel = "SITE", description = "The site to send to.")
    private String site = "";

    ForceCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
        this.order = new OrderOptions(surroundings);
    }

    @Override
    public Integer call() {
        Map<String, String> target = new LinkedHashMap<>();
        target.put("route", route);
        target.put("site", site);
        return admin.run(session -> order.give(session, "/v1/force", target));
    }
}
