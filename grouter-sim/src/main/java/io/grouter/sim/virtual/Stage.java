package io.grouter.sim.virtual;

import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Where nodes live in virtual time: sites, a network between them, and one thread that does one thing after the other. */
final class Stage {
    final Agenda agenda = new Agenda();
    final List<Site> sites = new ArrayList<>();
    final Settings settings;
    final Sources sources;
    final Network network;

    private final Mutation mutation;
    private final Consumer<String> notes;
    private final Observer observer;
    private final List<VirtualNode> everybody = new ArrayList<>();
    private List<VirtualNode> byAge = List.of();

    Stage(Settings settings, long seed, Mutation mutation, Observer observer, Consumer<String> notes) {
        this.settings = settings;
        this.mutation = mutation;
        this.observer = observer;
        this.notes = notes;
        this.sources = new Sources(seed, mutation == Mutation.TRUSTS_EVERYBODY);
        this.network = new Network(this, sources);
    }

    long now() {
        return agenda.nowNanos();
    }

    boolean mutated(Mutation by) {
        return mutation == by;
    }

    Observer observer() {
        return observer;
    }

    void note(String what) {
        notes.accept(String.format(Locale.ROOT, "%8.3f s  %s", now() / 1e9, what));
    }

    /** Adds a site that is configured everywhere. */
    Site add(Site site) {
        sites.add(site);
        sources.site(site.id);
        return site;
    }

    /** Adds a node, which does not run yet; it looks after itself several times a second from now on. */
    VirtualNode add(VirtualNode node, SplittableRandom layout) {
        node.site.nodes.add(node);
        everybody.add(node);
        every(settings.tickNanos(), layout, node::tick);
        every(settings.registration().toNanos() / 4, layout, node::expire);
        return node;
    }

    void remove(VirtualNode node) {
        everybody.remove(node);
        aged();
    }

    /** Does something again and again, beginning at some moment within the first period. */
    void every(long nanos, SplittableRandom layout, Runnable what) {
        agenda.after(layout.nextLong(nanos), new Runnable() {
            @Override
            public void run() {
                what.run();
                agenda.after(nanos, this);
            }
        });
    }

    void runUntil(long millis) {
        boolean more = true;
        while (more) {
            more = agenda.next(millis * 1_000_000);
        }
    }

    /** Returns all nodes there are, running or not. */
    List<VirtualNode> everybody() {
        return everybody;
    }

    /** Returns the running nodes, those that started first in front. */
    List<VirtualNode> byAge() {
        return byAge;
    }

    /** To be called after a node started or stopped. */
    void aged() {
        byAge = everybody.stream()
                .filter(VirtualNode::up)
                .sorted(Comparator.comparingLong((VirtualNode node) -> node.startedNanos)
                        .thenComparing(VirtualNode::name))
                .toList();
    }

    VirtualNode any(SplittableRandom random) {
        return everybody.get(random.nextInt(everybody.size()));
    }

    Site site(SiteId id) {
        return sites.stream().filter(each -> each.id.equals(id)).findFirst().orElseThrow();
    }
}
