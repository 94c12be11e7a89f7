package io.grouter.sim;

import io.grouter.sim.scenario.Command;
import io.grouter.sim.scenario.Command.Verb;
import io.grouter.sim.scenario.Command.Way;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** Does what commands say to a running simulation. Called from one thread at a time. */
final class Operator {
    private static final long READY_MILLIS = 30_000;
    private static final String WHO = "simulator";

    private final Simulation world;

    Operator(Simulation world) {
        this.world = world;
    }

    /**
     * Does it; returns when it is done, for a restart when the nodes are ready again. Throws {@link IOException} or {@link
     * IllegalArgumentException} in plain words when it cannot be done.
     */
    void execute(Command command) throws IOException {
        if (command instanceof Command.Part part) {
            part(part);
        } else if (command instanceof Command.Restart restart) {
            restart(world.site(restart.site()));
        } else if (command instanceof Command.Push push) {
            push(push);
        } else if (command instanceof Command.Delete delete) {
            delete(delete.name());
        } else if (command instanceof Command.Storm storm) {
            world.site(storm.site()).storm(storm.routes());
        } else if (command instanceof Command.DrainSite drain) {
            drain(drain.site(), "", drain.begin());
        } else if (command instanceof Command.DrainRoute drain) {
            drain(drain.site(), drain.route(), drain.begin());
        } else if (command instanceof Command.Certificates certificates) {
            certificates(certificates.site());
        } else {
            link(command);
        }
    }

    private void link(Command command) {
        if (command instanceof Command.Cut cut) {
            each(cut.ways(), way -> world.links().cutOneWay(way.from(), way.to()));
        } else if (command instanceof Command.Slow slow) {
            each(slow.ways(), way -> world.links().slow(way.from(), way.to(), slow.delay(), slow.bytesPerSecond()));
        } else if (command instanceof Command.Corrupt corrupt) {
            each(corrupt.ways(), way -> world.links().corrupt(way.from(), way.to(), corrupt.percent()));
        } else if (command instanceof Command.Heal heal) {
            each(heal.ways(), way -> world.links().mend(way.from(), way.to()));
        }
    }

    private static void each(List<Way> ways, Consumer<Way> action) {
        ways.forEach(action);
    }

    // ---- parts of sites

    private void part(Command.Part part) throws IOException {
        SimSite site = world.site(part.site());
        switch (part.kind()) {
            case NODE -> node(site, part.index(), part.verb());
            case GOROUTER -> goRouter(site.goRouter(part.index()), part.verb());
            case NATS -> nats(site.nats(), part.verb());
            case SITE -> site(site, part.verb());
        }
    }

    private static void node(SimSite site, int index, Verb verb) throws IOException {
        switch (verb) {
            case START -> site.startNode(index);
            case STOP -> site.node(index).stop();
            case KILL -> site.node(index).kill();
            case FREEZE -> site.node(index).freeze();
            case THAW -> site.node(index).thaw();
            case DRAIN -> throw new IllegalArgumentException("a node is drained by stopping it");
        }
    }

    private static void goRouter(GoRouter goRouter, Verb verb) throws IOException {
        if (verb == Verb.DRAIN) {
            goRouter.drain();
            return;
        }
        goRouter.close();
        if (verb == Verb.START) {
            goRouter.start();
        }
    }

    private static void nats(NatsBroker nats, Verb verb) throws IOException {
        switch (verb) {
            case FREEZE -> nats.freeze();
            case THAW -> nats.thaw();
            case START -> {
                nats.close();
                nats.start();
            }
            default -> nats.close();
        }
    }

    private void site(SimSite site, Verb verb) throws IOException {
        if (verb == Verb.KILL) {
            killNodes(site);
        }
        for (int node = 1; verb == Verb.STOP && node <= world.options().nodes(); node++) {
            site.node(node).stop();
        }
        for (int i = 1; i <= world.options().goRouters(); i++) {
            goRouter(site.goRouter(i), verb);
        }
        nats(site.nats(), verb);
        for (int node = 1; verb == Verb.START && node <= world.options().nodes(); node++) {
            site.startNode(node);
        }
    }

    /** All at once, so that no client is sent from one that goes to the next that goes. */
    private void killNodes(SimSite site) throws IOException {
        List<Thread> killing = new ArrayList<>();
        for (int i = 1; i <= world.options().nodes(); i++) {
            killing.add(Threads.start("sim-kill", site.node(i)::kill));
        }
        try {
            for (Thread each : killing) {
                each.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("told to stop");
        }
    }

    private void restart(SimSite site) throws IOException {
        for (int node = 1; node <= world.options().nodes(); node++) {
            site.node(node).stop();
            site.startNode(node);
            NodeApi api = site.api(node);
            if (!Simulation.await(READY_MILLIS, api::isReady)) {
                throw new IOException(
                        site.name() + "-" + node + " is not ready " + READY_MILLIS / 1000 + " s after its restart");
            }
        }
    }

    // ---- apps, orders, certificates

    private void push(Command.Push push) throws IOException {
        Deployment app = new Deployment(push.name(), push.name() + "." + Deployment.APP_DOMAIN, push.sites(), 1);
        if (world.deployments().stream().anyMatch(other -> other.uri().equals(app.uri()))) {
            throw new IllegalArgumentException(app.uri() + " is there already");
        }
        world.push(app);
    }

    private void delete(String name) {
        Deployment found = world.deployments().stream()
                .filter(app -> app.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no app \"" + name + "\" (there are: "
                        + String.join(
                                ", ",
                                world.deployments().stream()
                                        .map(Deployment::name)
                                        .toList())
                        + ")"));
        world.delete(found);
    }

    /** Orders go to the first node that runs; the others of its site hear of it there. */
    private void drain(int site, String route, boolean begin) throws IOException {
        for (int node = 1; node <= world.options().nodes(); node++) {
            if (world.site(site).runs(node)) {
                NodeApi api = world.site(site).api(node);
                if (begin) {
                    api.order("POST", "/v1/drain", drainOrder(route));
                } else {
                    api.order("DELETE", "/v1/drain?who=" + WHO + (route.isEmpty() ? "" : "&route=" + route), "");
                }
                return;
            }
        }
        throw new IOException("no node of dc" + site + " runs");
    }

    private static String drainOrder(String route) {
        Map<String, Object> order = new LinkedHashMap<>();
        if (route.isEmpty()) {
            order.put("force", true); // what only this site has is served here all the same
        } else {
            order.put("route", route);
        }
        order.put("who", WHO);
        order.put("why", "to see what happens");
        order.put("for", "1h");
        return JsonMapper.builder().build().writeValueAsString(order);
    }

    private void certificates(int site) throws IOException {
        if (site == 0) {
            world.files().renewAll();
        } else {
            world.files().renew(site);
        }
    }
}
