package io.grouter.sim;

import io.grouter.sim.scenario.LoadPlan;
import io.grouter.sim.scenario.RequestClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A client for each class, site and node that never stops asking; what becomes of it is told to one ledger at a time. */
final class SteadyLoad implements AutoCloseable {
    private final List<Visitor> visitors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final int pauseMillis;
    private Ledger ledger;
    private volatile boolean running = true;

    /**
     * Begins to ask.
     *
     * @param seeds makes the pauses of the clients
     */
    SteadyLoad(SimOptions options, LoadPlan plan, Random seeds, Ledger ledger) {
        this.pauseMillis = (int) plan.pause().toMillis();
        this.ledger = ledger;
        for (RequestClass asked : plan.ask()) {
            for (int site = 1; site <= options.sites(); site++) {
                for (int node = 1; node <= options.nodes(); node++) {
                    visitors.add(new Visitor(options, asked, site, node, visitors.size()));
                }
            }
        }
        for (Visitor visitor : visitors) {
            Random random = new Random(seeds.nextLong());
            threads.add(Threads.start(visitor.toString(), () -> run(visitor, random)));
        }
    }

    private void run(Visitor visitor, Random random) {
        while (running) {
            Ledger told = begin();
            told.end(visitor.visit());
            try {
                Thread.sleep(pauseMillis / 2 + random.nextInt(pauseMillis));
            } catch (InterruptedException e) {
                break;
            }
        }
        visitor.close();
    }

    private synchronized Ledger begin() {
        ledger.begin();
        return ledger;
    }

    /** Has the requests that begin from now on told to another ledger. */
    synchronized void tell(Ledger next) {
        ledger = next;
    }

    /** Waits until every client has asked so many times more; returns false when it does not in time. */
    boolean pass(int times, long millis) {
        List<Long> until = visitors.stream().map(each -> each.asked() + times).toList();
        return Simulation.await(millis, () -> {
            for (int i = 0; i < visitors.size(); i++) {
                if (visitors.get(i).asked() < until.get(i)) {
                    return false;
                }
            }
            return true;
        });
    }

    @Override
    public void close() {
        running = false;
        threads.forEach(Thread::interrupt);
    }
}
